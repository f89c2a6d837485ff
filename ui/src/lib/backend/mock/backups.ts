/** Made-up backups: found, compared, pinned, forgotten, and got back from the trash. */
import type {
  FileCopy,
  ForgetPlan,
  Retention,
  Snapshot,
  SnapshotChange,
  TrashedSnapshot,
  UseCases,
} from '../bindings';
import { listFolder } from './tree';
import { findDestination, findPlace, findProject, findSnapshot, startJob } from './host';
import type { HandlersOf, MockHost } from './host';

type Names =
  | Exclude<Extract<keyof UseCases, `snapshot_${string}`>, 'snapshot_list' | 'snapshot_browse'>
  | Extract<keyof UseCases, `retention_${string}` | `trash_${string}`>
  | 'restore_preview'
  | 'file_everywhere';

const DAY = 86_400_000;

export function backupHandlers(host: MockHost): HandlersOf<Names> {
  let trash: TrashedSnapshot[] = [];
  const iso = (ms: number) => new Date(ms).toISOString();
  const inside = (destination: string, project?: string | null) =>
    host.library.snapshots.filter(
      (one) => one.destination === destination && (!project || one.project === project),
    );
  const count = (destination: string) => {
    const found = findDestination(host, destination);
    found.snapshots = inside(destination).length;
    found.trashed = trash.filter((one) => one.snapshot.destination === destination).length;
  };
  const planFor = (all: Snapshot[], drop: Snapshot[], reasons: (one: Snapshot) => string[]) =>
    forgetPlan(all, drop, reasons, iso(host.now() + 30 * DAY));
  const forget = (destination: string, drop: Snapshot[], title: string) =>
    startJob(
      host,
      { kind: 'forget', title, destination },
      drop.length * 10_000 + 1,
      `${drop.length} backups are in the trash`,
      () => {
        const gone = new Set(drop.map(({ id }) => id));
        host.library.snapshots = host.library.snapshots.filter(({ id }) => !gone.has(id));
        const trashed = iso(host.now());
        const expires = iso(host.now() + 30 * DAY);
        trash = [...drop.map((snapshot) => ({ snapshot, trashed, expires })), ...trash];
        count(destination);
      },
    );
  const chosen = (destination: string, ids: string[]) =>
    inside(destination).filter(({ id, shortId }) => ids.includes(id) || ids.includes(shortId));
  return {
    snapshot_search: ({ text, destination, project, limit }) => {
      const wanted = text.toLowerCase().replaceAll('*', '');
      const newest = new Map<string, Snapshot>();
      for (const one of host.library.snapshots) {
        if (destination && one.destination !== destination) continue;
        if (project && one.project !== project) continue;
        const key = `${one.project}/${one.destination}`;
        if (!newest.has(key)) newest.set(key, one);
      }
      const hits = [...newest.values()].flatMap((snapshot) =>
        listFolder([], host.now())
          .entries.filter(({ name }) => name.toLowerCase().includes(wanted))
          .map((entry) => ({
            destination: snapshot.destination,
            snapshot: snapshot.id,
            time: snapshot.time,
            backups: 3 + (entry.name.length % 40),
            path: [entry.name],
            kind: entry.kind,
            sizeBytes: entry.sizeBytes,
            modified: entry.modified,
          })),
      );
      return hits.slice(0, limit ?? 200);
    },
    snapshot_compare: ({ to }) => {
      const changes: SnapshotChange[] = [
        { path: ['src', 'layout.rs'], kind: 'modified', sizeBytes: 18_204 },
        { path: ['src', 'lazy.rs'], kind: 'added', sizeBytes: 4_210 },
        { path: ['docs', 'old-plan.md'], kind: 'removed', sizeBytes: 9_900 },
        { path: ['assets', 'icon.png'], kind: to ? 'metadata' : 'modified', sizeBytes: 48_000 },
      ];
      return { changes, total: changes.length, addedBytes: 22_414, removedBytes: 9_900 };
    },
    snapshot_pin: ({ snapshot, pinned }) => {
      const found = Object.assign(findSnapshot(host, snapshot), { pinned });
      host.event('snapshot.pinned', 'A backup changed', found.project ?? null, found.destination);
      return found;
    },
    snapshot_forget_preview: ({ destination, snapshots }) => {
      const drop = chosen(destination, snapshots);
      return planFor(inside(destination), drop, () => ['chosen to stay']);
    },
    snapshot_forget: ({ destination, snapshots }) => {
      const drop = chosen(destination, snapshots);
      return forget(destination, drop, `Forget ${drop.length} backups`);
    },
    retention_preview: ({ destination, policy, project }) => {
      const all = inside(destination, project);
      const kept = keptBy(all, policy);
      return planFor(
        all,
        all.filter((one) => !kept.has(one.id)),
        (one) => kept.get(one.id) ?? [],
      );
    },
    retention_apply: ({ destination, policy, project }) => {
      const all = inside(destination, project);
      const kept = keptBy(all, policy);
      return forget(
        destination,
        all.filter((one) => !kept.has(one.id)),
        `Let go what ${findDestination(host, destination).name} need not keep`,
      );
    },
    trash_list: ({ destination }) =>
      trash.filter(({ snapshot }) => snapshot.destination === destination),
    trash_restore: ({ destination, snapshots }) => {
      const back = trash.filter(
        ({ snapshot }) => snapshot.destination === destination && snapshots.includes(snapshot.id),
      );
      trash = trash.filter((one) => !back.includes(one));
      const found = back.map(({ snapshot }) => snapshot);
      host.library.snapshots = [...found, ...host.library.snapshots].toSorted((left, right) =>
        right.time.localeCompare(left.time),
      );
      count(destination);
      host.event('snapshot.recalled', `${found.length} backups are back`, null, destination);
      return found;
    },
    trash_empty: ({ destination }) =>
      startJob(
        host,
        { kind: 'forget', title: 'Empty the trash', destination },
        10_000,
        'The trash is empty',
        () => {
          trash = trash.filter(({ snapshot }) => snapshot.destination !== destination);
          count(destination);
        },
      ),
    restore_preview: ({ snapshot, path = [], to, overwrite }) => {
      const { files, sizeBytes } = findSnapshot(host, snapshot);
      const occupied = findPlace(host, to).state === 'folder' ? 12 : 0;
      const all = path.length > 0 ? 140 : (files ?? 0);
      const replace = overwrite === 'never' ? 0 : overwrite === 'always' ? occupied : occupied / 3;
      return {
        create: all - occupied,
        replace,
        keep: occupied - replace,
        bytes: path.length > 0 ? 1_204_000 : (sizeBytes ?? 0),
        freeBytes: 312_000_000_000,
        replaced: replace > 0 ? ['src/main.rs', 'src/layout.rs', 'Cargo.toml'] : [],
      };
    },
    file_everywhere: ({ project, path }) => copiesOf(host, findProject(host, project).id, path),
  };
}

function keptBy(snapshots: Snapshot[], policy: Retention): Map<string, string[]> {
  const kept = new Map<string, string[]>();
  const keep = (one: Snapshot, why: string) => kept.set(one.id, [...(kept.get(one.id) ?? []), why]);
  const groups = groupBy(snapshots, (one) => one.project ?? '');
  const spans: [keyof Retention, string, number][] = [
    ['daily', 'daily', 10],
    ['weekly', 'weekly', 10],
    ['monthly', 'monthly', 7],
    ['yearly', 'yearly', 4],
  ];
  for (const group of groups.values()) {
    group.slice(0, policy.last ?? 0).forEach((one) => keep(one, 'last'));
    for (const [key, why, digits] of spans) {
      const buckets = groupBy(group, (one) =>
        why === 'weekly'
          ? `${Math.floor(Date.parse(one.time) / (7 * DAY))}`
          : one.time.slice(0, digits),
      );
      const first = [...buckets.values()].slice(0, Number(policy[key] ?? 0));
      for (const [one] of first) if (one) keep(one, why);
    }
  }
  for (const one of snapshots) if (one.pinned) keep(one, 'pinned');
  return kept;
}

function forgetPlan(
  all: Snapshot[],
  drop: Snapshot[],
  reasons: (one: Snapshot) => string[],
  trashUntil: string,
): ForgetPlan {
  const gone = new Set(drop.map(({ id }) => id));
  const lostFiles = drop.length * 2;
  return {
    keep: all
      .filter(({ id }) => !gone.has(id))
      .map((snapshot) => ({ snapshot, reasons: reasons(snapshot) })),
    drop,
    freesBytes: drop.reduce((sum, one) => sum + (one.addedBytes ?? 0), 0),
    lostFiles,
    lost: drop.slice(0, 50).map((one, index) => ({
      path: `${one.paths[0] ?? ''}/docs/draft-${index}.md`,
      sizeBytes: 12_400 + index * 311,
      snapshot: one.id,
    })),
    trashUntil,
  };
}

/** Three contents of a file: the newest in both, one in backups alone, one in the history alone. */
function copiesOf(host: MockHost, project: string, path: string[]): FileCopy[] {
  const mine = host.library.snapshots.filter((one) => one.project === project);
  const copies = (from: number, to: number) =>
    mine.slice(from, to).map((one) => ({
      destination: one.destination,
      destinationName: one.destinationName,
      present: findDestination(host, one.destination).present,
      snapshot: one.id,
      time: one.time,
      path,
    }));
  const iso = (days: number) => new Date(host.now() - days * DAY).toISOString();
  return [
    { time: iso(1), modified: iso(1), sizeBytes: 5_240, version: 'now', backups: copies(0, 4) },
    { time: iso(9), modified: iso(9), sizeBytes: 5_120, version: null, backups: copies(4, 9) },
    { time: iso(40), modified: iso(40), sizeBytes: 3_004, version: 'now', backups: [] },
  ];
}

function groupBy<T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}
