/** Commands in words, and what else the palette finds. */
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { BackendError } from '$lib/backend/backend';
import type { ConsoleAnswer } from '$lib/backend/bindings';
import { RecordedBackend } from '$lib/backend/recorded';

const NOTHING: ConsoleAnswer = {
  state: 'unknown',
  sentence: '',
  lines: [],
  more: 0,
  link: null,
  suggestions: [],
  job: null,
};

async function open(preview: (text: string) => Partial<ConsoleAnswer>): Promise<RecordedBackend> {
  location.hash = '#/';
  const backend = new RecordedBackend({ jobSeconds: 0.2 });
  backend.answer('console_preview', ({ text }) => ({ ...NOTHING, ...preview(text) }));
  backend.answer('search', { hits: [], unread: [], more: false });
  render(App, { backend });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
  await fireEvent.keyDown(window, { key: 'k', ctrlKey: true });
  return backend;
}

const field = () => screen.findByPlaceholderText('Type a command, a project or a file…');
const type = async (text: string) => fireEvent.input(await field(), { target: { value: text } });
const enter = async () => fireEvent.keyDown(await field(), { key: 'Enter' });
const asked = (backend: RecordedBackend, name: string) =>
  backend.calls.filter((call) => call.name === name).map((call) => call.request);

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
});

describe('a command in words', () => {
  it('is answered in place, and Enter opens what the answer is about', async () => {
    const line = { text: 'Library', about: '2 MB', link: null };
    const backend = await open(() => ({
      state: 'done',
      sentence: 'All of it takes 3 MB',
      lines: [line],
      link: { page: 'storage' },
    }));
    // However fast it is typed, it is asked once.
    for (let end = 1; end <= 'storage status'.length; end += 1)
      await type('storage status'.slice(0, end));
    expect((await screen.findByTestId('console-answer')).textContent).toBe('All of it takes 3 MB');
    expect((await screen.findByTestId('console-line')).textContent).toBe('Library');
    expect(asked(backend, 'console_preview')).toEqual([{ text: 'storage status' }]);
    expect(asked(backend, 'search').length).toBeLessThanOrEqual(2);
    await screen.findByText('undercroft say storage status');
    expect(asked(backend, 'console_run')).toEqual([]);
    await enter();
    await waitFor(() => expect(location.hash).toBe('#/storage'));
  });

  it('is only carried out by Enter, and says how that ended', async () => {
    const backend = await open((text) => ({ state: 'ready', sentence: `Do: ${text}` }));
    const project = backend.library.projects[0]?.id ?? '';
    backend.answer('console_run', {
      ...NOTHING,
      state: 'done',
      sentence: 'pearl is the current project',
      link: { page: 'project', project },
    });
    await type('switch to pearl');
    await screen.findByText('Do: switch to pearl');
    expect(asked(backend, 'console_run')).toEqual([]);
    await enter();
    await screen.findByText('pearl is the current project');
    expect(asked(backend, 'console_run')).toEqual([{ text: 'switch to pearl' }]);
    await enter();
    await waitFor(() => expect(location.hash).toBe(`#/projects/${project}`));
  });

  it('means what was typed, also when Enter comes before the answer', async () => {
    const backend = await open(() => ({ state: 'ready', sentence: 'Create the project zzyzx' }));
    backend.answer('console_run', { ...NOTHING, state: 'done', sentence: 'Creating zzyzx' });
    await type('create project zzyzx');
    await enter();
    await screen.findByText('Creating zzyzx');
    expect(asked(backend, 'console_run')).toEqual([{ text: 'create project zzyzx' }]);
  });

  it('that is not quite one leads to the nearest', async () => {
    const meant = { text: 'create project', missing: 'NAME', about: 'Make a project' };
    const backend = await open((text) =>
      text === 'creat project'
        ? { state: 'near', sentence: '“creat project” is not a command', suggestions: [meant] }
        : {},
    );
    await type('creat project');
    await fireEvent.click(await screen.findByTestId('console-meant'));
    expect(((await field()) as HTMLInputElement).value).toBe('create project ');
    expect(asked(backend, 'console_run')).toEqual([]);
  });

  it('that is refused says why', async () => {
    const why = { what: 'Cannot call it so', why: 'It is too long', next: 'Choose another name' };
    await open(() => {
      throw new BackendError({ code: 'invalid', ...why });
    });
    await type('create project xyzzy');
    await screen.findByText(/Cannot call it so/);
  });
});

describe('the palette', () => {
  it('draws its first rows, and all when the list is moved: ↑ goes from the first to the last', async () => {
    await open(() => ({}));
    const rows = () => screen.findAllByRole('option');
    const first = await rows();
    expect(first).toHaveLength(12);
    const isChosen = (row?: HTMLElement) => expect(row?.hasAttribute('data-selected')).toBe(true);
    await waitFor(() => isChosen(first[0]));
    await fireEvent.keyDown(await field(), { key: 'ArrowUp' });
    const all = await rows();
    expect(all.length).toBeGreaterThan(first.length);
    await waitFor(() => isChosen(all.at(-1)));
    await type('o');
    await waitFor(async () => expect((await rows()).length).toBeLessThan(all.length));
    await fireEvent.scroll(screen.getByRole('listbox'));
    expect((await rows()).length).toBeGreaterThan(13);
  });

  it('finds settings by their key and by what they are for, with the keys of what has any', async () => {
    await open(() => ({}));
    await type('quota');
    await fireEvent.click(await screen.findByRole('option', { name: 'Limit of the library' }));
    await waitFor(() => expect(location.hash).toBe('#/settings?find=quota-gb'));
    await fireEvent.keyDown(window, { key: 'k', ctrlKey: true });
    await type('go to storage');
    const option = await screen.findByRole('option', { name: /Go to Storage/ });
    expect([...option.querySelectorAll('kbd')].map((cap) => cap.textContent)).toEqual(['G', 'U']);
  });
});
