/** Archives: found, looked into, made, restored, and put into the trash. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { RecordedBackend } from '$lib/backend/recorded';
import { answerArchives, archives, movedArchive, restorePlan } from './fixtures/archives';

async function open(hash: string, before?: (backend: RecordedBackend) => void) {
  location.hash = hash;
  const backend = new RecordedBackend({ jobSeconds: 0.1 });
  answerArchives(backend);
  before?.(backend);
  render(App, { backend });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
  return backend;
}

const callsOf = (backend: RecordedBackend, name: string) =>
  backend.calls.filter((call) => call.name === name);
const button = (name: string | RegExp) => screen.findByRole('button', { name });

async function openMenu(name: string) {
  const trigger = await button(name);
  trigger.focus();
  await fireEvent.keyDown(trigger, { key: 'Enter' });
}

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
  window.innerWidth = 1280;
});

describe('the archive', () => {
  it('teaches what an archive is where there is none', async () => {
    const backend = await open('#/archive', (fresh) => fresh.answer('archive_list', []));
    await screen.findByText(/An archive is a whole project/);
    await fireEvent.click(await screen.findByTestId('make-idle'));
    await screen.findAllByTestId('archive-plan-item');
    expect(callsOf(backend, 'archive_preview')[0]?.request).toMatchObject({ idle: true });
  });

  it('lists archives with their state in words, and opens one beside the list', async () => {
    await open('#/archive');
    const rows = await screen.findAllByTestId('archive-row');
    expect(rows).toHaveLength(archives.length);
    await screen.findByText('Damaged');
    await screen.findByText('File missing');
    await fireEvent.click(rows.find((row) => row.textContent?.includes('ledger')) as HTMLElement);
    const view = await screen.findByTestId('archive-view');
    await within(view).findByText('src/ledger.db');
    expect(location.hash).toBe('#/archive/a-2');
  });

  it('finds archives by name, and leads to the search for files', async () => {
    await open('#/archive');
    const box = await screen.findByRole('searchbox');
    await fireEvent.input(box, { target: { value: 'main' } });
    await screen.findByText('No archived project has that name');
    const link = await screen.findByRole('link', { name: 'Search files for “main”' });
    expect(link.getAttribute('href')).toBe('#/search?text=main');
  });

  it('restores files that were chosen in several folders', async () => {
    const backend = await open('#/archive/a-1?view=files');
    await fireEvent.click(await screen.findByRole('checkbox', { name: 'Select README.md' }));
    await fireEvent.click(await button('src'));
    await fireEvent.click(await screen.findByRole('checkbox', { name: 'Select tiles.rs' }));
    await fireEvent.click(await screen.findByTestId('restore-chosen'));
    await screen.findByText(/1 file is written/);
    await fireEvent.click(await screen.findByTestId('restore-confirm'));
    await waitFor(() => expect(callsOf(backend, 'archive_restore')).toHaveLength(1));
    expect(callsOf(backend, 'archive_restore')[0]?.request).toMatchObject({
      archive: 'a-1',
      paths: [['README.md'], ['src', 'tiles.rs']],
      place: null,
    });
  });

  it('leaves names that are taken, unless told to replace them', async () => {
    const taken = restorePlan({ taken: ['src'], takenTotal: 1 });
    const backend = await open('#/archive/a-1', (fresh) =>
      fresh.answer('archive_restore_preview', taken),
    );
    await fireEvent.click(await screen.findByTestId('archive-restore'));
    const confirm = await screen.findByTestId('restore-confirm');
    await screen.findByText('1 file is there already and stays');
    expect(callsOf(backend, 'archive_restore_preview')[0]?.request).toMatchObject({
      conflict: 'skip',
    });
    await fireEvent.click(screen.getByLabelText(/^Replace it/));
    await screen.findByText('1 of them replaces another content');
    await waitFor(() => expect(confirm.hasAttribute('disabled')).toBe(false));
    await fireEvent.click(confirm);
    await waitFor(() =>
      expect(callsOf(backend, 'archive_restore')[0]?.request).toMatchObject({
        conflict: 'replace',
      }),
    );
  });

  it('moves several to the trash, and takes them out of it by Undo', async () => {
    const backend = await open('#/archive');
    for (const name of ['atlas-tiles', 'zine'])
      await fireEvent.click(
        await screen.findByRole('checkbox', { name: `Select the archive of ${name}` }),
      );
    await fireEvent.click(await screen.findByTestId('trash-chosen'));
    await waitFor(() => expect(callsOf(backend, 'archive_trash')).toHaveLength(2));
    await fireEvent.click(await button('Undo'));
    await waitFor(() => expect(callsOf(backend, 'archive_recall')).toHaveLength(2));
  });

  it('moves one to a destination, and says what that frees', async () => {
    const backend = await open('#/archive/a-1');
    const view = await screen.findByTestId('archive-view');
    expect((await within(view).findByTestId('archive-place')).textContent).toBe('This disk');
    await openMenu('More for atlas-tiles');
    expect(screen.queryByRole('menuitem', { name: /Bring back/ })).toBeNull();
    await fireEvent.click(await screen.findByRole('menuitem', { name: /Move to a destination/ }));
    await waitFor(() =>
      expect(screen.getByTestId('move-frees').textContent).toMatch(/^Frees 402.* on this disk/),
    );
    const [first, second] = screen.getAllByRole<HTMLInputElement>('radio');
    await fireEvent.click((second ?? first) as HTMLElement);
    await fireEvent.click(screen.getByTestId('move-confirm'));
    await waitFor(() => expect(callsOf(backend, 'archive_move')).toHaveLength(1));
    const { destination } = callsOf(backend, 'archive_move')[0]?.request as { destination: string };
    expect(backend.library.destinations.map(({ id }) => id)).toContain(destination);
  });

  it('brings one back from where it lies, and says when that is away', async () => {
    const moved = movedArchive('d-1');
    const away = {
      code: 'unavailable' as const,
      what: 'Cannot read the archive of survey-2019',
      why: 'It lies on Blue disk. Blue disk is not there',
      next: 'Connect its drive and try again',
    };
    const backend = await open('#/archive/a-5', (fresh) => {
      fresh.answer('archive_list', [...archives, moved]);
      fresh.answer('archive_show', { archive: moved, parts: [], damaged: [], backups: 0, away });
    });
    const view = await screen.findByTestId('archive-view');
    expect((await within(view).findByTestId('archive-place')).textContent.trim()).toBe('Blue disk');
    await within(view).findByText(/Connect its drive and try again/);
    await openMenu('More for survey-2019');
    await fireEvent.click(await screen.findByRole('menuitem', { name: /Bring back to this disk/ }));
    await waitFor(() => expect(callsOf(backend, 'archive_move')).toHaveLength(1));
    expect(callsOf(backend, 'archive_move')[0]?.request).toEqual({
      archive: 'a-5',
      destination: null,
    });
  });

  it('shows when what is in the trash goes', async () => {
    await open('#/archive/a-9?show=trash');
    await screen.findByText(/Removed by the clean-up after/);
    await screen.findByTestId('archive-recall');
  });
});

describe('archiving', () => {
  it('leaves out what is refused, and asks for those that are chosen', async () => {
    const backend = await open('#/archive');
    await fireEvent.click(await screen.findByTestId('make-archives'));
    const items = await screen.findAllByTestId('archive-plan-item');
    const confirm = screen.getByTestId('archive-confirm');
    expect(confirm.hasAttribute('disabled')).toBe(true);
    const boxes = items.map((item) => within(item).getByRole<HTMLInputElement>('checkbox'));
    expect(boxes[1]?.disabled).toBe(true);
    await fireEvent.click(boxes[0] as HTMLElement);
    expect(confirm.textContent).toContain('Archive 1 project');
    await fireEvent.click(confirm);
    await waitFor(() => expect(callsOf(backend, 'archive_make')).toHaveLength(1));
    expect(callsOf(backend, 'archive_make')[0]?.request).toMatchObject({
      projects: [backend.library.projects[0]?.id],
      keepSource: false,
    });
  });
});

describe('an archived project', () => {
  it('says so, and offers what makes sense', async () => {
    let id = '';
    await open('#/', (backend) => {
      const [project] = backend.library.projects;
      Object.assign(project as object, { status: 'archived', archive: 'a-1' });
      id = project?.id ?? '';
    });
    location.hash = `#/projects/${id}`;
    const banner = await screen.findByTestId('archived-banner');
    expect(screen.queryByTestId('backup-now')).toBeNull();
    expect(screen.queryByTestId('project-protection')).toBeNull();
    await fireEvent.click(within(banner).getByRole('button', { name: 'Restore…' }));
    await screen.findByTestId('restore-summary');
  });
});
