/** The made-up content of a snapshot: the same folders for the same path, one of them huge. */
import type { Entry, Listing } from '../bindings';
import { seededRandom } from './data';

export const HUGE_FOLDER = 'a-million-files';
const HUGE_COUNT = 1_000_000;

const ROOT: [string, Entry['kind'], number][] = [
  ['.git', 'folder', 0],
  [HUGE_FOLDER, 'folder', 0],
  ['assets', 'folder', 0],
  ['docs', 'folder', 0],
  ['src', 'folder', 0],
  ['tests', 'folder', 0],
  ['Cargo.lock', 'file', 142_330],
  ['Cargo.toml', 'file', 1_812],
  ['LICENSE', 'file', 11_357],
  ['README.md', 'file', 5_120],
  ['current', 'symlink', 0],
  ['bad\\xffname.txt', 'file', 12],
  ['שלום.txt', 'file', 512],
  ['release notes (final, really final, this time for sure, 2026 edition).md', 'file', 48_203],
];

export function listFolder(path: string[], now: number): Listing {
  if (path.at(-1) === HUGE_FOLDER) return { path, entries: hugeFolder(now) };
  if (path.length === 0) return { path, entries: ROOT.map((row) => entry(row, now)) };
  if (path.length > 5) return { path, entries: [] };
  return { path, entries: someFolder(path.join('/'), now) };
}

function entry([name, kind, sizeBytes]: [string, Entry['kind'], number], now: number): Entry {
  return {
    name,
    kind,
    sizeBytes,
    modified: new Date(now - (name.length * 86_400_000) / 3).toISOString(),
    mode: kind === 'folder' ? 'drwxr-xr-x' : kind === 'symlink' ? 'lrwxrwxrwx' : '-rw-r--r--',
    target: kind === 'symlink' ? 'releases/2026-11-20' : null,
  };
}

function someFolder(seedText: string, now: number): Entry[] {
  const seed = [...seedText].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7);
  const random = seededRandom(seed);
  const stems = ['main', 'index', 'parse', 'render', 'store', 'schema', 'router', 'theme', 'queue'];
  const endings = ['.rs', '.ts', '.md', '.json', '.svelte', '.png'];
  const folders = ['core', 'fixtures', 'widgets'].filter(() => random() > 0.4);
  const files = stems.flatMap((stem) =>
    endings.filter(() => random() > 0.55).map((ending) => `${stem}${ending}`),
  );
  return [
    ...folders.map((name) => entry([name, 'folder', 0], now)),
    ...files.sort().map((name) => entry([name, 'file', Math.round(random() ** 3 * 900_000)], now)),
  ];
}

function hugeFolder(now: number): Entry[] {
  const modified = new Date(now - 86_400_000).toISOString();
  return Array.from({ length: HUGE_COUNT }, (_, index) => ({
    name: `sample-${String(index).padStart(7, '0')}.bin`,
    kind: 'file' as const,
    sizeBytes: (index * 7919) % 2_000_000,
    modified,
    mode: '-rw-r--r--',
    target: null,
  }));
}
