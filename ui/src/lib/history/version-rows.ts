/** The rows of a list of versions: sessions, and the versions that lie folded in them. */
import type { Version } from '$lib/backend/bindings';
import { dateOf, standsOut } from './timeline';
import type { Session } from './timeline';

export type VersionRow = {
  key: string;
  /** The version, or the newest of a session. */
  version: Version;
  /** The session, if it has several versions. */
  session: Session | null;
  inside: VersionRow[] | null;
  /** Whether the row above is of the same day. */
  sameDay: boolean;
};

/** A session of one version is that version. */
export function rowsOfSessions(sessions: readonly Session[]): VersionRow[] {
  return sessions.map((session, index) => {
    const above = sessions[index - 1]?.oldest;
    const sameDay = above !== undefined && dateOf(above.time) === dateOf(session.newest.time);
    if (session.versions.length === 1) return { ...rowOfVersion(session.newest), sameDay };
    return {
      // New versions come at its other end.
      key: `session:${session.oldest.id}`,
      version: session.newest,
      session,
      inside: session.versions.map(rowOfVersion),
      sameDay,
    };
  });
}

export function rowOfVersion(version: Version): VersionRow {
  return { key: version.id, version, session: null, inside: null, sameDay: false };
}

/** The rows of a folded session that are shown all the same. */
export const standingIn = (row: VersionRow): VersionRow[] =>
  (row.inside ?? []).filter(({ version }) => standsOut(version));
