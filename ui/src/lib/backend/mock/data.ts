/** A made-up library, the same for the same seed: projects, destinations, snapshots, runs, events. */
import type {
  Destination,
  Event,
  GuardAlert,
  Project,
  Protection,
  Run,
  Snapshot,
} from '../bindings';

export type MockLibrary = {
  projects: Project[];
  destinations: Destination[];
  snapshots: Snapshot[];
  runs: Run[];
  events: Event[];
  alerts: GuardAlert[];
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const GB = 1_000_000_000;

/** Mulberry32: small, seeded and good enough for made-up data. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function hexId(random: () => number, length: number): string {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
}

type Sketch = {
  name: string;
  path: string;
  languages: string[];
  frameworks: string[];
  tags: string[];
  remote: string | null;
  size: number;
  files: number;
  lastHoursAgo: number | null;
  places: number[];
  present?: boolean;
};

const SKETCHES: Sketch[] = [
  {
    name: 'aurora',
    path: '/home/mira/work/aurora',
    languages: ['Rust', 'TypeScript', 'Svelte'],
    frameworks: ['Tauri', 'Svelte'],
    tags: ['client', 'desktop'],
    remote: 'git@forge.example:mira/aurora.git',
    size: 1.34 * GB,
    files: 78_579,
    lastHoursAgo: 0.23,
    places: [0, 1],
  },
  {
    name: 'billing-api',
    path: '/home/mira/work/billing-api',
    languages: ['Go', 'SQL'],
    frameworks: ['Gin'],
    tags: ['client'],
    remote: 'git@forge.example:acme/billing-api.git',
    size: 0.412 * GB,
    files: 9_214,
    lastHoursAgo: 3,
    places: [0],
  },
  {
    name: 'fieldnotes',
    path: '/home/mira/notes/fieldnotes',
    languages: ['Markdown'],
    frameworks: [],
    tags: ['personal'],
    remote: null,
    size: 0.0382 * GB,
    files: 1_204,
    lastHoursAgo: 11,
    places: [0, 1],
  },
  {
    name: 'glaze',
    path: '/home/mira/work/glaze',
    languages: ['TypeScript', 'CSS'],
    frameworks: ['React', 'Vite'],
    tags: ['design-system'],
    remote: 'https://forge.example/acme/glaze.git',
    size: 0.887 * GB,
    files: 41_920,
    lastHoursAgo: 26,
    places: [0],
  },
  {
    name: 'kiln-firmware',
    path: '/home/mira/hardware/kiln-firmware',
    languages: ['C', 'Assembly', 'Python'],
    frameworks: ['Zephyr'],
    tags: ['hardware'],
    remote: null,
    size: 3.61 * GB,
    files: 112_441,
    lastHoursAgo: 24 * 9,
    places: [1],
  },
  {
    name: 'ledger-migration',
    path: '/home/mira/work/ledger-migration',
    languages: ['Kotlin', 'SQL'],
    frameworks: ['Spring'],
    tags: ['client', 'migration'],
    remote: 'git@forge.example:acme/ledger.git',
    size: 0.655 * GB,
    files: 12_876,
    lastHoursAgo: 5,
    places: [0],
  },
  {
    name: 'marginalia',
    path: '/home/mira/work/marginalia',
    languages: ['Python', 'HTML'],
    frameworks: ['Django'],
    tags: [],
    remote: 'git@forge.example:mira/marginalia.git',
    size: 0.203 * GB,
    files: 5_310,
    lastHoursAgo: null,
    places: [],
  },
  {
    name: 'stonework',
    path: '/media/archive/stonework',
    languages: ['C++'],
    frameworks: ['Qt'],
    tags: ['archive'],
    remote: null,
    size: 12.4 * GB,
    files: 204_117,
    lastHoursAgo: 24 * 41,
    places: [1],
    present: false,
  },
  {
    name: 'tessera',
    path: '/home/mira/work/tessera',
    languages: ['Elixir', 'JavaScript'],
    frameworks: ['Phoenix'],
    tags: ['client'],
    remote: 'git@forge.example:mira/tessera.git',
    size: 0.172 * GB,
    files: 3_988,
    lastHoursAgo: 1.4,
    places: [0, 1],
  },
  {
    name: 'webfonts – ünïcode & <b>names</b>',
    path: '/home/mira/work/webfonts – ünïcode & <b>names</b>',
    languages: ['HTML', 'CSS'],
    frameworks: [],
    tags: ['a-rather-long-tag-name'],
    remote: null,
    size: 0.0091 * GB,
    files: 312,
    lastHoursAgo: 7,
    places: [0],
  },
];

export function makeLibrary(now: number, seed = 7): MockLibrary {
  const random = seededRandom(seed);
  const at = (ms: number) => new Date(ms).toISOString();
  const destinations = makeDestinations(now, random, at);
  const projects = SKETCHES.map((sketch) => makeProject(sketch, now, random, at));
  const snapshots = SKETCHES.flatMap((sketch, index) =>
    makeSnapshots(sketch, projects[index] as Project, destinations, now, random, at),
  ).sort((left, right) => right.time.localeCompare(left.time));
  for (const destination of destinations) {
    const inside = snapshots.filter((snapshot) => snapshot.destination === destination.id);
    destination.snapshots = inside.length;
    destination.lastBackup = inside[0]?.time ?? null;
  }
  const runs = makeRuns(snapshots, projects, destinations, now, random, at);
  return {
    projects,
    destinations,
    snapshots,
    runs,
    events: makeEvents(runs, projects),
    alerts: makeAlerts(projects, at(now - 2 * HOUR)),
  };
}

export function emptyLibrary(): MockLibrary {
  return { projects: [], destinations: [], snapshots: [], runs: [], events: [], alerts: [] };
}

function makeDestinations(
  now: number,
  random: () => number,
  at: (ms: number) => string,
): Destination[] {
  const base = (name: string, display: string, daysAgo: number): Destination => ({
    id: `d-${hexId(random, 8)}`,
    name,
    display,
    repositoryId: hexId(random, 64),
    present: true,
    freeBytes: null,
    totalBytes: null,
    snapshots: 0,
    lastBackup: null,
    added: at(now - daysAgo * DAY),
    keeper: 'keyring',
    lastProven: at(now - (daysAgo / 23) * DAY),
    trashed: 0,
  });
  return [
    {
      ...base('Backup drive', '/media/mira/backup-drive/undercroft', 210),
      freeBytes: 612.4 * GB,
      totalBytes: 2000 * GB,
    },
    {
      ...base('NAS in the cellar', '/mnt/nas/mira/backups', 130),
      freeBytes: 1.1 * GB * 100,
      totalBytes: 1000 * GB,
    },
    { ...base('Travel stick', '/media/mira/STICK/uc', 44), present: false, lastProven: null },
  ];
}

function makeProject(
  sketch: Sketch,
  now: number,
  random: () => number,
  at: (ms: number) => string,
): Project {
  return {
    id: `p-${hexId(random, 8)}`,
    name: sketch.name,
    kind: sketch.tags.includes('migration') ? 'migration' : 'other',
    status: 'active',
    path: sketch.path,
    present: sketch.present ?? true,
    languages: sketch.languages,
    frameworks: sketch.frameworks,
    tags: sketch.tags,
    gitRemote: sketch.remote,
    files: sketch.files,
    sizeBytes: Math.round(sketch.size),
    created: at(now - (60 + random() * 200) * DAY),
    updated: at(now - random() * 3 * DAY),
    protection: makeProtection(sketch, now, at),
  };
}

function makeProtection(sketch: Sketch, now: number, at: (ms: number) => string): Protection {
  const hours = sketch.lastHoursAgo;
  const last = hours === null ? null : at(now - hours * HOUR);
  const destinations = sketch.places.length;
  if (last === null || hours === null) {
    return {
      state: 'attention',
      reason: 'It has never been backed up',
      lastBackup: null,
      destinations,
    };
  }
  if (sketch.present === false) {
    return {
      state: 'attention',
      reason: 'Its folder is not there: its drive may be away',
      lastBackup: last,
      destinations,
    };
  }
  if (hours > 24 * 7) {
    return {
      state: 'attention',
      reason: `Its last backup is ${Math.round(hours / 24)} days old`,
      lastBackup: last,
      destinations,
    };
  }
  return {
    state: 'protected',
    reason: 'Backed up, and the backup can be reached',
    lastBackup: last,
    destinations,
  };
}

function makeSnapshots(
  sketch: Sketch,
  project: Project,
  destinations: Destination[],
  now: number,
  random: () => number,
  at: (ms: number) => string,
): Snapshot[] {
  if (sketch.lastHoursAgo === null) return [];
  const newest = now - sketch.lastHoursAgo * HOUR;
  return sketch.places.flatMap((place) => {
    const destination = destinations[place] as Destination;
    const count = 6 + Math.floor(random() * 60);
    return Array.from({ length: count }, (_, index): Snapshot => {
      const id = hexId(random, 64);
      const shrink = 1 - index * 0.004;
      return {
        id,
        shortId: id.slice(0, 8),
        destination: destination.id,
        destinationName: destination.name,
        project: project.id,
        time: at(newest - index * DAY * (0.6 + random() * 0.7) - place * 4 * MINUTE),
        host: 'workbench',
        user: 'mira',
        paths: [sketch.path],
        tags: index === 12 ? ['release-1.0'] : [],
        files: Math.round(sketch.files * shrink),
        sizeBytes: Math.round(sketch.size * shrink),
        pinned: index === 12,
        addedBytes:
          index === count - 1
            ? Math.round(sketch.size * 0.41)
            : Math.round(random() ** 4 * sketch.size * 0.05) + 2_400,
      };
    });
  });
}

function makeRuns(
  snapshots: Snapshot[],
  projects: Project[],
  destinations: Destination[],
  now: number,
  random: () => number,
  at: (ms: number) => string,
): Run[] {
  const name = (id: string | null | undefined) =>
    projects.find((project) => project.id === id)?.name ?? 'a project';
  const runs = snapshots.slice(0, 120).map((snapshot, index): Run => {
    const ended = Date.parse(snapshot.time);
    const warned = index % 17 === 5;
    return {
      id: `r-${hexId(random, 8)}`,
      kind: 'backup',
      title: `Back up ${name(snapshot.project)} to ${snapshot.destinationName}`,
      project: snapshot.project ?? null,
      destination: snapshot.destination,
      state: warned ? 'warnings' : 'succeeded',
      started: at(ended - 1500 - random() * 40_000),
      ended: at(ended),
      filesDone: snapshot.files ?? 0,
      bytesDone: snapshot.sizeBytes ?? 0,
      outcome: {
        summary: warned
          ? 'Snapshot made; 3 files could not be read'
          : 'Snapshot made; only what changed was stored',
        warnings: warned
          ? [
              { item: 'var/run/postgres.sock', message: 'Is a socket, which cannot be backed up' },
              { item: 'secrets/prod.key', message: 'Permission denied: your user may not read it' },
              {
                item: 'logs/today\\u{202e}gol.txt',
                message: 'Changed while it was read; stored as last seen',
              },
            ]
          : [],
        warningsTotal: warned ? 3 : 0,
        error: null,
      },
    };
  });
  const stick = destinations[2] as Destination;
  const failed: Run = {
    id: `r-${hexId(random, 8)}`,
    kind: 'backup',
    title: `Back up kiln-firmware to ${stick.name}`,
    project: projects[4]?.id ?? null,
    destination: stick.id,
    state: 'failed',
    started: at(now - 5.2 * HOUR),
    ended: at(now - 5.2 * HOUR + 800),
    filesDone: 0,
    bytesDone: 0,
    outcome: {
      summary: 'Travel stick could not be reached',
      warnings: [],
      warningsTotal: 0,
      error: {
        code: 'unavailable',
        what: 'Cannot open the repository at /media/mira/STICK/uc',
        why: 'Its drive is not connected',
        next: 'Connect the drive and start the backup again',
      },
    },
  };
  return [...runs, failed].sort((left, right) => right.started.localeCompare(left.started));
}

function makeAlerts(projects: Project[], time: string): GuardAlert[] {
  return projects.slice(5, 6).map((project) => ({
    id: 'ga-1',
    time,
    project: project.id,
    projectName: project.name,
    kind: 'deletion',
    text: `9,120 of the 12,876 files of ${project.name} are gone since the last backup`,
    examples: ['src/main/Ledger.kt', 'src/main/Accounts.kt', 'sql/2026/close.sql', 'README.md'],
    answer: null,
  }));
}

function makeEvents(runs: Run[], projects: Project[]): Event[] {
  const fromRuns = runs.map((run) => ({
    time: run.ended ?? run.started,
    kind: run.state === 'failed' ? 'backup.failed' : 'backup.finished',
    text: run.state === 'failed' ? `${run.title} failed` : `${run.title} finished`,
    project: run.project ?? null,
    destination: run.destination ?? null,
  }));
  const fromProjects = projects.map((project) => ({
    time: project.created,
    kind: 'project.added',
    text: `${project.name} was added`,
    project: project.id,
    destination: null,
  }));
  return [...fromRuns, ...fromProjects]
    .sort((left, right) => left.time.localeCompare(right.time))
    .map((event, index) => ({ seq: index + 1, ...event }));
}
