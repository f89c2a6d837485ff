/** Restores: from where, into where, what one changes, and how a command says the same. */
import type {
  ArchiveCopy,
  Archive,
  ArchiveRestore,
  ArchiveRestorePlan,
  BackupCopy,
  Change,
  FileCopy,
  Place,
  Restore,
  RestorePlan,
  Snapshot,
  SnapshotRestorePlan,
  Version,
  VersionRestore,
} from '$lib/backend/bindings';
import { commandFor, pathForCommand } from './command-hint';

/** The version to restore. */
export type RestoreVersion = Pick<Version, 'id' | 'project' | 'workspace' | 'time' | 'shortId'>;
/** What files are restored from. */
export type RestoreWhole =
  | { kind: 'version'; version: RestoreVersion }
  | { kind: 'backup'; snapshot: Snapshot }
  | { kind: 'archive'; archive: Archive };
/** What a restore is opened with; `file` offers every time of one file of a project. */
export type RestoreSource = RestoreWhole | { kind: 'file'; project: string };

export type RestoreTarget = 'inPlace' | 'elsewhere';
export type RestoreConflict = 'replace' | 'leave';
export type RestoreChoice = {
  to: RestoreTarget;
  place: Place | null;
  conflict: RestoreConflict;
  /** Whether files that a version lacks stay. */
  keepExtra: boolean;
  keepArchive: boolean;
};

/** A restore as the engine is asked for it. */
export type RestoreOrder =
  | { kind: 'version'; request: VersionRestore }
  | { kind: 'backup'; request: Restore }
  | { kind: 'archive'; request: ArchiveRestore };
type Planned =
  | { kind: 'version'; plan: RestorePlan; workspace: string }
  | { kind: 'backup'; plan: SnapshotRestorePlan }
  | { kind: 'archive'; plan: ArchiveRestorePlan };

export type RestoreSummary = {
  /** The folder that receives it; null where the files were. */
  into: string | null;
  create: number;
  replace: number;
  remove: number;
  /** The files that were not there then, whether they are removed or stay. */
  extra: number;
  stay: number;
  bytes: number;
  freeBytes: number | null;
  /** The first of the files that change, and how many do. */
  changes: Change[];
  changesTotal: number;
  /** The first of the names that are taken, and stay. */
  taken: string[];
  /** Whether something is there already, so that its fate is to be chosen. */
  conflicts: boolean;
  /** The workspaces of which a version is made first. */
  savedFirst: string[];
  /** Whether the project of an archive is in use again afterwards. */
  wholeProject: boolean;
};

/** A place that holds one content of a file, with its path there. */
export type CopyPlace =
  | { kind: 'version'; id: string; path: string[] }
  | { kind: 'backup'; backup: BackupCopy; path: string[] }
  | { kind: 'archive'; archive: ArchiveCopy; path: string[] };

/** So many places of one kind are offered: the newest. */
const SHOWN = 3;

/** The places of a content: its version first, then archives, then the newest backup of each destination. */
export function placesOf(copy: FileCopy, path: string[]): CopyPlace[] {
  const destinations = new Map<string, BackupCopy>();
  for (const one of copy.backups)
    if (!destinations.has(one.destination)) destinations.set(one.destination, one);
  const version = copy.version
    ? [
        {
          kind: 'version' as const,
          id: copy.version,
          path: copy.versionPath?.length ? copy.versionPath : path,
        },
      ]
    : [];
  const backups = [...destinations.values()].slice(0, SHOWN);
  return [
    ...version,
    ...copy.archives
      .slice(0, SHOWN)
      .map((archive) => ({ kind: 'archive' as const, archive, path })),
    ...backups.map((backup) => ({ kind: 'backup' as const, backup, path: backup.path })),
  ];
}

/** Whether a content can be read from a place now. */
export function isReadable(place: CopyPlace): boolean {
  if (place.kind === 'backup') return place.backup.present;
  return place.kind === 'version' || !place.archive.damaged;
}

export function timeOfWhole(whole: RestoreWhole): string {
  if (whole.kind === 'version') return whole.version.time;
  return whole.kind === 'backup' ? whole.snapshot.time : whole.archive.created;
}

/** The project whose folder files go back to; null for what has none, or where an archive brings its own. */
export function projectOfWhole(whole: RestoreWhole): string | null {
  if (whole.kind === 'version') return whole.version.project;
  return whole.kind === 'backup' ? (whole.snapshot.project ?? null) : null;
}

/** The order for a choice; null while it is not complete. */
export function orderOf(
  whole: RestoreWhole,
  paths: string[][],
  { to, place, conflict, keepExtra, keepArchive }: RestoreChoice,
): RestoreOrder | null {
  const isElsewhere = to === 'elsewhere';
  if (isElsewhere && (place === null || place.state === 'file')) return null;
  const target = isElsewhere ? (place?.id ?? null) : null;
  if (whole.kind === 'version') {
    const kept = keepExtra && !isElsewhere ? { keepExtra } : {};
    const request = {
      version: whole.version.id,
      paths,
      ...(target ? { to: target } : {}),
      ...kept,
    };
    return { kind: 'version', request };
  }
  if (whole.kind === 'archive') {
    const taken = conflict === 'replace' ? ('replace' as const) : ('skip' as const);
    const request = {
      archive: whole.archive.id,
      paths,
      place: target,
      conflict: taken,
      keepArchive,
    };
    return { kind: 'archive', request };
  }
  const { id, destination } = whole.snapshot;
  const overwrite = conflict === 'replace' ? ('changed' as const) : ('never' as const);
  const request = { destination, snapshot: id, paths, to: target, overwrite };
  return { kind: 'backup', request };
}

/** The effect of a restore, the same for all that files can come from. */
export function summaryOf(
  planned: Planned,
  { to, place, conflict, keepExtra }: RestoreChoice,
): RestoreSummary {
  const into = to === 'elsewhere' ? (place?.display ?? null) : null;
  const none = { remove: 0, extra: 0, freeBytes: null, taken: [], wholeProject: false };
  if (planned.kind === 'version') {
    const { restore, overwrite, remove: extra, identical, bytes, first } = planned.plan;
    const remove = keepExtra ? 0 : extra;
    const counts = {
      create: restore - overwrite,
      replace: overwrite,
      remove,
      extra,
      stay: identical,
    };
    const listed = first.filter(({ kind }) => !keepExtra || kind !== 'removed');
    const changes = { changes: listed, changesTotal: restore + remove };
    const savedFirst = to === 'inPlace' ? [planned.workspace] : [];
    return { ...none, ...counts, ...changes, into, bytes, conflicts: false, savedFirst };
  }
  if (planned.kind === 'backup') {
    const { create, replace, keep, bytes, freeBytes = null, replaced } = planned.plan;
    const { target, workspaces } = planned.plan;
    return {
      ...{ ...none, into: target, create, replace, stay: keep, bytes, freeBytes },
      ...{ changes: replacedAt(replaced), changesTotal: replace, conflicts: replace + keep > 0 },
      savedFirst: workspaces,
    };
  }
  const { target, files, sizeBytes, taken, takenTotal, wholeProject, workspaces } = planned.plan;
  const isReplaced = conflict === 'replace';
  return {
    ...{ ...none, into: target, bytes: sizeBytes, wholeProject, conflicts: takenTotal > 0 },
    ...{ create: Math.max(0, files - takenTotal), savedFirst: workspaces },
    ...(isReplaced
      ? { replace: takenTotal, stay: 0, changes: replacedAt(taken), changesTotal: takenTotal }
      : { replace: 0, stay: takenTotal, changes: [], changesTotal: 0, taken }),
  };
}

export function changesNothing({ create, replace, remove }: RestoreSummary): boolean {
  return create + replace + remove === 0;
}

/** Whether anything of what is restored is there now, be it the same, another content or more. */
export function isAnythingThere({ replace, extra, stay }: RestoreSummary): boolean {
  return replace + extra + stay > 0;
}

/** The command that does the same; a place that is not chosen yet is left open. */
export function commandOf(
  whole: RestoreWhole,
  paths: string[][],
  { to, place, conflict, keepExtra, keepArchive }: RestoreChoice,
): string {
  const target = to === 'inPlace' ? undefined : (place?.display ?? '…');
  const named = paths.map(pathForCommand);
  if (whole.kind === 'version')
    return commandFor('version_restore', {
      ...{ version: whole.version.shortId, paths: named, target },
      keep_extra: keepExtra && to === 'inPlace' ? '--keep-extra' : undefined,
    });
  if (whole.kind === 'archive')
    return commandFor('archive_restore', {
      archive: whole.archive.id.slice(0, ARCHIVE_ID_DIGITS),
      ...{ paths: named, target, taken: conflict === 'replace' ? 'replace' : 'skip' },
      keep_archive: keepArchive ? '--keep-archive' : undefined,
    });
  const { shortId, destinationName } = whole.snapshot;
  return commandFor('restore', {
    ...{ snapshot: shortId, paths: named, destination: destinationName, target },
    overwrite: conflict === 'replace' ? 'if-changed' : 'never',
  });
}

/** So much of an id tells archives apart. */
const ARCHIVE_ID_DIGITS = 12;

const replacedAt = (paths: readonly string[]): Change[] =>
  paths.map((path) => ({ path: path.split('/'), kind: 'modified' as const }));
