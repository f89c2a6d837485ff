/** The history of a project over the recorded engine: what a user sees and does there. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import type { JobView } from '$lib/backend/bindings';
import { RecordedBackend } from '$lib/backend/recorded';

type Opened = { backend: RecordedBackend; project: string; workspace: string; ids: string[] };

/** Opens a page of the first project that has this name. */
async function open(name: string, page: string): Promise<Opened> {
  const backend = new RecordedBackend({ jobSeconds: 0.2 });
  const { library } = backend;
  const project = library.projects.find((one) => one.name === name)?.id ?? '';
  const main = library.workspaces.find((one) => one.project === project && one.main);
  const workspace = main?.id ?? '';
  const versions = library.versionsOf(workspace).toReversed();
  const ids = versions.map(({ id }) => id);
  const plain = versions.slice(0, -30).findLast(({ pinned }) => !pinned);
  const shown = page
    .replace('{first}', ids[0] ?? '')
    .replace('{plain}', plain?.id ?? '')
    .replace('{old}', ids.at(-30) ?? '');
  location.hash = `#/projects/${project}/${shown}`;
  render(App, { backend });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
  return { backend, project, workspace, ids };
}

const called = (backend: RecordedBackend, name: string) =>
  backend.calls.filter((call) => call.name === name).map((call) => call.request);
const key = (element: Element | Window, pressed: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(element, { key: pressed, bubbles: true, ...more });

/** A restore that has ended with this many warnings. */
const failedInPart = (project: string, warningsTotal: number): JobView => ({
  ...{ id: 'r1', kind: 'restore', state: 'warnings', project, destination: null, plan: null },
  ...{ title: 'Restore aurora', current: '', canPause: false, paused: false },
  ...{ started: '2026-11-23T12:00:00Z', ended: '2026-11-23T12:00:01Z' },
  outcome: { summary: '', error: null, warnings: [], warningsTotal },
  progress: {
    ...{ filesDone: 0, filesTotal: 0, bytesDone: 0, bytesTotal: 0, bytesPerSecond: 0 },
    ...{ secondsLeft: null, totalsSettled: true },
  },
});

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
});

describe('before the first version', () => {
  it('says what would be kept, takes a rule, and starts', async () => {
    const { backend } = await open('glaze', 'history/main');
    await screen.findByText('node_modules');
    await screen.findByText('It can be made again: there is package.json');
    await fireEvent.click(screen.getByRole('switch', { name: 'Keep .cache' }));
    await waitFor(() =>
      expect(called(backend, 'rules_change')).toEqual([
        expect.objectContaining({ keep: ['.env', '/.cache'] }),
      ]),
    );
    // Looked for from the start: it does not stay for long.
    const told = screen.findByText('glaze is kept from now on');
    await fireEvent.click(screen.getByTestId('start-keeping'));
    await screen.findByText('Making the first version');
    await told;
    await screen.findByRole('slider', { name: 'Time' });
    expect(screen.getAllByTestId('version-row')).toHaveLength(1);
  });
});

describe('the history', () => {
  it('is scrubbed by keys, says where one is, and keeps the place in its address', async () => {
    const { ids } = await open('aurora', 'history/main');
    const slider = await screen.findByRole('slider', { name: 'Time' });
    expect(slider.getAttribute('aria-valuetext')).toMatch(`Version ${ids.length} of ${ids.length}`);
    slider.focus();
    await key(slider, 'ArrowLeft');
    await waitFor(() => expect(slider.getAttribute('aria-valuenow')).toBe(`${ids.length - 2}`));
    expect(location.hash).toContain(ids.at(-2));
    await key(slider, 'Home');
    await waitFor(() => expect(slider.getAttribute('aria-valuenow')).toBe('0'));
    await screen.findByText('The beginning of the history: every file is new in it.');
    await key(slider, 'End');
    await waitFor(() => expect(location.hash).toContain(ids.at(-1)));
  });

  it('lists sessions, opened and folded by keys, with today’s open and marks never hidden', async () => {
    const { backend, workspace } = await open('aurora', 'rules');
    const [template] = backend.library.versions;
    if (!template) throw new Error('no version');
    const today = new Date().setHours(0, 30, 0, 0);
    const days = (count: number, minute: number) =>
      new Date(new Date(today).setDate(new Date(today).getDate() - count)).setHours(12, minute);
    // Newest first: two today, four of a session some days ago of which one is pinned, one alone.
    const times = [today, today, days(3, 40), days(3, 30), days(3, 20), days(3, 10), days(5, 0)];
    const versions = times.map((time, index) => ({
      ...template,
      ...{ workspace, id: `v${7 - index}`, seq: 7 - index, name: null, pinned: index === 4 },
      ...{ trigger: 'automatic' as const, parent: `v${6 - index}`, message: `Change ${7 - index}` },
      time: new Date(time).toISOString(),
    }));
    backend.library.versions = versions;
    location.hash = location.hash.replace('rules', 'history/main');
    const grid = await screen.findByRole('treegrid', { name: 'Versions' });
    const shown = () =>
      within(grid)
        .getAllByTestId('version-row')
        .map((row) => `${row.ariaLevel} ${/Change \d/.exec(row.textContent)?.[0]}`);
    const folded = [
      '1 Change 7',
      '2 Change 7',
      '2 Change 6',
      '1 Change 5',
      '2 Change 3',
      '1 Change 1',
    ];
    await waitFor(() => expect(shown()).toEqual(folded));
    within(grid).getByText(/^Today, /);
    within(grid).getByRole('button', { name: /^Show the versions: Change 5, .*12:10–12:40$/ });
    grid.focus();
    for (const pressed of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await key(grid, pressed);
    await waitFor(() => expect(shown()).toHaveLength(9));
    await key(grid, 'ArrowDown');
    await key(grid, 'ArrowDown');
    await waitFor(() => expect(location.hash).toContain('version=v4'));
    // From a version to its session, and shut; the slider goes by version all the same.
    await key(grid, 'ArrowLeft');
    await key(grid, 'ArrowLeft');
    await waitFor(() => expect(shown()).toEqual(folded));
    await waitFor(() => expect(location.hash).toContain('version=v5'));
    await key(screen.getByRole('slider', { name: 'Time' }), 'ArrowLeft');
    await waitFor(() => expect(location.hash).toContain('version=v4'));
    const active = document.getElementById(grid.getAttribute('aria-activedescendant') ?? '');
    expect(active?.getAttribute('aria-expanded')).toBe('false');
  });

  it('takes a name and a pin, and gives them back by Undo', async () => {
    const { backend } = await open('aurora', 'history/main?version={plain}');
    await fireEvent.click(await screen.findByRole('button', { name: 'Name it' }));
    const box = await screen.findByLabelText('Name of the version');
    await fireEvent.input(box, { target: { value: 'Before the move' } });
    await key(box, 'Enter');
    await screen.findByRole('heading', { name: 'Before the move' });
    await fireEvent.click(screen.getByRole('button', { name: /^Pin/ }));
    await screen.findByText('Pinned');
    await key(window, 'z', { ctrlKey: true });
    await waitFor(() =>
      expect(called(backend, 'version_mark').at(-1)).toMatchObject({ pinned: false }),
    );
  });

  it('restores in place after saying what that does, and undoes it', async () => {
    const { backend, workspace } = await open('aurora', 'history/main?version={old}');
    await fireEvent.click(await screen.findByTestId('version-restore'));
    const dialog = await screen.findByRole('dialog', { name: /^Restore aurora as of / });
    await within(dialog).findByText(/files are written/);
    await within(dialog).findByText('What is there now is saved as a version first');
    expect(within(dialog).getByText(/^undercroft version restore \w+$/)).toBeTruthy();
    await fireEvent.click(within(dialog).getByTestId('restore-confirm'));
    await screen.findByText(/^Restored aurora to \d+ \w+.*, \d\d:\d\d$/);
    expect(called(backend, 'version_restore')[0]).not.toHaveProperty('to');
    await fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(called(backend, 'undo')).toEqual([{ workspace }]));
    await screen.findByText('Undone: aurora is as it was before');
  });

  it('says how many problems a restore met, and shows them', async () => {
    const { backend, project } = await open('aurora', 'history/main?version={old}');
    backend.answer('version_restore', () => failedInPart(project, 2));
    await fireEvent.click(await screen.findByTestId('version-restore'));
    await screen.findByRole('dialog', { name: /^Restore aurora as of / });
    await screen.findByText(/files are written/);
    await fireEvent.click(screen.getByTestId('restore-confirm'));
    await screen.findByText('Restore of aurora: 2 problems');
    await screen.findByTestId('job-drawer');
  });

  it('says what thinning frees and loses before it does', async () => {
    const { backend } = await open('aurora', 'history/main');
    const menu = await screen.findByRole('button', { name: 'Maintenance' });
    menu.focus();
    await key(menu, 'Enter');
    await fireEvent.click(await screen.findByRole('menuitem', { name: 'Thin out versions…' }));
    const said = await screen.findByTestId('thin-summary');
    expect(said.textContent).toMatch(/Frees .*, loses .* found nowhere else/);
    expect(called(backend, 'thin')).toEqual([]);
    await fireEvent.click(screen.getByTestId('thin-confirm'));
    await waitFor(() => expect(called(backend, 'thin')).toHaveLength(1));
  });

  it('is told when its watching is paused, and resumes', async () => {
    const { backend, project } = await open('aurora', 'history/main');
    await fireEvent.click(await screen.findByRole('button', { name: 'Pause watching' }));
    await screen.findByRole('button', { name: 'Resume watching' });
    expect(called(backend, 'history_pause')).toEqual([{ project }]);
    expect(screen.getByTestId('watch-state').dataset['state']).toBe('paused');
  });
});

describe('files', () => {
  it('are browsed, searched, deleted and brought back', async () => {
    const { backend } = await open('aurora', 'files/main/now');
    const grid = await screen.findByRole('grid', { name: 'Contents' });
    await within(grid).findByText('README.md');
    await fireEvent.click(screen.getByRole('radio', { name: 'Text' }));
    await fireEvent.input(screen.getByRole('searchbox'), {
      target: { value: 'draw went too far' },
    });
    const [hit] = await screen.findAllByTestId('file-hit');
    await fireEvent.click(hit as HTMLElement);
    const preview = await screen.findByTestId('preview');
    await within(preview).findByRole('heading', { name: 'main.rs' });
    await key(window, 'Delete');
    await screen.findByText('Deleted main.rs. Its versions stay.');
    expect(called(backend, 'file_delete')[0]).toMatchObject({ path: ['src', 'main.rs'] });
    await fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(called(backend, 'undo')).toHaveLength(1));
  });

  it('that are in no version are asked for before they go to the trash', async () => {
    const { backend } = await open('aurora', 'files/main/now/src?file=main.rs');
    await screen.findByTestId('preview');
    const fault = { code: 'not_kept' as const, what: '', why: 'In no version: src/x', next: '' };
    backend.failWith('file_delete', fault);
    await key(window, 'Delete');
    const dialog = await screen.findByRole('dialog', { name: 'Some of this is in no version' });
    within(dialog).getByText(/^In no version: src\/x\. What is there goes to the trash/);
    backend.failWith('file_delete', null);
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Move to trash' }));
    await screen.findByText('Deleted main.rs. Its versions stay.');
    expect(called(backend, 'file_delete')).toMatchObject([{ force: false }, { force: true }]);
  });

  it('at an older version can be restored but not changed', async () => {
    const { backend, ids } = await open('aurora', 'files/main/{old}/src?file=parse.rs');
    await screen.findByRole('button', { name: 'Back to now' });
    expect(screen.queryByRole('button', { name: 'Add files…' })).toBeNull();
    await screen.findByTestId('preview');
    await within(screen.getByTestId('version-bar')).findByText(/\d\d:\d\d$/);
    await key(window, '[');
    await waitFor(() => expect(location.hash).toContain(ids.at(-31)));
    await screen.findByTestId('preview');
    await waitFor(() =>
      expect(called(backend, 'file_list').at(-1)).toMatchObject({ version: ids.at(-31) }),
    );
    await key(window, 'Delete');
    expect(called(backend, 'file_delete')).toEqual([]);
  });

  it('that a folder had once are shown, looked at, and brought back', async () => {
    const { backend } = await open('aurora', 'files/main/now/src');
    const grid = await screen.findByRole('grid', { name: 'Contents' });
    await within(grid).findByText('main.rs');
    expect(within(grid).queryByText('layout.rs')).toBeNull();
    await fireEvent.click(screen.getByRole('button', { name: 'Show deleted' }));
    const gone = await within(grid).findByText('layout.rs');
    within(grid).getByText('Renamed to src/render/layout.rs');
    await fireEvent.click(gone);
    const preview = await screen.findByTestId('preview');
    await within(preview).findByText(/part of the renderer/);
    await key(window, 'Delete');
    await fireEvent.click(within(preview).getByRole('button', { name: 'Bring back…' }));
    await screen.findByRole('dialog', { name: /^Restore layout\.rs as of / });
    expect(called(backend, 'version_restore_preview')[0]).toMatchObject({
      paths: [['src', 'layout.rs']],
    });
    expect(called(backend, 'file_delete')).toEqual([]);
  });

  it('that are added ask first where a name is taken', async () => {
    const { backend } = await open('aurora', 'files/main/now');
    const input = await screen.findByTestId('upload-files');
    await screen.findByText('README.md');
    const files = ['README.md', 'new.txt'].map((name) => new File(['text'], name));
    Object.defineProperty(input, 'files', { value: files, configurable: true });
    await fireEvent.change(input);
    const dialog = await screen.findByRole('dialog', { name: 'A file of that name is there' });
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Go on' }));
    await screen.findByText('2 files added');
    expect(called(backend, 'file_save')).toMatchObject([
      { path: ['README (2).md'], base64: btoa('text') },
      { path: ['new.txt'] },
    ]);
  });

  it('dropped on the window go into the folder that is shown', async () => {
    const { backend } = await open('aurora', 'files/main/now/docs');
    await screen.findByText('design.md');
    backend.publish({ type: 'dragOver', active: true });
    await screen.findByText('Drop to add to docs');
    backend.publish({ type: 'dropped', places: [backend.place('/home/mira/plan.md')], x: 1, y: 1 });
    await waitFor(() =>
      expect(called(backend, 'file_upload')[0]).toMatchObject({ folder: ['docs'] }),
    );
    expect(called(backend, 'project_add')).toEqual([]);
  });
});

describe('one file', () => {
  it('has a history across its rename, and any two versions can be compared', async () => {
    const { backend } = await open('aurora', 'file-history/main/src/render/layout.rs');
    const grid = await screen.findByRole('grid', { name: 'Times of the file' });
    await within(grid).findAllByText('src/layout.rs');
    await screen.findByTestId('diff');
    const [, , third] = within(grid).getAllByRole('button', { name: /^Compare the chosen/ });
    await fireEvent.click(third as HTMLElement);
    await waitFor(() => {
      const from = new URLSearchParams(location.hash.split('?')[1]).get('from');
      expect(called(backend, 'file_diff').at(-1)).toMatchObject({ from: { version: from } });
    });
  });

  it('has the times that only backups hold in the same list, and leads into them', async () => {
    const { backend, project } = await open('aurora', 'rules');
    const [newest] = backend.library.snapshots;
    const place = {
      destination: newest?.destination ?? '',
      destinationName: 'Backup drive',
      present: true,
      snapshot: newest?.id ?? '',
      time: newest?.time ?? '',
      path: ['docs', 'README.md'],
    };
    const copy = { modified: null, sizeBytes: 5, version: null, archives: [] };
    backend.answer('file_everywhere', {
      copies: [{ ...copy, time: '2020-01-01T00:00:00Z', backups: [place] }],
      unread: [],
    });
    location.hash = location.hash.replace('rules', 'file-history/main/README.md');
    const grid = await screen.findByRole('grid', { name: 'Times of the file' });
    await screen.findByText('11 versions · 1 only in backups or archives');
    expect(within(grid).getAllByTestId('file-version')).toHaveLength(12);
    await screen.findByTestId('restore-this');
    await fireEvent.click(within(grid).getByText('In 1 backup'));
    const places = await screen.findByTestId('file-places');
    const link = within(places).getByRole('link', { name: 'Backup on Backup drive' });
    expect(link.getAttribute('href')).toBe(
      `#/browse/${place.destination}/${place.snapshot}/docs?project=${project}`,
    );
    expect(screen.queryByTestId('restore-this')).toBeNull();
    expect(location.hash).toContain('to=backup');
  });

  it('differs word by word, and n goes to the next change', async () => {
    await open('aurora', 'diff/main?from={first}&to=now&path=src/parse.rs');
    const diff = await screen.findByTestId('diff');
    await waitFor(() => expect(diff.querySelectorAll('mark').length).toBeGreaterThan(0));
    await key(window, 'n');
    await within(diff).findByText(/^Change 1 of/);
    expect(diff.querySelector('[data-here="true"]')).not.toBeNull();
  });
});

describe('workspaces and git', () => {
  it('opens a version as a workspace, describes it and closes it', async () => {
    const { backend } = await open('aurora', 'workspaces');
    await fireEvent.click(await screen.findByRole('button', { name: 'Open another…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Open as workspace' });
    await fireEvent.input(within(dialog).getByLabelText('Name'), { target: { value: 'trial' } });
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Open' }));
    await screen.findByRole('heading', { name: /^trial/ });
    expect(called(backend, 'workspace_open')[0]).toMatchObject({ name: 'trial' });
    const menu = screen.getByRole('button', { name: 'More for trial' });
    menu.focus();
    await key(menu, 'Enter');
    await fireEvent.click(await screen.findByRole('menuitem', { name: 'Close…' }));
    await fireEvent.click(await screen.findByRole('button', { name: 'Close workspace' }));
    await waitFor(() => expect(screen.queryByRole('heading', { name: /^trial/ })).toBeNull());
  });

  it('commits with a message and switches branches', async () => {
    const { backend } = await open('aurora', 'git/main');
    await fireEvent.input(await screen.findByLabelText('Message'), {
      target: { value: 'Lay out lines lazily' },
    });
    await fireEvent.click(screen.getByRole('button', { name: 'Commit' }));
    await screen.findByText('Nothing to commit.');
    expect(called(backend, 'git_commit')[0]).toMatchObject({ message: 'Lay out lines lazily' });
    await fireEvent.click(await screen.findByRole('button', { name: 'Switch to lazy-layout' }));
    await screen.findByText('On the branch lazy-layout');
  });
});
