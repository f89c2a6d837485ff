/** The whole UI over the recorded engine: what a user sees and does, by roles and names. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import App from '../App.svelte';
import { RecordedBackend } from '$lib/backend/recorded';
import type { RecordedOptions } from '$lib/backend/recorded';
import type { SearchHit } from '$lib/backend/bindings';
import { foundIn } from './fixtures/search';
import { answerUsage } from './usage';

async function open(
  hash: string,
  options: Partial<RecordedOptions> = {},
): Promise<RecordedBackend> {
  location.hash = hash;
  const backend = new RecordedBackend({ jobSeconds: 0.2, ...options });
  render(App, { backend });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
  return backend;
}

const row = (name: RegExp) => screen.findByRole('row', { name });
const press = (key: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, bubbles: true, ...more });

const LONG = { timeout: 8000 };
const callsOf = (backend: RecordedBackend, name: string) =>
  backend.calls.filter((call) => call.name === name);

/** Counts the presses from now on. */
function countPresses(): () => number {
  let presses = 0;
  const press = () => (presses += 1);
  document.addEventListener('click', press, true);
  return () => {
    document.removeEventListener('click', press, true);
    return presses;
  };
}

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
});

describe('a destination', () => {
  it('moves to another drive at five presses, or is found where it was moved by hand', async () => {
    const backend = await open('#/');
    const [destination] = (await backend.call('destination_list', {})).filter(
      ({ present }) => present,
    );
    const presses = countPresses();
    const follow = (href: string) =>
      waitFor(() => {
        const link = document.querySelector<HTMLElement>(`a[href="${href}"]`);
        expect(link).not.toBeNull();
        link?.click();
      });
    await follow('#/backups');
    await follow(`#/backups/${destination?.id}`);
    (await screen.findByRole('radio', { name: /^Maintenance/ })).click();
    await fireEvent.click(await screen.findByRole('button', { name: 'Move to another drive…' }));
    const dialog = within(await screen.findByRole('dialog'));
    expect((await dialog.findByLabelText<HTMLInputElement>(/^blue/)).checked).toBe(true);
    await fireEvent.click(dialog.getByRole('button', { name: 'Move' }));
    expect(presses()).toBe(5);
    await waitFor(() => expect(callsOf(backend, 'destination_transfer')).toHaveLength(1));
    expect(callsOf(backend, 'destination_transfer')[0]?.request).toMatchObject({
      destination: destination?.id,
    });
  });
});

describe('space', () => {
  it('is freed over all projects at three presses, what loses nothing being chosen', async () => {
    const backend = await open('#/');
    const { overview, rebuildable } = answerUsage(backend, Date.now());
    expect(overview.scanned).not.toBeNull();
    const projects = new Set(rebuildable.map(({ project }) => project));
    expect(projects.size).toBeGreaterThan(1);
    const presses = countPresses();
    await fireEvent.click(await screen.findByRole('link', { name: 'Storage' }));
    await fireEvent.click(await screen.findByRole('button', { name: /^Free up to .*GB…$/ }));
    await screen.findByText(`From ${projects.size} projects`);
    const confirm = await screen.findByTestId('free-confirm');
    await waitFor(() => expect(confirm.hasAttribute('disabled')).toBe(false));
    await fireEvent.click(confirm);
    expect(presses()).toBe(3);
    await waitFor(() => expect(callsOf(backend, 'library_cleanup')).toHaveLength(1));
    const freed = callsOf(backend, 'usage_free').map(
      ({ request }) => request as { paths: string[][] },
    );
    expect(freed.flatMap(({ paths }) => paths)).toHaveLength(rebuildable.length);
    expect(callsOf(backend, 'library_cleanup')[0]?.request).toEqual({ steps: ['compactVersions'] });
  });
});

describe('first run', () => {
  it('keeps versions of what was found and backs it up, verified, at one press', async () => {
    const backend = await open('#/', { scenario: 'empty' });
    const form = await screen.findByTestId('first-run');
    const found = await within(form).findByTestId('found-projects');
    const ticked = within(found)
      .getAllByRole<HTMLInputElement>('checkbox')
      .filter((box) => box.checked);
    expect(ticked.length).toBeGreaterThan(1);
    expect((await within(form).findByLabelText<HTMLInputElement>(/^blue/)).checked).toBe(true);
    expect(callsOf(backend, 'project_add')).toEqual([]);
    const presses = countPresses();
    await fireEvent.click(await screen.findByRole('button', { name: 'Start' }));
    await screen.findByText(`${ticked.length} projects are backed up and verified`, {}, LONG);
    expect(presses()).toBe(1);
    for (const name of ['project_add', 'history_start'])
      expect(callsOf(backend, name)).toHaveLength(ticked.length);
    expect(callsOf(backend, 'destination_add')[0]?.request).toMatchObject({
      create: true,
      name: 'blue',
      password: { type: 'generated' },
    });
    await fireEvent.click(await screen.findByTestId('kit-done'));
    await fireEvent.click(await screen.findByTestId('first-run-done'));
    await waitFor(() => expect(location.hash).toBe('#/projects'));
    expect(backend.library.snapshots).toHaveLength(ticked.length);
  });

  it('keeps versions alone where no backup is wanted yet', async () => {
    const backend = await open('#/', { scenario: 'empty' });
    const found = await screen.findByTestId('found-projects');
    const [first, ...others] = within(found)
      .getAllByRole<HTMLInputElement>('checkbox')
      .filter((box) => box.checked);
    expect(first).toBeDefined();
    for (const box of others) await fireEvent.click(box);
    await fireEvent.click(await screen.findByLabelText(/^Nowhere yet/));
    expect(screen.queryByText('What opens them again')).toBeNull();
    await fireEvent.click(await screen.findByRole('button', { name: 'Start' }));
    await screen.findByText('1 project keeps versions on this disk', {}, LONG);
    expect(callsOf(backend, 'destination_add')).toEqual([]);
    await fireEvent.click(await screen.findByRole('button', { name: 'Go to the dashboard' }));
    await screen.findByTestId('set-up');
  });

  it('warns of the disk that the work is on', async () => {
    await open('#/', { scenario: 'empty' });
    await fireEvent.click(await screen.findByLabelText(/^Home folder/));
    expect((await screen.findByTestId('same-disk')).textContent).toContain('both are lost');
  });

  it('goes on where it failed, and does nothing twice', async () => {
    const backend = await open('#/', { scenario: 'empty' });
    await screen.findByTestId('found-projects');
    await screen.findByLabelText(/^blue/);
    const failure = { code: 'internal', what: 'It broke', why: 'So', next: 'Again' } as const;
    backend.failWith('plan_save', failure);
    await fireEvent.click(await screen.findByRole('button', { name: 'Start' }));
    await screen.findByText('Not finished yet', {}, LONG);
    backend.failWith('plan_save', null);
    const before = callsOf(backend, 'project_add').length;
    await fireEvent.click(await screen.findByRole('button', { name: 'Try again' }));
    await screen.findByText(/projects are backed up and verified/, {}, LONG);
    expect(callsOf(backend, 'project_add')).toHaveLength(before);
    expect(callsOf(backend, 'history_start')).toHaveLength(before);
    expect(callsOf(backend, 'destination_add')).toHaveLength(1);
  });

  it('asks what is meant by a folder in a project, and takes dropped ones', async () => {
    const backend = await open('#/', { scenario: 'empty', canPick: true });
    await screen.findByTestId('found-projects');
    const places = [backend.place('/home/mira/work/aurora/src')];
    const look = backend.library.recording.all('project_find').find((one) => one.within);
    expect(look?.within?.place.display).toBe('/home/mira/work/aurora');
    if (look) backend.answer('project_find', look);
    backend.publish({ type: 'dropped', places, x: 1, y: 1 });
    const question = await screen.findByTestId('folder-question');
    await fireEvent.click(within(question).getByRole('button', { name: 'Add only src' }));
    await within(await screen.findByTestId('found-projects')).findByText('src');
    expect(screen.queryByTestId('folder-question')).toBeNull();
  });

  it('refuses a dropped file kindly and adds a dropped folder', async () => {
    const backend = await open('#/projects', { canPick: true });
    await screen.findByTestId('add-project');
    backend.publish({ type: 'dragOver', active: true });
    await screen.findByText('Drop folders to add them, or archives to import them');
    const places = [backend.place('/home/mira/song.mp3'), backend.place('/home/mira/dropped')];
    backend.publish({ type: 'dropped', places, x: 1, y: 1 });
    await screen.findByText('song.mp3 is a file');
    await screen.findByText('Added dropped');
    expect(screen.queryByTestId('drop-overlay')).toBeNull();
  });
});

describe('a project', () => {
  it('is found, opened, backed up, and its snapshot appears', async () => {
    const backend = await open('#/projects');
    await fireEvent.click(await row(/marginalia/));
    const view = await screen.findByTestId('project-view');
    await within(view).findByText('No backup yet');
    await fireEvent.click(
      await within(view).findByRole('button', { name: 'Back up now to Backup drive' }),
    );
    await within(view).findByRole('progressbar');
    await waitFor(() => expect(within(view).getAllByTestId('snapshot-row')).toHaveLength(1));
    expect(backend.calls.some((call) => call.name === 'backup_run')).toBe(true);
  });

  it('opens on its newest work, and leads to a file and to a version', async () => {
    await open('#/projects');
    await fireEvent.click(await row(/aurora/));
    const view = await screen.findByTestId('project-view');
    const files = await within(view).findByTestId('recent-files');
    const [file] = within(files).getAllByRole<HTMLAnchorElement>('link');
    expect(file?.getAttribute('href')).toMatch(/\/(files|file-history)\//);
    const [newest] = within(await within(view).findByTestId('recent-versions')).getAllByRole(
      'link',
    );
    expect(newest?.getAttribute('href')).toMatch(/\/history\/\w+\?version=/);
    // Plans and runs come when they are asked for.
    const details = within(view).getByTestId<HTMLDetailsElement>('project-details');
    expect(details.open).toBe(false);
    within(details).getByRole('heading', { name: 'Runs', hidden: true });
    newest?.click();
    await screen.findByTestId('version-detail');
  });

  it('lists its newest backups, and all of them when asked', async () => {
    const backend = await open('#/projects');
    const aurora = backend.library.projects.find((one) => one.name === 'aurora')?.id;
    const all = backend.library.snapshots.filter((one) => one.project === aurora).length;
    await fireEvent.click(await row(/aurora/));
    const view = await screen.findByTestId('project-view');
    expect(await within(view).findAllByTestId('snapshot-row')).toHaveLength(6);
    await fireEvent.click(within(view).getByRole('button', { name: `Show all ${all}` }));
    expect(within(view).getAllByTestId('snapshot-row')).toHaveLength(all);
  });

  it('without versions offers to start them', async () => {
    await open('#/projects');
    await fireEvent.click(await row(/glaze/));
    const view = await screen.findByTestId('project-view');
    (await within(view).findByRole('link', { name: 'Start versions' })).click();
    await screen.findByTestId('start-history');
  });

  it('is forgotten and brought back by Undo', async () => {
    const backend = await open('#/projects');
    await fireEvent.click(await row(/tessera/));
    await screen.findByTestId('project-view');
    await fireEvent.keyDown(window, { key: 'Delete' });
    await fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    await screen.findByText('tessera is back');
    const project = backend.library.projects.find((one) => one.name === 'tessera');
    expect(project?.status).toBe('active');
  });

  it('is renamed in place and tagged', async () => {
    const backend = await open('#/projects');
    await fireEvent.click(await row(/glaze/));
    const view = await screen.findByTestId('project-view');
    await fireEvent.keyDown(window, { key: 'F2' });
    const box = await within(view).findByLabelText('Name of the project');
    await fireEvent.input(box, { target: { value: 'enamel' } });
    await fireEvent.keyDown(box, { key: 'Enter' });
    await screen.findByRole('heading', { name: 'enamel' });
    await fireEvent.click(within(view).getByRole('button', { name: 'Add tag' }));
    const tag = await within(view).findByLabelText('Add tag');
    await fireEvent.input(tag, { target: { value: 'shiny' } });
    await fireEvent.keyDown(tag, { key: 'Enter' });
    await within(view).findByRole('button', { name: 'Remove tag shiny' });
    expect(backend.library.projects.some((one) => one.tags.includes('shiny'))).toBe(true);
  });
});

describe('the menu of a project', () => {
  it('leaves the focus where its action put it', async () => {
    await open('#/projects');
    await fireEvent.click(await row(/glaze/));
    const trigger = await screen.findByRole('button', { name: 'More for glaze' });
    trigger.focus();
    await fireEvent.keyDown(trigger, { key: 'Enter' });
    await fireEvent.click(await screen.findByRole('menuitem', { name: /Rename/ }));
    const box = await screen.findByLabelText('Name of the project');
    await waitFor(() => expect(document.activeElement).toBe(box));
  });
});

describe('names from the disk', () => {
  it('are text, never markup', async () => {
    await open('#/projects');
    const found = await row(/webfonts/);
    expect(within(found).getByText('webfonts – ünïcode & <b>names<b>')).toBeTruthy();
    expect(found.querySelector('b')).toBeNull();
  });
});

describe('a snapshot', () => {
  it('is browsed by keyboard and one folder of it restored', async () => {
    const backend = await open('#/projects', { scenario: 'full' });
    const aurora = backend.library.projects.find((one) => one.name === 'aurora')?.id;
    const snapshot = backend.library.snapshots.find((one) => one.project === aurora);
    if (!snapshot) throw new Error('no snapshot');
    location.hash = `#/browse/${snapshot.destination}/${snapshot.id}`;
    const grid = await screen.findByRole('grid', { name: 'Contents' });
    expect(grid.getAttribute('aria-rowcount')).toBe('11');
    grid.focus();
    for (let step = 0; step < 5; step += 1) await fireEvent.keyDown(grid, { key: 'ArrowDown' });
    expect(grid.getAttribute('aria-activedescendant')).toMatch(/row-4$/);
    await press('r');
    const dialog = await screen.findByRole('dialog', { name: /^Restore src as of / });
    await fireEvent.click(await within(dialog).findByLabelText(/^Another folder/));
    await fireEvent.input(within(dialog).getByTestId('place-path'), {
      target: { value: '/home/mira/back' },
    });
    await within(dialog).findByText('Folder found');
    expect(
      within(dialog).getByText(
        /^undercroft restore \w+ src --from .+ --target \/home\/mira\/back --overwrite never$/,
      ),
    ).toBeTruthy();
    // It waits until what it would do is known.
    const confirm = within(dialog).getByTestId('restore-confirm');
    await waitFor(() => expect(confirm.hasAttribute('disabled')).toBe(false));
    await fireEvent.click(confirm);
    const call = await waitFor(() => {
      const found = backend.calls.find((one) => one.name === 'restore');
      if (!found) throw new Error('not yet');
      return found;
    });
    expect(call.request).toMatchObject({ paths: [['src']], overwrite: 'never' });
  });
});

describe('errors', () => {
  it('say what, why and what next, with a code', async () => {
    const backend = await open('#/projects');
    backend.failWith('backup_run', {
      code: 'storage_full',
      what: 'Cannot write to Backup drive',
      why: 'There is no room left on the disk',
      next: 'Free some room and try again',
    });
    await fireEvent.click(await row(/aurora/));
    const view = await screen.findByTestId('project-view');
    const [button] = await within(view).findAllByTestId('backup-now');
    if (!button) throw new Error('no button');
    await fireEvent.click(button);
    const toast = await screen.findByTestId('toast');
    within(toast).getByText('Free some room and try again');
    await fireEvent.click(within(toast).getByRole('button', { name: 'Details' }));
    const note = await screen.findByTestId('error-note');
    for (const part of ['Cannot write to Backup drive', 'There is no room left on the disk'])
      expect(within(note).getByText(part)).toBeTruthy();
    expect(note.dataset['code']).toBe('storage_full');
    expect(within(note).getByRole('button', { name: 'Copy details' })).toBeTruthy();
  });

  it('a page that is not let in says how to get in', async () => {
    location.hash = '#/';
    const backend = new RecordedBackend();
    backend.failWith('app_info', {
      code: 'unauthorized',
      what: 'This page is not signed in',
      why: 'The call came without a valid token',
      next: 'Open the link that `undercroft serve` printed',
    });
    render(App, { backend });
    await screen.findByText('Open the link that `undercroft serve` printed');
  });
});

describe('the palette', () => {
  it('opens by keys, finds a project, and goes there', async () => {
    await open('#/');
    await waitFor(() => expect(screen.getByTestId('health-sentence')).toBeTruthy());
    await fireEvent.keyDown(window, { key: 'k', ctrlKey: true });
    const input = await screen.findByPlaceholderText('Type a command, a project or a file…');
    await fireEvent.input(input, { target: { value: 'kiln' } });
    await fireEvent.click(await screen.findByRole('option', { name: 'kiln-firmware' }));
    await vi.waitFor(() => expect(location.hash).toMatch(/^#\/projects\/[0-9a-f]{32}/));
  });
});

describe('single keys', () => {
  it('do nothing while they are switched off, and others still do', async () => {
    await open('#/settings?section=keyboard');
    const drawer = () => screen.queryByTestId('job-drawer');
    await fireEvent.click(await screen.findByRole('switch', { name: 'Single-key shortcuts' }));
    await press('j');
    expect(drawer()).toBeNull();
    await press('k', { ctrlKey: true });
    const input = await screen.findByPlaceholderText('Type a command, a project or a file…');
    await fireEvent.keyDown(input, { key: 'Escape' });
    await fireEvent.click(await screen.findByRole('switch', { name: 'Single-key shortcuts' }));
    await press('j');
    await screen.findByTestId('job-drawer');
  });
});

describe('a deleted file, not known where', () => {
  it('takes three presses: Search, Restore…, Restore', async () => {
    const backend = await open('#/');
    const [, gone] = foundIn(backend);
    const project = backend.library.projects.find((one) => one.name === 'aurora');
    const workspace = (await backend.call('workspace_list', { project: project?.id ?? '' }))[0]?.id;
    const versions = await backend.call('version_list', { workspace: workspace ?? '' });
    const newest = { ...gone?.newest, version: versions.at(-1)?.id, versionPath: ['README.md'] };
    const hit = { ...gone, newest } as SearchHit;
    backend.answer('search', { hits: [hit], unread: [], more: false });
    let presses = 0;
    const click = async (found: HTMLElement) => {
      presses += 1;
      await fireEvent.click(found);
    };
    await click(await screen.findByRole('link', { name: 'Search' }));
    await fireEvent.input(await screen.findByRole('searchbox'), { target: { value: 'readme' } });
    await click(await screen.findByRole('button', { name: 'Restore…: readme.old' }));
    const confirm = await screen.findByTestId('restore-confirm');
    await waitFor(() => expect((confirm as HTMLButtonElement).disabled).toBe(false));
    await click(confirm);
    await waitFor(() => {
      const asked = backend.calls.filter(({ name }) => name === 'version_restore');
      expect(asked[0]?.request).toMatchObject({ paths: [['README.md']] });
    });
    expect(presses).toBe(3);
  });
});

describe('a lost machine', () => {
  it('is back at four presses and the password, the drive with the backups being found', async () => {
    const backend = await open('#/', { scenario: 'empty' });
    const at = backend.place('/media/mira/backup-drive/undercroft');
    const room = { freeBytes: 5e11, totalBytes: 1e12, isHome: false, isProposed: false };
    const empty = { ...backend.place('/media/mira/stick/Undercroft'), state: 'missing' as const };
    backend.answer('drive_list', [
      { place: empty, name: 'stick', ...room },
      { place: at, name: 'backup-drive', ...room },
    ]);
    const presses = countPresses();
    await fireEvent.click(await screen.findByTestId('recover-link'));
    const field = await screen.findByTestId('recovery-password');
    const drive = await screen.findByLabelText<HTMLInputElement>(/^backup-drive/);
    expect(drive.checked).toBe(true);
    expect(screen.queryByLabelText(/^stick/)).toBeNull();
    await fireEvent.input(field, { target: { value: 'stone upon stone' } });
    await fireEvent.click(screen.getByTestId('recovery-look'));
    await fireEvent.click(await screen.findByRole('button', { name: 'Tick all folders' }));
    await fireEvent.click(screen.getByTestId('recover'));
    expect(presses()).toBe(4);
    await screen.findByText('Everything is back', {}, LONG);
    expect(callsOf(backend, 'library_recover')[0]?.request).toMatchObject({ place: at.id });
  });
});

describe('a long list', () => {
  it('draws only what is looked at, and says how long it is', async () => {
    const backend = await open('#/');
    const snapshot = backend.library.snapshots[0];
    if (!snapshot) throw new Error('no snapshot');
    const entries = Array.from({ length: 50_000 }, (_, index) => ({
      name: `file-${index}`,
      kind: 'file' as const,
      sizeBytes: index,
      modified: snapshot.time,
      mode: '-rw-r--r--',
    }));
    backend.answer('snapshot_browse', { path: [], entries });
    location.hash = `#/browse/${snapshot.destination}/${snapshot.id}`;
    const grid = await screen.findByRole('grid', { name: 'Contents' });
    expect(grid.getAttribute('aria-rowcount')).toBe('50001');
    expect(within(grid).getAllByTestId('browse-entry').length).toBeLessThan(60);
    await fireEvent.keyDown(grid, { key: 'End' });
    await fireEvent.scroll(grid, { target: { scrollTop: 49_999 * 32 } });
    await within(grid).findByText('file-49999');
    expect(grid.getAttribute('aria-activedescendant')).toMatch(/row-49999$/);
  });
});

describe('a loss that the guard noticed', () => {
  it('is brought back at two presses, exactly what is gone', async () => {
    const backend = await open('#/');
    const alert = await screen.findByTestId('guard-alert');
    const presses = countPresses();
    await fireEvent.click(within(alert).getByRole('button', { name: 'Restore what is gone…' }));
    const confirm = await screen.findByTestId('restore-confirm');
    await waitFor(() => expect(confirm.hasAttribute('disabled')).toBe(false), LONG);
    await fireEvent.click(confirm);
    await waitFor(() => expect(callsOf(backend, 'version_restore')).toHaveLength(1));
    expect(presses()).toBe(2);
    const [loss] = backend.library.recording.all('guard_loss');
    expect(loss?.paths.length).toBeGreaterThan(50);
    expect(loss?.source.kind).toBe('version');
    expect(callsOf(backend, 'version_restore')[0]?.request).toMatchObject({ paths: loss?.paths });
  });
});
