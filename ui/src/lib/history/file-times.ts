/** The times of one file in one list: its versions, and what only backups and archives hold. */
import type { FileCopy, FileVersion } from '$lib/backend/bindings';
import { parseTime } from '$lib/format/time';

export type FileTime = {
  key: string;
  time: string;
  /** The version, unless only other places hold this content. */
  version: FileVersion | null;
  /** All places that hold the content, as far as they are known. */
  copy: FileCopy | null;
};

/** Versions stay in their order, whatever the clock said; the others come between by their time. */
export function timesOf(versions: readonly FileVersion[], copies: readonly FileCopy[]): FileTime[] {
  const ids = new Set(versions.map(({ version }) => version.id));
  const copyOf = new Map(copies.map((copy) => [copy.version, copy]));
  const others = copies
    .filter((copy) => !copy.version || !ids.has(copy.version))
    .map((copy) => ({ key: keyOf(copy), time: copy.time, version: null, copy }))
    .toSorted((left, right) => parseTime(right.time) - parseTime(left.time));
  const times: FileTime[] = [];
  for (const one of versions) {
    const { id, time } = one.version;
    while (others[0] && parseTime(others[0].time) > parseTime(time))
      times.push(...others.splice(0, 1));
    times.push({ key: id, time, version: one, copy: copyOf.get(id) ?? null });
  }
  return [...times, ...others];
}

/** The name of a content in an address: the first place that holds it. */
function keyOf({ version, backups: [backup], archives: [archive] }: FileCopy): string {
  if (version) return `version:${version}`;
  return backup ? `backup:${backup.destination}/${backup.snapshot}` : `archive:${archive?.archive}`;
}
