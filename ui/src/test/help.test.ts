/** The help: every page of `docs` is in the window, every link in them leads to one, and each page of
 * the window has one that fits. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { index, load } from 'virtual:help';
import { renderPage } from '../../help-pages';
import { RecordedBackend } from '$lib/backend/recorded';
import { helpFor } from '$lib/help';
import { DESTINATION_VIEWS, parseRoute } from '$lib/routing';

const pages = await Promise.all(
  index.map(async (entry) => ({ ...entry, html: (await load[entry.name]?.())?.html ?? '' })),
);
const page = (name: string) => pages.find((one) => one.name === name);

async function open(hash: string): Promise<void> {
  location.hash = hash;
  render(App, { backend: new RecordedBackend() });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
}

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
});

describe('the pages of the help', () => {
  it('lead only to pages and headings that there are', () => {
    const dead = pages.flatMap(({ name, html }) =>
      [...html.matchAll(/href="([^"]*)"/g)].flatMap(([, href = '']) => {
        const route = parseRoute(href);
        const to = route.page === 'help' ? page(route.name || 'README') : undefined;
        const at = route.page === 'help' ? route.at : '';
        const isThere = to && (at === '' || to.html.includes(`id="help-${at}"`));
        return isThere ? [] : [`${name}: ${href}`];
      }),
    );
    expect(dead).toEqual([]);
  });

  it('are listed on the first, each but the first', () => {
    const listed = [...(page('README')?.html ?? '').matchAll(/#\/help\/([\w-]+)/g)];
    const names = listed.map(([, name]) => name);
    expect(
      pages
        .map(({ name }) => name)
        .filter((name) => name !== 'README')
        .sort(),
    ).toEqual([...new Set(names)].sort());
  });

  it('hold no markup but their own, and load nothing', () => {
    const hostile = renderPage(
      'x',
      '# T\n\n<img src=x onerror=alert(1)> a<script>b</script> [c](javascript:alert(1)) ![d](e.png)',
    );
    expect(hostile.html).not.toMatch(/<(img|script)|javascript:/);
    expect(hostile.html).toContain('&lt;script&gt;');
    expect(hostile.html).toContain('<span class="picture">d</span>');
    for (const { name, html } of pages)
      expect(html, name).not.toMatch(/<(img|script|iframe|style)\b|\s(on\w+|style)=|src=/);
  });

  it('fit the pages of the window', () => {
    const shown = [
      ...['', 'projects', 'projects/p', 'projects/p/files/main/now', 'projects/p/history'],
      ...['projects/p/git', 'projects/p/rules', 'browse/d/s', 'backups', 'plans/new', 'archive'],
      ...['search', 'cleanup', 'doctor', 'recover', 'storage', 'activity', 'settings', 'nowhere'],
      ...DESTINATION_VIEWS.map((view) => `backups/d?view=${view}`),
    ];
    const missing = shown.filter((hash) => !page(helpFor(parseRoute(`#/${hash}`))));
    expect(missing).toEqual([]);
    expect(helpFor(parseRoute('#/storage'))).toBe('storage');
  });
});

describe('the help in the window', () => {
  it('is led through by its links and its search', async () => {
    await open('#/help');
    const article = await screen.findByTestId('help-page');
    await fireEvent.click(await within(article).findByRole('link', { name: 'Go back' }));
    location.hash = '#/help/go-back';
    await waitFor(() => expect(document.querySelector('#page-title')?.textContent).toBe('Go back'));
    await within(article).findAllByRole('heading', { level: 2 });
    await fireEvent.input(screen.getByRole('searchbox'), { target: { value: 'retention' } });
    const list = await screen.findByRole('navigation', { name: 'Pages of the help' });
    await waitFor(() => expect(within(list).queryByRole('link', { name: 'Install' })).toBeNull());
    await within(list).findByRole('link', { name: /Keep backups/ });
  });

  it('says so of a page that there is not', async () => {
    await open('#/help/constructor');
    await screen.findByText('There is no such page');
  });

  it('opens at what fits by F1, and is found in the palette', async () => {
    await open('#/storage');
    await fireEvent.keyDown(window, { key: 'F1' });
    await waitFor(() => expect(location.hash).toBe('#/help/storage'));
    await fireEvent.keyDown(window, { key: 'k', ctrlKey: true });
    const input = await screen.findByPlaceholderText('Type a command, a project or a file…');
    await fireEvent.input(input, { target: { value: 'without undercroft' } });
    await fireEvent.click(
      await screen.findByRole('option', { name: 'Restore without Undercroft' }),
    );
    await waitFor(() => expect(location.hash).toBe('#/help/restore-without-undercroft'));
  });
});
