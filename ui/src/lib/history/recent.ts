/** The files that were changed last, read off the newest versions. */
import type { Change, Version, VersionDetail } from '$lib/backend/bindings';

export type RecentFile = { change: Change; version: Version };

/** Each file once, with its newest change, under the name that it has now. */
export function recentFiles(newestFirst: readonly VersionDetail[], most: number): RecentFile[] {
  const files: RecentFile[] = [];
  const seen = new Set<string>();
  for (const { version, changes } of newestFirst) {
    for (const change of changes) {
      const path = change.path.join('/');
      if (change.kind === 'metadata' || seen.has(path)) continue;
      seen.add(path);
      if (change.from) seen.add(change.from.join('/'));
      files.push({ change, version });
    }
  }
  return files.slice(0, most);
}
