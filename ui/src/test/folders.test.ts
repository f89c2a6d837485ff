/** The folders of the pages in their order: each uses only those before it, so that no two know each other. */
import { describe, expect, it } from 'vitest';

const ORDER = [
  'lib/words',
  'lib/backend',
  'lib/format',
  'lib',
  'lib/plans',
  'lib/runs',
  'lib/history',
  'lib/storage',
  'lib/state',
  'lib/components/base',
  'lib/components/code',
  'lib/components/pdf',
  'lib/components/runs',
  'lib/components/snapshots',
  'lib/components/workspaces',
  'lib/components/history',
  'lib/components/diff',
  'lib/components/files',
  'lib/components/restore',
  'lib/components/search',
  'lib/components/destinations',
  'lib/components/verification',
  'lib/components/recovery',
  'lib/components/doctor',
  'lib/components/git',
  'lib/components/projects',
  'lib/components/archives',
  'lib/components/storage',
  'lib/components/plans',
  'lib/components/overview',
  'lib/components/settings',
  'lib/components/shell',
  'routes',
  '',
];

/** The engine of the tests stands in for all that is behind the seam, and tests may use anything. */
const LEFT_OUT = /\.test\.ts$|^test\/|^lib\/backend\/recorded/;
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'((?:\$lib|\.{1,2})\/[^']+)'/g;

const sources = import.meta.glob<string>('../**/*.{ts,svelte}', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** The path of a file or of what it imports, from `src` on. */
function resolve(from: string, path: string): string {
  const names = path.startsWith('$lib/')
    ? ['lib', ...path.split('/').slice(1)]
    : [...from.split('/').slice(0, -1), ...path.split('/')];
  return names
    .reduce<string[]>((kept, name) => {
      if (name === '.') return kept;
      return name === '..' ? kept.slice(0, -1) : [...kept, name];
    }, [])
    .join('/');
}

/** The folder that a path counts to: the innermost of those that are listed. */
function folderOf(path: string): string {
  // The words are a folder that is imported by its name.
  const inner = path === 'lib/words' ? path : path.split('/').slice(0, -1).join('/');
  const parents = inner.split('/').map((_, count, names) => names.slice(0, names.length - count));
  return parents.map((names) => names.join('/')).find((folder) => ORDER.includes(folder)) ?? '';
}

const files = Object.entries(sources)
  .map(([path, text]) => ({ path: resolve('test/folders.test.ts', path), text }))
  .filter(({ path }) => !LEFT_OUT.test(path));

describe('the folders', () => {
  it('are all listed', () => {
    const folders = files.map(({ path }) => path.split('/').slice(0, -1));
    const inOrder = folders.map(([top = '', inner = '', ...rest]) =>
      [top, inner, ...(inner === 'components' ? rest.slice(0, 1) : [])].filter(Boolean).join('/'),
    );
    expect([...new Set(inOrder)].filter((folder) => !ORDER.includes(folder))).toEqual([]);
  });

  it('use only those before them', () => {
    const upward = files.flatMap(({ path, text }) =>
      [...text.matchAll(IMPORT)]
        .map(([, imported = '']) => resolve(path, imported))
        .filter((to) => !LEFT_OUT.test(to))
        .filter((to) => ORDER.indexOf(folderOf(to)) > ORDER.indexOf(folderOf(path)))
        .map((to) => `${path} uses ${to}`),
    );
    expect(upward).toEqual([]);
    // It finds the imports at all.
    expect(files.length).toBeGreaterThan(100);
    expect(folderOf(resolve('lib/components/base/Page.svelte', '../shell/Shell.svelte'))).toBe(
      'lib/components/shell',
    );
  });
});
