/** Runs as a dashboard shows them: housekeeping that went well in one line. */

import type { JobKind, Run } from '../backend/bindings';

/** What nobody misses while it goes well. */
const HOUSEKEEPING: ReadonlySet<JobKind> = new Set<JobKind>([
  ...(['refresh', 'check', 'preview', 'thin', 'compact', 'drill', 'forget', 'cleanup'] as const),
]);

/** A run, or several of housekeeping that follow each other; newest first. */
export type RunRow = readonly [Run, ...Run[]];

/** Runs in rows, in their order. */
export function foldHousekeeping(runs: readonly Run[]): RunRow[] {
  const isQuiet = ({ kind, state }: Run) => HOUSEKEEPING.has(kind) && state === 'succeeded';
  const rows: [Run, ...Run[]][] = [];
  for (const run of runs) {
    const last = rows.at(-1);
    if (last && isQuiet(last[0]) && isQuiet(run)) last.push(run);
    else rows.push([run]);
  }
  return rows;
}
