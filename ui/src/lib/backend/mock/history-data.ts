/** Made-up histories: files that grow edit by edit, and the versions that the edits made. */
import type { Change, Layer, LayerReason, Trigger, Version } from '../bindings';
import { hexId, seededRandom } from './data';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS = 74;

export type MockFile = {
  path: string[];
  kind: 'text' | 'image' | 'binary';
  bytes: number;
  layer: Layer;
  reason: LayerReason;
};
/** The number of edits of each file up to a version; a missing file has no number. */
export type MockTree = ReadonlyMap<string, number>;
export type MockVersion = { version: Version; tree: MockTree; changes: Change[] };

const text = (path: string): MockFile => ({
  path: path.split('/'),
  kind: 'text',
  bytes: 0,
  layer: 'git',
  reason: 'text',
});
const large = (
  path: string,
  kind: 'image' | 'binary',
  bytes: number,
  reason: LayerReason,
): MockFile => ({ path: path.split('/'), kind, bytes, layer: 'objects', reason });

export const FILES: MockFile[] = [
  ...[
    '.env',
    '.gitignore',
    'Cargo.toml',
    'README.md',
    'docs/design.md',
    'docs/notes (draft).md',
  ].map(text),
  ...[
    'src/main.rs',
    'src/parse.rs',
    'src/layout.rs',
    'src/render/mod.rs',
    'src/render/glyphs.rs',
  ].map(text),
  ...[
    'ui/App.svelte',
    'ui/theme.css',
    'ui/timeline.ts',
    'tests/parse.rs',
    'scripts/release.py',
  ].map(text),
  text('src/bad\\xffname.rs'),
  large('assets/logo.svg', 'image', 0, 'rule'),
  large('assets/hero.psd', 'binary', 48_300_000, 'large'),
  large('data/samples.sqlite', 'binary', 12_910_000, 'binary'),
  large('tests/fixture.bin', 'binary', 2_048, 'binary'),
];
const RENAME = { from: 'src/layout.rs', to: 'src/render/layout.rs', at: 0.6 };
const files = new Map(FILES.map((file) => [file.path.join('/'), file]));
files.set(RENAME.to, { ...text(RENAME.to), path: RENAME.to.split('/') });

export const fileAt = (path: string): MockFile | undefined => files.get(path);

const VERBS = ['Edit', 'Rework', 'Tidy', 'Extend'];
const MANUAL = [
  'Parse nested blocks in one pass',
  'Release 0.9: glyph cache and faster start',
  'Spike: lay out lines lazily',
  'Fix the off-by-one in wrapped lines',
];

const texts = new Map<string, string[]>();

/** Each edit builds on the one before, so what was made is kept. */
export function textOf(path: string, edits: number): string {
  const made = texts.get(path) ?? [`${baseLines(path).join('\n')}\n`];
  texts.set(path, made);
  while (made.length <= edits) {
    const lines = (made.at(-1) ?? '').slice(0, -1).split('\n');
    change(lines, made.length, path);
    made.push(`${lines.join('\n')}\n`);
  }
  return made[edits] ?? '';
}

export function imageOf(edits: number): string {
  const hue = (edits * 47) % 360;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="160"><rect width="240" height="160" fill="hsl(${hue} 30% 92%)"/><path d="M60 130V70a60 60 0 0 1 120 0v60h-30V72a30 30 0 0 0-60 0v58z" fill="hsl(${hue} 45% ${30 + (edits % 3) * 8}%)"/></svg>`;
  return btoa(svg);
}

export function sizeOf(path: string, edits: number): number {
  const file = fileAt(path);
  if (!file || file.kind === 'text') return textOf(path, edits).length;
  if (file.kind === 'image') return 480 + (edits % 5);
  return Math.round(file.bytes * (1 + edits * 0.03));
}

function baseLines(path: string): string[] {
  const name = path.split('/').at(-1) ?? path;
  if (path.endsWith('.rs')) {
    return [
      `//! ${name}: part of the renderer.`,
      '',
      'use std::collections::BTreeMap;',
      '',
      ...['measure', 'place', 'wrap', 'draw', 'flush', 'reset', 'trace'].flatMap((verb, index) => [
        `/// Takes the next ${verb} step and says how far it came.`,
        `pub fn ${verb}(input: &[u8], width: usize) -> Result<usize> {`,
        `    let limit = width.saturating_sub(${index + 2});`,
        '    let mut seen = BTreeMap::new();',
        '    for (at, byte) in input.iter().enumerate() {',
        `        if at > limit { return Err(Error::new("${verb} went too far")); }`,
        '        *seen.entry(byte).or_insert(0) += 1;',
        '    }',
        '    Ok(seen.len())',
        '}',
        '',
      ]),
    ];
  }
  if (path.endsWith('.md')) {
    return ['# ' + name, '', 'What this part is for, and what it never does.', ''].concat(
      Array.from({ length: 18 }, (_, index) => `- Decision ${index + 1}: keep the simple form.`),
    );
  }
  if (name === '.env') return ['API_TOKEN=not-a-real-one', 'PORT=8080'];
  return Array.from({ length: 40 }, (_, index) => `const value${index} = ${index * 3};`);
}

function change(lines: string[], edit: number, path: string): void {
  const at = (edit * 17 + path.length) % Math.max(1, lines.length);
  const line = lines[at] ?? '';
  lines[at] = /\d/.test(line) ? line.replace(/\d+/, String(edit + 4)) : `${line} // pass ${edit}`;
  if (edit % 3 === 0) lines.splice(at + 1, 0, '', `    let step_${edit} = limit.min(${edit});`);
  if (edit % 7 === 0) lines.splice(Math.floor(lines.length / 3), 2);
}

/** The versions of a workspace, oldest first: an import, then work on most days. */
export function makeVersions(
  project: string,
  workspace: string,
  now: number,
  days = DAYS,
): MockVersion[] {
  const random = seededRandom(project.length * 131 + workspace.length);
  const made: MockVersion[] = [];
  let tree = new Map(
    [...files.keys()].filter((path) => path !== RENAME.to).map((path) => [path, 0]),
  );
  for (let day = days; day >= 0; day -= 1) {
    const start = new Date(now - day * DAY);
    start.setHours(8, 30, 0, 0);
    const weekend = [0, 6].includes(start.getDay());
    const count = day === days ? 1 : weekend ? Math.floor(random() * 3) : Math.floor(random() * 15);
    const times = Array.from({ length: count }, () => start.getTime() + random() * 10 * HOUR)
      .filter((time) => time < now)
      .sort((left, right) => left - right);
    if (day === 0 && times.length === 0) times.push(now - 14 * 60_000);
    for (const time of times) {
      const next = new Map(tree);
      const renaming = made.length > 0 && day < days * (1 - RENAME.at) && next.has(RENAME.from);
      const changes =
        made.length === 0
          ? []
          : renaming
            ? rename(next)
            : editSome(next, random, random() > 0.9 ? 5 : 1 + Math.floor(random() * 2));
      made.push({
        version: describe(made, changes, next, time, random, project, workspace),
        tree: next,
        changes,
      });
      tree = next;
    }
  }
  return made;
}

function rename(tree: Map<string, number>): Change[] {
  const edits = tree.get(RENAME.from) ?? 0;
  tree.delete(RENAME.from);
  tree.set(RENAME.to, edits);
  const [path, from] = [RENAME.to.split('/'), RENAME.from.split('/')];
  return [{ path, from, kind: 'renamed', sizeBytes: sizeOf(RENAME.to, edits), layer: 'git' }];
}

function editSome(tree: Map<string, number>, random: () => number, count: number): Change[] {
  const paths = [...tree.keys()];
  const chosen = new Set(
    Array.from(
      { length: count },
      () => paths[Math.floor(random() ** 1.4 * paths.length)] ?? 'README.md',
    ),
  );
  return [...chosen].map((path): Change => {
    const edits = (tree.get(path) ?? 0) + 1;
    tree.set(path, edits);
    const layer = fileAt(path)?.layer ?? 'git';
    return { path: path.split('/'), kind: 'modified', sizeBytes: sizeOf(path, edits), layer };
  });
}

function describe(
  made: MockVersion[],
  changes: Change[],
  tree: MockTree,
  time: number,
  random: () => number,
  project: string,
  workspace: string,
): Version {
  const seq = made.length + 1;
  const manual = seq % 29 === 0;
  const trigger: Trigger =
    seq === 1 ? 'import' : manual ? 'manual' : seq % 61 === 0 ? 'beforeRestore' : 'automatic';
  const count = (kind: Change['kind']) => changes.filter((one) => one.kind === kind).length;
  const first = changes[0]?.path.join('/') ?? '';
  const message =
    trigger === 'import'
      ? 'The first version'
      : trigger === 'beforeRestore'
        ? 'Before a restore'
        : manual
          ? (MANUAL[(seq / 29) % MANUAL.length] ?? 'Save')
          : `${VERBS[seq % VERBS.length]} ${first}${changes.length > 1 ? ` and ${changes.length - 1} more` : ''}`;
  const id = hexId(random, 26);
  const sizes = [...tree].map(([path, edits]) => sizeOf(path, edits));
  return {
    id,
    shortId: id.slice(-8),
    project,
    workspace,
    seq,
    time: new Date(time).toISOString(),
    author: 'Mira <mira@workbench>',
    message,
    trigger,
    name: seq % 87 === 0 ? 'Shown to the client' : null,
    note: seq % 87 === 0 ? 'The build that ran on the stand; keep it.' : null,
    pinned: seq % 87 === 0,
    parent: made.at(-1)?.version.id ?? null,
    commit: hexId(random, 40),
    files: tree.size,
    sizeBytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    storedBytes:
      seq === 1
        ? 21_400_000
        : Math.round(
            400 + random() * 9000 + (changes.some((one) => one.layer === 'objects') ? 900_000 : 0),
          ),
    added: seq === 1 ? tree.size : count('added'),
    modified: count('modified'),
    removed: count('removed'),
    renamed: count('renamed'),
  };
}
