/** The settings: found by their words, changed at once, undone, taken to a file and back. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import App from '../App.svelte';
import { HIDDEN } from '$lib/setting-groups';
import { RecordedBackend } from '$lib/backend/recorded';
import { words } from '$lib/words';

async function open(hash: string) {
  location.hash = hash;
  const backend = new RecordedBackend({ jobSeconds: 0.1 });
  render(App, { backend });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
  return backend;
}
const row = (key: string) => document.querySelector<HTMLElement>(`[data-setting="${key}"]`);
async function rowOf(key: string): Promise<HTMLElement> {
  await waitFor(() => expect(row(key)).not.toBeNull());
  return row(key) as HTMLElement;
}
const changes = (backend: RecordedBackend) =>
  backend.calls.filter(({ name }) => name === 'settings_change').map(({ request }) => request);

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
});

describe('the settings', () => {
  it('have words of their own, each one', async () => {
    const backend = new RecordedBackend();
    const { all } = await backend.call('settings_show', {});
    const keys = all.map(({ key }) => key).filter((key) => !HIDDEN.includes(key));
    expect(keys.filter((key) => !(key in words.settings.names))).toEqual([]);
  });

  it('are found by a word of their name, and by the address of one', async () => {
    await open('#/settings?find=trash-days');
    await rowOf('trash-days');
    expect(document.querySelectorAll('[data-setting]')).toHaveLength(1);
    const search = screen.getByRole<HTMLInputElement>('searchbox');
    expect(search.value).toBe('trash-days');
    await fireEvent.input(search, { target: { value: 'idle archive' } });
    await rowOf('archive-idle');
    expect(row('trash-days')).toBeNull();
    expect(location.hash).toBe('#/settings?find=idle+archive');
    await fireEvent.input(search, { target: { value: 'zzz' } });
    await fireEvent.click(await screen.findByRole('button', { name: 'Show all settings' }));
    await rowOf('trash-days');
    search.blur();
    await fireEvent.keyDown(document.body, { key: 'f', ctrlKey: true });
    expect(document.activeElement).toBe(search);
  });

  it('apply at once, and are undone beside the row', async () => {
    const backend = await open('#/settings?find=archive-idle');
    const idle = await rowOf('archive-idle');
    await fireEvent.click(within(idle).getByRole('switch'));
    await within(idle).findByText('Saved');
    await fireEvent.click(within(idle).getByRole('button', { name: 'Undo' }));
    await waitFor(() =>
      expect(changes(backend)).toEqual([
        { set: { 'archive-idle': 'true' } },
        { set: { 'archive-idle': null } },
      ]),
    );
  });

  it('say beside the row what is wrong with a number', async () => {
    const backend = await open('#/settings?find=trash-days');
    const days = await rowOf('trash-days');
    const field = within(days).getByRole('spinbutton');
    await fireEvent.change(field, { target: { value: '99999' } });
    expect((await within(days).findByRole('alert')).textContent).toContain('0 to 3,650');
    expect(changes(backend)).toEqual([]);
    await fireEvent.change(field, { target: { value: '12' } });
    await waitFor(() => expect(changes(backend)).toEqual([{ set: { 'trash-days': '12' } }]));
  });

  it('come from a file once what it changes was seen', async () => {
    const backend = await open('#/settings?find=import');
    const plan = {
      changes: [{ key: 'theme', purpose: '', from: 'system', to: 'dark' }],
      same: 20,
      fixed: [],
      unknown: ['soon'],
    };
    backend.answer('settings_import_preview', plan);
    const file = new File(['a file of settings'], 'mine.toml');
    file.text = vi.fn(() => Promise.resolve('a file of settings'));
    await fireEvent.change(await screen.findByLabelText('File of settings'), {
      target: { files: [file] },
    });
    const table = await screen.findByTestId('import-changes');
    expect(table.textContent).toMatch(/Theme\s*System\s*Dark/);
    await screen.findByText(/Not known to this version.*soon/);
    expect(backend.calls.some(({ name }) => name === 'settings_import')).toBe(false);
    await fireEvent.click(screen.getByRole('button', { name: 'Change 1 setting' }));
    await waitFor(() =>
      expect(backend.calls.find(({ name }) => name === 'settings_import')?.request).toEqual({
        text: 'a file of settings',
      }),
    );
  });
});

describe('what can be undone', () => {
  it('is listed with its time, and undone by what did it', async () => {
    const backend = await open('#/');
    const [project] = backend.library.projects;
    const found = await backend.call('workspace_list', { project: project?.id ?? '' });
    const workspace = found[0]?.id ?? '';
    const common = { time: '2026-05-19T10:00:00Z', until: null, project: null, blocked: null };
    backend.answer('undo_list', [
      { ...common, title: 'Restore in aurora', way: { type: 'workspace', workspace } },
      {
        ...common,
        title: 'Deletion in birch',
        way: { type: 'workspace', workspace: 'w-2' },
        blocked: 'The trash was emptied',
      },
    ]);
    location.hash = '#/activity?show=undo';
    const rows = await screen.findAllByTestId('undo-row');
    expect(rows).toHaveLength(2);
    await screen.findByText('Cannot be undone: The trash was emptied');
    const [undo, ...others] = screen.getAllByRole('button', { name: 'Undo…' });
    expect(others).toEqual([]);
    await fireEvent.click(undo as HTMLElement);
    await fireEvent.click(await screen.findByTestId('confirm'));
    await waitFor(() =>
      expect(backend.calls.find(({ name }) => name === 'undo')?.request).toEqual({
        workspace,
      }),
    );
  });
});

describe('the menu of a row', () => {
  it('has what the button has, and gives the focus back', async () => {
    await open('#/projects');
    await fireEvent.click(await screen.findByLabelText('List'));
    const [first] = await screen.findAllByTestId('project-row');
    const grid = screen.getByRole('grid');
    grid.focus();
    await fireEvent.contextMenu(first as HTMLElement, { button: 2, clientX: 40, clientY: 60 });
    const menu = await screen.findByRole('menu');
    const items = within(menu).getAllByRole('menuitem');
    expect(items.map((item) => item.textContent.trim())).toContain('Save as template…');
    await fireEvent.keyDown(menu, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
    expect(document.activeElement).toBe(grid);
  });

  it('leaves a text field the menu of the system', async () => {
    await open('#/projects');
    const search = await screen.findByRole('searchbox');
    expect(await fireEvent.contextMenu(search, { button: 2 })).toBe(true);
  });
});
