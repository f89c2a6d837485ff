/** The backups of a destination by the run that made them, and the rows of a list of them. */
import type { Plan, Run, Snapshot } from '$lib/backend/bindings';
import { parseTime } from '$lib/format/time';
import { dateOf } from '$lib/history/timeline';
import { holdsObjects } from '$lib/snapshot-name';

export type SnapshotGroup = {
  key: string;
  /** The run that made them, where it is known. */
  run: Run | null;
  snapshots: Snapshot[];
};

/** A row: one backup, or several that lie folded in it. */
export type SnapshotRow = {
  key: string;
  name: string;
  time: string;
  files: number | null;
  sizeBytes: number | null;
  addedBytes: number | null;
  run: Run | null;
  snapshots: Snapshot[];
  inside: SnapshotRow[] | null;
};

/** The key of the group of large files. */
export const OBJECTS = 'objects';

type Span = { run: Run; from: number; until: number; targets: string[] };
const second = (time: string) => Math.floor(parseTime(time) / 1000);

/** Groups backups by their run; what no known run made is grouped by day. Large files of versions are
 * no backups of their own and lie together in one group. */
export function groupSnapshots(
  snapshots: readonly Snapshot[],
  runs: readonly Run[],
  plans: readonly Plan[],
): SnapshotGroup[] {
  const spans = runs.map((run) => spanOf(run, plans));
  const groups = new Map<string, SnapshotGroup>();
  for (const snapshot of snapshots) {
    const run = holdsObjects(snapshot) ? null : runOf(snapshot, spans);
    const key = keyOf(snapshot, run);
    const group = groups.get(key) ?? { key, run, snapshots: [] };
    group.snapshots.push(snapshot);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function spanOf(run: Run, plans: readonly Plan[]): Span {
  const targets = plans.find(({ id }) => id === run.plan)?.draft.targets ?? [];
  return {
    run,
    from: second(run.started),
    until: run.ended ? second(run.ended) : Infinity,
    targets: targets.map(({ destination }) => destination),
  };
}

function keyOf(snapshot: Snapshot, run: Run | null): string {
  if (run) return `run:${run.id}`;
  if (holdsObjects(snapshot)) return OBJECTS;
  return `day:${dateOf(snapshot.time)}`;
}

/** The run in whose time it was made, for this destination. */
function runOf(snapshot: Snapshot, spans: readonly Span[]): Run | null {
  const made = second(snapshot.time);
  const then = spans.filter(({ from, until }) => from <= made && made <= until);
  const own = then.filter(({ run }) => run.destination === snapshot.destination);
  const found =
    own.find(({ run }) => run.kind === 'backup' && run.project === snapshot.project) ??
    own.find(({ run }) => run.kind === 'plan') ??
    then.find(({ run, targets }) => run.kind === 'plan' && targets.includes(snapshot.destination));
  return found?.run ?? null;
}

export function rowOfSnapshot(snapshot: Snapshot, name: string): SnapshotRow {
  return {
    key: `${snapshot.destination}/${snapshot.id}`,
    name,
    time: snapshot.time,
    files: snapshot.files ?? null,
    sizeBytes: snapshot.sizeBytes ?? null,
    addedBytes: snapshot.addedBytes ?? null,
    run: null,
    snapshots: [snapshot],
    inside: null,
  };
}

/** The row of a group with its sums; a group of one backup is that one. */
export function rowOfGroup(
  { key, run, snapshots }: SnapshotGroup,
  name: string,
  nameOf: (snapshot: Snapshot) => string,
): SnapshotRow {
  const inside = snapshots.map((one) => rowOfSnapshot(one, nameOf(one)));
  const [first] = inside;
  if (first && inside.length === 1 && key !== OBJECTS) return first;
  const newest =
    inside.map(({ time }) => time).sort((a, b) => parseTime(b) - parseTime(a))[0] ?? '';
  return {
    ...{ key, name, run, snapshots, inside, time: newest },
    files: sum(inside.map(({ files }) => files)),
    sizeBytes: sum(inside.map(({ sizeBytes }) => sizeBytes)),
    addedBytes: sum(inside.map(({ addedBytes }) => addedBytes)),
  };
}

/** The sum of what is known; null when nothing is. */
function sum(parts: readonly (number | null)[]): number | null {
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? null : known.reduce((total, part) => total + part, 0);
}
