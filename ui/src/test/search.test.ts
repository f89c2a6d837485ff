/** The one search: files that are there and deleted ones, from the page and from the palette. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { RecordedBackend } from '$lib/backend/recorded';
import { foundIn } from './fixtures/search';

async function open(hash: string): Promise<RecordedBackend> {
  location.hash = hash;
  const backend = new RecordedBackend({ jobSeconds: 0.2 });
  const unread = { kind: 'destination' as const, id: 'd', name: 'Stick', reason: 'It is away' };
  backend.answer('search', ({ text, quick }) =>
    text === 'readme'
      ? { hits: foundIn(backend), unread: quick ? [] : [unread], more: !quick }
      : { hits: [], unread: [], more: false },
  );
  render(App, { backend });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
  return backend;
}

const rows = () => screen.findAllByTestId('search-hit');
const searches = (backend: RecordedBackend) =>
  backend.calls.filter((call) => call.name === 'search').map((call) => call.request);

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
});

describe('the search', () => {
  it('shows each file once, how it stands, and what was not searched', async () => {
    const backend = await open('#/search?text=readme');
    const [here, gone] = await rows();
    within(here as HTMLElement).getByText('14 versions · 3 backups');
    expect(gone?.textContent).toMatch(
      /readme\.old.*aurora \/ docs.*Deleted.*3 days ago.*2 backups/s,
    );
    await waitFor(async () =>
      expect((await screen.findByTestId('unread-place')).textContent).toBe(
        'Not searched: Stick. It is away.',
      ),
    );
    await screen.findByText('There may be more: type more of the name');
    await screen.findByText('2 files found');
    // What is on this disk comes first, and both are one asker's.
    const [first, second] = searches(backend);
    expect(first).toMatchObject({ text: 'readme', quick: true });
    expect(second).toMatchObject({ ...(first as object), quick: false });
  });

  it('is moved through by keys, and opens what is there', async () => {
    await open('#/search?text=readme');
    const [here] = await rows();
    const first = here?.querySelector<HTMLElement>('[data-hit]');
    first?.focus();
    await fireEvent.keyDown(first as HTMLElement, { key: 'ArrowDown' });
    await waitFor(() => expect(document.activeElement?.textContent).toContain('readme.old'));
    await fireEvent.keyDown(document.activeElement as Element, { key: 'Home' });
    await waitFor(() => expect(document.activeElement?.textContent).toContain('readme.txt'));
    await fireEvent.keyDown(document.activeElement as Element, { key: 'Enter' });
    await waitFor(() => expect(location.hash).toMatch(/files\/main\/now\/src\?file=readme.txt$/));
  });

  it('says what to do when nothing is asked for or found, and keeps former addresses', async () => {
    const backend = await open('#/backup-search');
    await screen.findByText(/also deleted ones/);
    expect(searches(backend)).toHaveLength(0);
    const box = await screen.findByRole('searchbox');
    await fireEvent.input(box, { target: { value: 'nothing like it' } });
    await screen.findByText('Nothing found');
    expect(location.hash).toBe('#/search?text=nothing+like+it');
    await fireEvent.click(await screen.findByRole('radio', { name: 'Text' }));
    await waitFor(() => expect(searches(backend).at(-1)).toMatchObject({ content: true }));
  });
});

describe('a deleted file, not known where', () => {
  it('is found from the palette, after commands and projects', async () => {
    const backend = await open('#/');
    await fireEvent.keyDown(window, { key: 'k', ctrlKey: true });
    const input = await screen.findByPlaceholderText('Type a command, a project or a file…');
    await fireEvent.input(input, { target: { value: 'readme' } });
    await screen.findByRole('option', { name: /readme\.old.*Deleted/ });
    expect(searches(backend)[0]).toMatchObject({ limit: 8 });
    await fireEvent.click(await screen.findByRole('option', { name: /^Search everywhere/ }));
    await waitFor(() => expect(location.hash).toBe('#/search?text=readme'));
    expect(await rows()).toHaveLength(2);
  });
});
