/** Made-up destinations: what they hold, their keys, their proofs, and their upkeep. */
import type { Destination, DestinationProof, Drill, Keys, Mount, UseCases } from '../bindings';
import { hexId } from './data';
import { findDestination, findPlace, needPresent, refusal, startJob } from './host';
import type { HandlersOf, MockHost } from './host';

type Names =
  | Exclude<Extract<keyof UseCases, `destination_${string}`>, DestinationsElsewhere>
  | Extract<keyof UseCases, `key_${string}` | `password_${string}` | `mount_${string}`>
  | 'recovery_kit'
  | 'recovery_kit_save'
  | 'cleanup'
  | 'cleanup_preview'
  | 'proof_list'
  | 'drill'
  | 'parity_change';
type DestinationsElsewhere = 'destination_list' | 'destination_add' | 'destination_forget';

const DAY = 86_400_000;

export function destinationHandlers(host: MockHost): HandlersOf<Names> {
  const keys = new Map<string, Keys>();
  const parity = new Map<string, number>();
  const proofs = new Map<string, Drill[]>();
  let mounts: Mount[] = [];
  const find = (id: string) => findDestination(host, id);
  const at = (ago: number) => new Date(host.now() - ago).toISOString();
  const stored = (id: string) =>
    host.library.snapshots
      .filter((one) => one.destination === id)
      .reduce((sum, one) => sum + (one.addedBytes ?? 0), 0);
  const keysOf = (destination: Destination): Keys => {
    const known = keys.get(destination.id) ?? {
      keys: [
        makeKey(host, 'workbench', at(210 * DAY), true),
        makeKey(host, 'laptop', at(31 * DAY), false),
      ],
      keeper: destination.keeper,
    };
    keys.set(destination.id, known);
    return known;
  };
  const changed = (destination: Destination, text: string) => {
    host.event('destination.changed', text, null, destination.id);
    return destination;
  };
  const projectAt = (index: number) => host.library.projects[index]?.id ?? null;
  const drillsOf = (destination: Destination): Drill[] => {
    const known =
      proofs.get(destination.id) ??
      (destination.lastProven
        ? [0, 30, 60].map((days) =>
            makeDrill(at(days * DAY + 9 * DAY), 24 - days / 10, projectAt(days / 30)),
          )
        : []);
    proofs.set(destination.id, known);
    return known;
  };
  return {
    destination_show: ({ destination }) => ({
      destination: find(destination),
      keys: keysOf(needPresent(find(destination))),
      storedBytes: stored(destination),
      restoreBytes: stored(destination) * 23,
      unusedBytes: 214_000_000,
    }),
    destination_rename: ({ destination, name }) =>
      changed(Object.assign(find(destination), { name }), `${name} has a new name`),
    destination_move: ({ destination, place }) => {
      const found = findPlace(host, place);
      if (found.state !== 'repository')
        throw refusal('repository_missing', `${found.display} does not hold this repository`);
      return changed(
        Object.assign(find(destination), { display: found.display, present: true }),
        'It is found at its new place',
      );
    },
    destination_unlock: ({ destination }) => changed(find(destination), 'Old locks are removed'),
    destination_copy: ({ from, to, snapshots }) => {
      const count = snapshots.length || find(from).snapshots;
      const title = `Copy ${count} backups from ${find(from).name} to ${needPresent(find(to)).name}`;
      return startJob(
        host,
        { kind: 'copy', title, destination: to },
        stored(from),
        `${count} backups are there, too`,
      );
    },
    destination_check: ({ destination, permille }) => {
      const { name } = needPresent(find(destination));
      const bytes = Math.max(1, Math.round((stored(destination) * permille) / 1000));
      return startJob(
        host,
        { kind: 'check', title: `Check ${name}`, destination },
        bytes,
        'All that was read is sound',
      );
    },
    destination_repair: ({ destination, what }) =>
      startJob(
        host,
        { kind: 'repair', title: `Mend ${what} of ${find(destination).name}`, destination },
        40_000_000,
        'Nothing was damaged',
      ),
    key_add: ({ destination }) => {
      const known = keysOf(find(destination));
      known.keys = [...known.keys, makeKey(host, 'workbench', at(0), false)];
      return known;
    },
    key_remove: ({ destination, key }) => {
      const known = keysOf(find(destination));
      if (known.keys.length === 1)
        throw refusal('invalid', 'The last key cannot be removed', 'Nothing would open it then');
      known.keys = known.keys.filter((one) => one.id !== key);
      return known;
    },
    password_change: ({ destination }) => {
      const known = keysOf(find(destination));
      const others = known.keys.filter((one) => !one.current);
      known.keys = [makeKey(host, 'workbench', at(0), true), ...others];
      return known;
    },
    password_try: ({ destination, password }) => {
      const opens = password !== 'wrong';
      return { opens, key: opens ? (keysOf(find(destination)).keys[0]?.shortId ?? null) : null };
    },
    recovery_kit: ({ destination }) => kitOf(find(destination)),
    recovery_kit_save: ({ destination, place }) => {
      const folder = findPlace(host, place);
      const { fileName } = kitOf(find(destination));
      return { ...folder, display: `${folder.display}/${fileName}`, name: fileName, state: 'file' };
    },
    mount_start: ({ destination }) => {
      const mount = { destination, path: `/run/user/1000/undercroft/${find(destination).name}` };
      mounts = [...mounts.filter((one) => one.destination !== destination), mount];
      host.event('destination.mounted', 'It is shown as a folder', null, destination);
      return mount;
    },
    mount_stop: ({ destination }) => {
      mounts = mounts.filter((one) => one.destination !== destination);
      host.event('destination.unmounted', 'It is a folder no longer', null, destination);
      return {};
    },
    mount_list: () => mounts,
    cleanup_preview: ({ destination }) => {
      needPresent(find(destination));
      return {
        unusedBytes: 214_000_000,
        freesBytes: 198_400_000,
        rewritesBytes: 61_000_000,
        needsFreeBytes: 72_000_000,
      };
    },
    cleanup: ({ destination }) =>
      startJob(
        host,
        { kind: 'cleanup', title: `Clean up ${find(destination).name}`, destination },
        61_000_000,
        '198.4 MB are free again',
      ),
    proof_list: () =>
      host.library.destinations.map((destination, index): DestinationProof => ({
        destination: destination.id,
        name: destination.name,
        lastProven: destination.lastProven ?? null,
        drills: drillsOf(destination),
        lastRead: destination.lastProven ? at(index * DAY + 3 * 3_600_000) : null,
        roundPermille: destination.lastProven ? 620 - index * 240 : 0,
        roundSince: destination.lastProven ? at(62 * DAY) : null,
        lastRound: index === 0 ? at(63 * DAY) : null,
        problems: index === 1 ? ['Pack 8c41f2 cannot be read whole; parity can mend it'] : [],
        parityPercent: parity.get(destination.id) ?? (index === 0 ? 10 : null),
        parityPermille: index === 0 ? 1000 : 0,
      })),
    drill: ({ destination }) => {
      const found = needPresent(find(destination));
      const title = `Restore files of ${found.name} on trial`;
      return startJob(
        host,
        { kind: 'drill', title, destination },
        92_000_000,
        '24 files were restored and are right',
        () => {
          found.lastProven = at(0);
          proofs.set(destination, [makeDrill(at(0), 24, projectAt(1)), ...drillsOf(found)]);
        },
      );
    },
    parity_change: ({ destination, percent }) =>
      startJob(
        host,
        { kind: 'repair', title: `Parity of ${find(destination).name}`, destination },
        stored(destination),
        percent === 0 ? 'It has no parity any more' : `It bears ${percent} % of damage`,
        () => parity.set(destination, percent),
      ),
  };
}

function makeKey(host: MockHost, machine: string, created: string, current: boolean) {
  const id = hexId(host.random, 64);
  return {
    id,
    shortId: id.slice(0, 8),
    current,
    user: 'mira',
    host: machine,
    created,
    damaged: false,
  };
}

function makeDrill(time: string, files: number, project: string | null): Drill {
  return {
    time,
    project,
    files: Math.round(files),
    bytes: 92_000_000,
    milliseconds: 3_180,
    comparedWithDisk: 19,
    problems: [],
  };
}

function kitOf({ name, display, repositoryId }: Destination) {
  const password = 'orbit lantern velvet canyon maple ridge anchor';
  const text = [
    `Recovery kit of ${name}`,
    '',
    `Place: ${display}`,
    `Repository: ${repositoryId.slice(0, 8)}`,
    `Password: ${password}`,
    '',
    'With Undercroft: open it on any machine, choose “Get everything back”.',
    `Without: restic -r ${display} restore latest --target ~/back`,
  ].join('\n');
  const html = `<!doctype html><title>Recovery kit</title><pre>${text}</pre>`;
  return { html, text, fileName: `recovery-kit-${name.toLowerCase().replaceAll(' ', '-')}.html` };
}
