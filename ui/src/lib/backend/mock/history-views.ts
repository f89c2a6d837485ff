/** The files of a made-up history: folders, previews, file histories and differences. */
import { BackendError } from '../backend';
import type { Reply } from '../backend';
import type { Change, FileEntry, HistoryPlan, Preview } from '../bindings';
import { seededRandom } from './data';
import { fileAt, imageOf, sizeOf, textOf } from './history-data';
import type { MockTree, MockVersion } from './history-data';
import { diffTexts } from './line-diff';

export function previewOf(tree: MockTree, path: string): Reply<'file_preview'> {
  const edits = tree.get(path);
  const file = fileAt(path);
  if (edits === undefined) throw refuse(`No file ${path}`);
  const sizeBytes = sizeOf(path, edits);
  if (!file || file.kind === 'text')
    return { kind: 'text', text: textOf(path, edits), sizeBytes, truncated: false };
  if (file.kind === 'image')
    return {
      kind: 'image',
      mime: 'image/svg+xml',
      base64: imageOf(edits),
      sizeBytes,
      truncated: false,
    };
  if (file.bytes > 40_000_000) return { kind: 'tooLarge', sizeBytes, truncated: true };
  return { kind: 'binary', hex: hexOf(edits), sizeBytes, truncated: true };
}

export function fileHistoryOf(versions: MockVersion[], path: string): Reply<'file_history'> {
  let name = path;
  return versions.toReversed().flatMap(({ version, changes, tree }) => {
    const change = changes.find((one) => one.path.join('/') === name);
    if (!change && version.trigger !== 'import') return [];
    const at = name;
    if (change?.from) name = change.from.join('/');
    const edits = tree.get(at);
    return [
      {
        version,
        path: at.split('/'),
        kind: change?.kind ?? ('added' as const),
        sizeBytes: edits === undefined ? null : sizeOf(at, edits),
        layer: fileAt(at)?.layer ?? null,
      },
    ];
  });
}

export function fileDiffOf(old: Preview | null, now: Preview | null): Reply<'file_diff'> {
  const rest = { hunks: [], addedLines: 0, removedLines: 0, truncated: false };
  const kinds = [old?.kind ?? now?.kind, now?.kind ?? old?.kind];
  if (old?.text === now?.text && old?.base64 === now?.base64 && old?.hex === now?.hex)
    return { kind: 'same', ...rest };
  if (kinds.every((kind) => kind === 'text')) {
    const hunks = diffTexts(old?.text ?? '', now?.text ?? '');
    const count = (tag: string) =>
      hunks.reduce((sum, hunk) => sum + hunk.lines.filter((line) => line.tag === tag).length, 0);
    return {
      kind: 'text',
      ...rest,
      hunks,
      text: now?.text ?? '',
      addedLines: count('added'),
      removedLines: count('removed'),
    };
  }
  const kind = kinds.every((one) => one === 'image')
    ? 'image'
    : kinds.includes('tooLarge')
      ? 'tooLarge'
      : 'binary';
  return { kind, ...rest, old, new: now };
}

export function listTree({ tree, version }: MockVersion, folder: string[]): FileEntry[] {
  const prefix = folder.length > 0 ? `${folder.join('/')}/` : '';
  const entries = new Map<string, FileEntry>();
  for (const [path, edits] of tree) {
    if (!path.startsWith(prefix)) continue;
    const [name = '', ...below] = path.slice(prefix.length).split('/');
    const file = fileAt(path);
    const isFolder = below.length > 0;
    entries.set(name, {
      name,
      kind: isFolder ? 'folder' : 'file',
      sizeBytes: isFolder ? 0 : sizeOf(path, edits),
      modified: version.time,
      mode: isFolder ? 'drwxr-xr-x' : '-rw-r--r--',
      layer: isFolder ? null : (file?.layer ?? 'git'),
      reason: isFolder ? null : (file?.reason ?? 'text'),
      target: null,
    });
  }
  const rank = (entry: FileEntry) => (entry.kind === 'folder' ? 0 : 1);
  return [...entries.values()].sort(
    (left, right) => rank(left) - rank(right) || (left.name < right.name ? -1 : 1),
  );
}

/** The changes from `before` to `after`, at and below some paths. */
export function compare(before: MockTree, after: MockTree, paths: string[][]): Change[] {
  const wanted = paths.map((path) => path.join('/'));
  const isWanted = (path: string) =>
    wanted.length === 0 || wanted.some((one) => path === one || path.startsWith(`${one}/`));
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => isWanted(path) && before.get(path) !== after.get(path))
    .sort()
    .map((path): Change => {
      const edits = after.get(path);
      const kind = edits === undefined ? 'removed' : before.has(path) ? 'modified' : 'added';
      const layer = edits === undefined ? null : (fileAt(path)?.layer ?? 'git');
      return {
        path: path.split('/'),
        kind,
        layer,
        sizeBytes: edits === undefined ? null : sizeOf(path, edits),
      };
    });
}

function hexOf(seed: number): string {
  const random = seededRandom(seed + 3);
  return Array.from({ length: 32 }, (_, line) => {
    const bytes = Array.from({ length: 16 }, () => Math.floor(random() * 256));
    const digits = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const letters = bytes
      .map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.'))
      .join('');
    return `${(line * 16).toString(16).padStart(8, '0')}  ${digits}  ${letters}`;
  }).join('\n');
}

export const PLAN = (now: number): HistoryPlan => ({
  counted: new Date(now).toISOString(),
  files: 2_918,
  sizeBytes: 214_300_000,
  leftOut: [
    {
      path: ['node_modules'],
      why: 'package.json stands beside it, so it can be made again',
      files: 38_204,
      sizeBytes: 612_000_000,
    },
    {
      path: ['packages', 'site', 'dist'],
      why: 'vite.config.ts stands beside it, so it can be made again',
      files: 312,
      sizeBytes: 18_200_000,
    },
    { path: ['.cache'], why: 'It is a cache', files: 1_411, sizeBytes: 44_100_000 },
  ],
  secrets: [['.env'], ['deploy', 'id_ed25519']],
  layers: { gitFiles: 2_790, gitBytes: 31_200_000, objectFiles: 128, objectBytes: 183_100_000 },
});

export function refuse(what: string): BackendError {
  return new BackendError({
    code: 'not_found',
    what,
    why: 'The made-up engine says so',
    next: 'Try something else',
  });
}
