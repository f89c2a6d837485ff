import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Preview as Shown } from '$lib/backend/bindings';
import { changeTree, linesOfVersions } from '$lib/history/change-tree';
import { notebookOf } from './notebook';
import Preview from './Preview.svelte';
import { tableOf } from './table-text';

const shown = (change: Partial<Shown>): Shown => ({
  ...{ kind: 'text', sizeBytes: 10, truncated: false },
  ...change,
});
const show = (name: string, change: Partial<Shown>) =>
  render(Preview, { preview: shown(change), name });

afterEach(cleanup);

describe('a table', () => {
  it('is read with quotes, line ends and separators as programs write them', () => {
    expect(tableOf('a,"b, ""c"""\r\n1,2\n', ',').rows).toEqual([
      ['a', 'b, "c"'],
      ['1', '2'],
    ]);
    expect(tableOf('a;b\n1,5;2', ',').rows).toEqual([
      ['a', 'b'],
      ['1,5', '2'],
    ]);
    expect(tableOf('a\tb', '\t').rows).toEqual([['a', 'b']]);
    expect(tableOf('"two\nlines",x', ',').rows).toEqual([['two\nlines', 'x']]);
    expect(tableOf('', ',')).toEqual({ rows: [], more: false });
  });

  it('is bounded, whatever the text is', () => {
    const long = tableOf('x'.repeat(1_000_000), ',');
    expect(long.rows[0]?.[0]).toHaveLength(300);
    const wide = tableOf(','.repeat(1_000_000), ',');
    expect([wide.rows[0]?.length, wide.more]).toEqual([50, true]);
    const many = tableOf('a\n'.repeat(100_000), ',');
    expect([many.rows.length, many.more]).toEqual([500, true]);
    expect(tableOf('a\n'.repeat(500), ',').more).toBe(false);
  });

  it('is shown with its text beside it', async () => {
    show('people.csv', { text: 'name,age\n<b>Ada</b>,36\n' });
    const cell = await screen.findByRole('cell', { name: '<b>Ada</b>' });
    expect(cell.children).toHaveLength(0);
    await fireEvent.click(screen.getByRole('radio', { name: 'Text' }));
    await screen.findByTestId('preview-text');
  });
});

describe('a notebook', () => {
  const png = 'iVBORw0KGgo=';
  const hostile = JSON.stringify({
    cells: [
      { cell_type: 'markdown', source: ['# Title\n', '<img src=x onerror=alert(1)>'] },
      {
        cell_type: 'code',
        source: 'plot()',
        outputs: [
          { data: { 'image/png': png, 'text/html': '<script>alert(1)</script>' } },
          { data: { 'text/html': '<script>alert(1)</script>', 'text/plain': '<Figure>' } },
          { data: { 'text/html': '<iframe></iframe>' } },
          { data: { 'image/png': '"><script>alert(1)</script>' } },
          { data: { 'image/svg+xml': '<svg onload="alert(1)"/>' } },
          { text: '\u001b[31mred\u001b[0m' },
        ],
      },
      null,
    ],
  });

  it('is read as text and images, and what is a page or a script stays away', async () => {
    const { container } = show('plot.ipynb', { text: hostile });
    await screen.findByText('plot()');
    expect(container.querySelectorAll('script, iframe, svg[onload], img[onerror]')).toHaveLength(0);
    screen.getByText('<Figure>');
    screen.getByText('red');
    const images = [...container.querySelectorAll('img')];
    expect(images.map((image) => image.src)).toEqual([`data:image/png;base64,${png}`]);
    screen.getByText(/onerror=alert/);
  });

  it('is text where it is no notebook, or only its beginning', async () => {
    expect(notebookOf('{')).toBeNull();
    expect(notebookOf('[]')).toBeNull();
    const many = Array.from({ length: 1000 }, () => ({ source: 'x'.repeat(50_000) }));
    const bounded = notebookOf(JSON.stringify({ cells: many }));
    expect([bounded?.cells.length, bounded?.more]).toEqual([300, true]);
    expect(bounded?.cells[0]?.source).toHaveLength(20_000);
    show('cut.ipynb', { text: hostile.slice(0, 50), truncated: true });
    await screen.findByTestId('preview-text');
  });
});

describe('a file that is no text', () => {
  it('shows the names in an archive as they are', async () => {
    const entries = [
      { name: 'src/', folder: true, sizeBytes: 0 },
      { name: '<b>../../etc/passwd</b>', folder: false, sizeBytes: 3 },
    ];
    show('a.zip', { kind: 'archive', entries, truncated: true });
    const list = await screen.findByTestId('preview-archive');
    expect(list.querySelector('b')).toBeNull();
    expect(list.textContent).toContain('<b>../../etc/passwd</b>');
    screen.getByText(/^Only the beginning is shown/);
  });

  it('plays sound by an address that goes with it, and says when it cannot', async () => {
    const made = vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:sound');
    const gone = vi.spyOn(URL, 'revokeObjectURL').mockReturnValue(undefined);
    const { container, unmount } = show('a.flac', {
      ...{ kind: 'media', mime: 'audio/flac', base64: 'ZkxhQw==' },
    });
    await screen.findByTestId('preview-media');
    const audio = container.querySelector('audio');
    expect([audio?.getAttribute('src'), audio?.autoplay]).toEqual(['blob:sound', false]);
    expect((made.mock.calls[0]?.[0] as Blob).size).toBe(4);
    await fireEvent.error(audio as HTMLAudioElement);
    await screen.findByText(/^This format cannot be played here/);
    unmount();
    expect(gone).toHaveBeenCalledWith('blob:sound');
  });

  it('shows an image only as a picture, also one that holds a script', async () => {
    const { container } = show('a.svg', {
      kind: 'image',
      mime: 'image/svg+xml',
      base64: 'PHN2Zy8+',
    });
    const image = await screen.findByTestId('preview-image');
    expect(image.getAttribute('src')).toBe('data:image/svg+xml;base64,PHN2Zy8+');
    expect(container.querySelector('svg, object, embed, iframe')).toBeNull();
  });
});

describe('changes by folder', () => {
  const change = (path: string, lines?: { added: number; removed: number }) => ({
    ...{ path: path.split('/'), kind: 'modified' as const },
    ...(lines ? { lines } : {}),
  });

  it('have the sum of files and lines at each folder, and single ones joined', () => {
    const tree = changeTree([
      change('README', { added: 1, removed: 0 }),
      change('src/render/a', { added: 2, removed: 1 }),
      change('src/render/b'),
      change('docs/x', { added: 0, removed: 4 }),
      change('docs/deep/y'),
    ]);
    expect([tree.files, tree.lines]).toEqual([5, { added: 3, removed: 5 }]);
    const told = tree.folders.map(({ name, files, lines }) => [name, files, lines]);
    expect(told).toEqual([
      ['src/render', 2, { added: 2, removed: 1 }],
      ['docs', 2, { added: 0, removed: 4 }],
    ]);
    expect(tree.folders[0]?.path).toEqual(['src', 'render']);
    expect(tree.folders[1]?.folders[0]?.lines).toBeNull();
  });

  it('tell the lines of a session when all of it is counted', () => {
    const counted = (version: string, added: number) =>
      [version, { version, lines: { added, removed: 1 }, uncounted: 0 }] as const;
    const known = new Map([counted('a', 1), counted('b', 2)]);
    expect(linesOfVersions(['a', 'b'], known)).toEqual({ added: 3, removed: 2 });
    expect(linesOfVersions(['a', 'c'], known)).toBeNull();
  });
});
