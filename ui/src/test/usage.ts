/** A believable library of eight projects and what they take: answers for the use cases of usage. */
import type {
  FileClass,
  JobView,
  UsageBy,
  UsageFinding,
  UsageGrowth,
  UsageKind,
  UsageLayer,
  UsageLayerSum,
  UsageOverview,
  UsageRow,
  UsageTrend,
  UsageView,
} from '$lib/backend/bindings';
import type { RecordedBackend } from '$lib/backend/recorded';
import { formatSize } from '$lib/format/size';

const DAY = 86_400_000;
const MB = 1_000_000;

/** A folder or file: its name, its size in MB or its parts, how many days ago it was changed. */
type Node = {
  name: string;
  kind: UsageKind;
  class: FileClass;
  layer: UsageLayer;
  bytes: number;
  files: number;
  age: number;
  rebuildable: boolean;
  parts: Node[];
  project: string | null;
  path: string[] | null;
  key: string;
};
type Part = Partial<Pick<Node, 'class' | 'age' | 'rebuildable' | 'kind' | 'layer' | 'files'>>;

function file(name: string, mb: number, cls: FileClass, age = 20): Node {
  return node(name, [], { kind: 'file', class: cls, age, files: 1 }, mb * MB);
}

function folder(name: string, parts: Node[], more: Part = {}): Node {
  return node(name, parts, { kind: 'folder', ...more });
}

/** A folder of so many MB in so many files, whose parts are made up. */
function bulk(name: string, mb: number, files: number, cls: FileClass, more: Part = {}): Node {
  const shares = [0.31, 0.2, 0.14, 0.1, 0.08, 0.06, 0.05, 0.03, 0.02, 0.01];
  const parts = shares.map((share, at) => {
    const inner = { ...more, class: cls, files: Math.max(1, Math.round(files * share)) };
    return node(`${name}-${at + 1}`, [], { kind: 'folder', ...inner }, mb * share * MB);
  });
  return node(name, parts, { kind: 'folder', class: cls, ...more });
}

function node(name: string, parts: Node[], more: Part & { kind: UsageKind }, bytes = 0): Node {
  const ofClass = new Map<FileClass, number>();
  for (const part of parts) {
    ofClass.set(part.class, (ofClass.get(part.class) ?? 0) + part.bytes);
  }
  const [largest] = [...ofClass].toSorted((left, right) => right[1] - left[1]);
  const sum = parts.reduce((total, part) => total + part.bytes, bytes);
  const clear = largest !== undefined && largest[1] > sum / 2;
  return {
    ...{ name, parts, project: null, path: null, key: '' },
    bytes: Math.round(sum),
    files: parts.reduce((total, part) => total + part.files, 0) || 1,
    class: clear ? largest[0] : parts.length > 0 ? 'mixed' : 'other',
    layer: 'working',
    age: Math.min(...parts.map((part) => part.age), 400),
    rebuildable: false,
    ...more,
  };
}

const CONTENTS: Node[][] = [
  [
    folder('assets', [
      bulk('textures', 9_800, 420, 'image', { age: 12 }),
      bulk('video', 7_400, 36, 'media', { age: 41 }),
      bulk('audio', 1_900, 210, 'media', { age: 120 }),
      file('reference.zip', 1_240, 'archive', 300),
    ]),
    bulk('target', 6_700, 38_400, 'binary', { rebuildable: true, age: 0.2 }),
    bulk('src', 48, 1_820, 'code', { age: 0.05 }),
    bulk('docs', 130, 94, 'text', { age: 9 }),
    file('scene-cache.db', 2_300, 'data', 3),
  ],
  [
    bulk('node_modules', 1_150, 61_200, 'code', { rebuildable: true, age: 6 }),
    folder('fixtures', [
      file('invoices-2025.parquet', 1_900, 'data', 70),
      file('ledger.sqlite', 860, 'data', 2),
      bulk('pdf', 410, 5_200, 'text', { age: 160 }),
    ]),
    bulk('src', 22, 940, 'code', { age: 0.4 }),
    bulk('dist', 240, 310, 'code', { rebuildable: true, age: 1 }),
  ],
  [bulk('notes', 84, 3_100, 'text', { age: 0.3 }), bulk('scans', 2_600, 410, 'image', { age: 30 })],
  [
    bulk('photos', 11_300, 1_960, 'image', { age: 220 }),
    bulk('raw', 8_900, 340, 'image', { age: 260 }),
    bulk('edits', 2_100, 120, 'image', { age: 5 }),
    file('catalogue.lrcat', 720, 'data', 5),
  ],
  [
    bulk('build', 3_100, 8_900, 'binary', { rebuildable: true, age: 2 }),
    bulk('vendor', 640, 7_700, 'code', { age: 90 }),
    bulk('images', 1_500, 14, 'binary', { age: 35 }),
    bulk('firmware', 19, 510, 'code', { age: 1 }),
  ],
  [
    folder('dumps', [
      file('ledger-2026-10.sql.gz', 4_800, 'archive', 38),
      file('ledger-2026-06.sql.gz', 4_400, 'archive', 160),
      file('ledger-2025-12.sql.gz', 3_700, 'archive', 340),
    ]),
    bulk('scripts', 9, 260, 'code', { age: 14 }),
    bulk('reports', 310, 720, 'text', { age: 14 }),
  ],
  [
    bulk('.venv', 2_900, 44_000, 'code', { rebuildable: true, age: 20 }),
    folder('models', [
      file('layout-large.safetensors', 5_600, 'data', 44),
      file('layout-small.safetensors', 1_300, 'data', 44),
    ]),
    bulk('corpus', 3_900, 12_500, 'text', { age: 100 }),
    bulk('marginalia', 6, 180, 'code', { age: 0.1 }),
  ],
  [
    bulk('recordings', 6_200, 88, 'media', { age: 800 }),
    bulk('plans', 1_700, 240, 'image', { age: 900 }),
    bulk('letters', 36, 610, 'text', { age: 1_200 }),
  ],
];

const LAYER_NODES: [string, UsageLayer, number, number, FileClass][] = [
  ['Versions', 'versions', 2_900, 8, 'code'],
  ['Large files of versions', 'objects', 21_400, 2_300, 'mixed'],
  ['Archives', 'archives', 8_600, 14, 'archive'],
  ['Trash', 'trash', 1_850, 620, 'mixed'],
  ['Drafts', 'drafts', 14, 31, 'text'],
  ['Cache', 'cache', 740, 4_100, 'data'],
  ['Catalog', 'catalog', 96, 3, 'data'],
];

export type UsageFixture = {
  overview: UsageOverview;
  show: (key: string, by: UsageBy, limit: number) => UsageView;
  trend: (days: number) => UsageTrend;
  growth: (key: string, from: string | null, to: string | null) => UsageGrowth;
  largest: UsageFinding[];
  rebuildable: UsageFinding[];
  duplicates: UsageFinding[][];
  findings: UsageFinding[];
};

type Named = { id: string; name: string };

export function usageFixture(
  projects: readonly Named[],
  destinations: readonly Named[],
  now: number,
): UsageFixture {
  const ago = (days: number) => new Date(now - days * DAY).toISOString();
  const known = projects.slice(0, CONTENTS.length);
  const tree: Node[] = known.map(({ id, name }, at) => {
    const root = node(name, CONTENTS[at] ?? [], { kind: 'project' });
    return placed(root, id, [], `project:${id}`);
  });
  const layers = LAYER_NODES.map(([name, layer, mb, count, cls]) => {
    const parts = known.map((project, at) =>
      layerPart(project, layer, (mb / known.length) * (1.7 - at * 0.18), count, cls),
    );
    const whole = node(name, parts, { kind: 'layer', layer, class: cls });
    return { ...whole, key: `layer:${layer}` };
  });
  const working = { ...node('Working files', tree, { kind: 'layer' }), key: 'layer:working' };
  const files = tree.flatMap(leaves);

  const groups = (
    kind: 'type' | 'age',
    of: (leaf: Node) => string,
    look: (name: string) => Partial<Node>,
  ) =>
    [...new Set(files.map(of))].map((name) => {
      const parts = files.filter((leaf) => of(leaf) === name);
      const whole = node(name, parts, { kind });
      return { ...whole, ...look(name), key: `${kind}:${name}` };
    });
  const roots: Record<UsageBy, Node[]> = {
    place: [...tree, ...layers],
    layer: [working, ...layers],
    type: groups('type', typeOf, (name) => ({ class: CLASS_OF[name] ?? 'other' })),
    age: groups('age', ageOf, () => ({})),
  };
  const whole = node('Library', roots.place, { kind: 'library' });
  const trailTo = (key: string, within: Node[]): Node[] => {
    for (const one of within) {
      if (one.key === key) return [one];
      const below = trailTo(key, one.parts);
      if (below.length > 0) return [one, ...below];
    }
    return [];
  };

  const rowOf = (one: Node): UsageRow => ({
    ...{ key: one.key, name: one.name, kind: one.kind, class: one.class, files: one.files },
    layer: one.kind === 'project' || one.kind === 'layer' || one.path ? one.layer : null,
    bytes: one.bytes,
    apparentBytes: Math.round(one.bytes * (one.layer === 'working' ? 0.99 : 2.6)),
    reclaimableBytes: reclaimable(one),
    uniqueBytes: one.layer === 'objects' ? Math.round(one.bytes * 0.7) : null,
    modified: ago(one.age),
    canOpen: one.parts.length > 0,
    rebuildable: one.rebuildable,
    project: one.project,
    path: one.path,
  });
  const show = (key: string, by: UsageBy, limit: number): UsageView => {
    const trail = trailTo(key, roots[by]);
    const at = trail.at(-1) ?? whole;
    const parts = (key === '' ? roots[by] : at.parts).toSorted((a, b) => b.bytes - a.bytes);
    const rows = parts.slice(0, limit).map(rowOf);
    return {
      ...{ key, by, rows, kind: at.kind, bytes: at.bytes, files: at.files },
      trail: [
        { key: '', name: 'Library' },
        ...trail.map((one) => ({ key: one.key, name: one.name })),
      ],
      apparentBytes: at.bytes,
      reclaimableBytes: reclaimable(at),
      scanned: ago(14 / 1440),
      scanning: null,
      sentence: `${at.name} takes ${formatSize(at.bytes)}; ${rows[0]?.name ?? 'nothing'} is the largest part.`,
    };
  };

  const findingOf = (one: Node, held: UsageFinding['held'], rebuiltBy?: string): UsageFinding => ({
    ...{ key: one.key, project: one.project ?? '', path: one.path ?? [], held },
    projectName: known.find(({ id }) => id === one.project)?.name ?? '',
    ...{ bytes: one.bytes, files: one.files, modified: ago(one.age) },
    rebuiltBy: rebuiltBy ?? null,
  });
  const all = tree.flatMap(descend);
  const manifests: Record<string, string> = {
    target: 'Cargo.toml',
    node_modules: 'package.json',
    dist: 'package.json',
    build: 'CMakeLists.txt',
    '.venv': 'pyproject.toml',
  };
  const largest = all
    .filter(({ kind }) => kind === 'file')
    .toSorted((left, right) => right.bytes - left.bytes)
    .map((one, at) => findingOf(one, at % 3 === 1 ? 'nowhere' : 'version'));
  const rebuildable = all
    .filter((one) => one.rebuildable && one.name in manifests)
    .toSorted((left, right) => right.bytes - left.bytes)
    .map((one) => findingOf(one, 'rebuildable', manifests[one.name]));
  const duplicates = largest.slice(0, 3).map((one, at) => {
    const other = known[(at + 3) % known.length] as Named;
    const copy = { ...one, key: `${one.key}/copy`, path: ['backup', ...one.path.slice(-1)] };
    return [one, { ...copy, project: other.id, projectName: other.name, held: 'nowhere' as const }];
  });

  const sums: UsageLayerSum[] = [
    { layer: 'working', bytes: working.bytes },
    ...layers.map(({ layer, bytes }) => ({ layer, bytes })),
  ];
  const libraryBytes = layers.reduce((total, { bytes }) => total + bytes, 0);
  const disk = { name: '/home', capacity_bytes: 0, capacityBytes: 512e9, freeBytes: 122.4e9 };
  const overview: UsageOverview = {
    ...{ bytes: whole.bytes, libraryBytes, reclaimableBytes: reclaimable(whole), layers: sums },
    ...{ projects: 8, active: 7, archived: 1, trashed: 1 },
    disk: { name: disk.name, capacityBytes: disk.capacityBytes, freeBytes: disk.freeBytes },
    quotaBytes: 50e9,
    quotaState: 'fine',
    savings: {
      versionsBytes: 214e9,
      storedBytes: 24.3e9,
      archivedBytes: 22.1e9,
      archivesBytes: 8.6e9,
    },
    destinations: destinations.map(({ id, name }, at) => ({
      ...{ id, name, present: at < 2, bytes: [82e9, 64e9, 31e9][at] ?? 1e9 },
      disk: at < 2 ? { name, capacityBytes: 1000e9, freeBytes: [41e9, 610e9][at] ?? 1e9 } : null,
      forecast:
        at === 2
          ? null
          : {
              bytesPerDay: [1.02e9, 0.2e9][at] ?? 0,
              daysToFull: at === 0 ? 40 : null,
              daysObserved: 60,
            },
    })),
    forecast: { bytesPerDay: 0.31e9, daysToFull: null, daysObserved: 60 },
    scanned: ago(14 / 1440),
    sentence: `Your 8 projects and their history take ${formatSize(whole.bytes)}, and ${formatSize(reclaimable(whole))} of it can be freed.`,
  };

  const trend = (days: number): UsageTrend => ({
    samples: Array.from({ length: days }, (_, index) => {
      const back = days - 1 - index;
      const grown = (rate: number, wave: number) =>
        1 - (back / 365) * rate + 0.02 * wave * Math.sin(back / 9);
      const at = sums.map(({ layer, bytes }, rank) => ({
        layer,
        bytes: Math.round(Math.max(0.05, grown(0.9 + rank * 0.2, rank % 3)) * bytes),
      }));
      return {
        ...{ time: ago(back), layers: at, freeBytes: 122e9 },
        bytes: at.reduce((total, { bytes }) => total + bytes, 0),
      };
    }),
    forecast: { bytesPerDay: 0.31e9, daysToFull: null, daysObserved: Math.min(60, days) },
    capacityBytes: 160e9,
  });
  const counts = Array.from({ length: 24 }, (_, index) => ago(23 - index + 14 / 1440));
  const growth = (key: string, from: string | null, to: string | null): UsageGrowth => {
    const trail = trailTo(key, tree);
    const parts = key === '' ? tree : (trail.at(-1)?.parts ?? []);
    const factors = [0.08, -0.21, 0.02, 0, 0.34, -0.05, 0.12, -0.01];
    const rows = parts.flatMap((one, at) => {
      const factor = factors[at % factors.length] ?? 0;
      const bytesBefore = Math.round(one.bytes * (1 - factor));
      if (factor === 0) return [];
      const { key: rowKey, name, kind, bytes: bytesAfter } = one;
      return [{ key: rowKey, name, kind, bytesBefore, bytesAfter, canOpen: one.parts.length > 0 }];
    });
    return {
      ...{ key, rows, counts },
      trail: [
        { key: '', name: 'Library' },
        ...trail.map((one) => ({ key: one.key, name: one.name })),
      ],
      from: from ?? counts.at(-8) ?? '',
      to: to ?? counts.at(-1) ?? '',
      bytesBefore: rows.reduce((total, row) => total + row.bytesBefore, 0),
      bytesAfter: rows.reduce((total, row) => total + row.bytesAfter, 0),
    };
  };
  const findings = [...largest, ...rebuildable, ...duplicates.flat()];
  return { overview, show, trend, growth, largest, rebuildable, duplicates, findings };
}

/** Makes a recorded engine answer as this library; counting and freeing run as its jobs do. */
export function answerUsage(backend: RecordedBackend, now: number): UsageFixture {
  const { projects, destinations } = backend.library;
  const fixture = usageFixture(projects, destinations, now);
  const { largest, rebuildable, duplicates, findings } = fixture;
  backend.answer('usage_overview', fixture.overview);
  backend.answer('usage_show', ({ key = '', by, limit }) =>
    fixture.show(key, by ?? 'place', limit ?? 200),
  );
  backend.answer('usage_trend', ({ days }) => fixture.trend(days ?? 90));
  backend.answer('usage_growth', ({ key = '', from, to }) =>
    fixture.growth(key, from ?? null, to ?? null),
  );
  backend.answer('usage_findings', {
    ...{ largest, rebuildable, searched: new Date(now - 3 * DAY).toISOString() },
    duplicates: duplicates.map((files) => ({
      ...{ bytesEach: files[0]?.bytes ?? 0, wastedBytes: files[0]?.bytes ?? 0, files },
    })),
  });
  backend.answer('usage_free_preview', ({ project, paths }) => {
    const wanted = new Set(paths.map((path) => path.join('/')));
    const items = findings.filter(
      (one, at) =>
        one.project === project &&
        wanted.has(one.path.join('/')) &&
        findings.findIndex(({ key }) => key === one.key) === at,
    );
    const bytes = items.reduce((total, item) => total + item.bytes, 0);
    return { items, bytes, toTrash: items.filter(({ held }) => held === 'nowhere').length };
  });
  backend.answer('usage_scan', () => usageJob(now, 'Count the storage', 'running'));
  backend.answer('usage_duplicates', () => usageJob(now, 'Find duplicates', 'running'));
  backend.answer('usage_free', () => usageJob(now, 'Free space', 'succeeded'));
  return fixture;
}

let jobs = 0;

export function usageJob(now: number, title: string, state: 'running' | 'succeeded'): JobView {
  return {
    ...{ id: `usage-job-${++jobs}`, kind: 'preview', title, state, current: '' },
    progress: {
      ...{ bytesDone: 0, bytesTotal: 0, filesDone: 48_200, filesTotal: 118_000 },
      ...{ totalsSettled: true, bytesPerSecond: 0, secondsLeft: 3 },
    },
    started: new Date(now).toISOString(),
    ended: state === 'running' ? null : new Date(now).toISOString(),
    outcome:
      state === 'running'
        ? null
        : { summary: `${title}: done`, warnings: [], warningsTotal: 0, error: null },
  };
}

function placed(one: Node, project: string, path: string[], key: string): Node {
  return {
    ...{ ...one, key, project, path },
    parts: one.parts.map((part) => {
      const inner = [...path, part.name];
      return placed(part, project, inner, `path:${project}/${inner.join('/')}`);
    }),
  };
}

function layerPart(
  { id, name }: Named,
  layer: UsageLayer,
  mb: number,
  files: number,
  cls: FileClass,
): Node {
  const part = node(name, [], { kind: 'project', layer, class: cls, files, age: 3 }, mb * MB);
  return { ...part, key: `layer:${layer}/${id}`, project: id };
}

function descend(one: Node): Node[] {
  return [one, ...one.parts.flatMap(descend)];
}

function leaves(one: Node): Node[] {
  return one.parts.length > 0 ? one.parts.flatMap(leaves) : [one];
}

function reclaimable(one: Node): number {
  if (one.rebuildable) return one.bytes;
  return one.parts.reduce((total, part) => total + reclaimable(part), 0);
}

const CLASS_OF: Record<string, FileClass> = {
  'Source code': 'code',
  Documents: 'text',
  'Data and databases': 'data',
  Images: 'image',
  'Sound and video': 'media',
  Archives: 'archive',
  Programs: 'binary',
};

function typeOf(leaf: Node): string {
  const named = Object.entries(CLASS_OF).find(([, cls]) => cls === leaf.class);
  return named?.[0] ?? 'Other';
}

function ageOf({ age }: Node): string {
  if (age <= 7) return 'This week';
  if (age <= 30) return 'This month';
  if (age <= 90) return 'Last 3 months';
  if (age <= 365) return 'This year';
  return 'Older';
}
