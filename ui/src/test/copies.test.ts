/** All times of one file: in versions, backups and archives. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import type { ArchiveCopy, FileCopy, FileCopies } from '$lib/backend/bindings';
import { RecordedBackend } from '$lib/backend/recorded';
import { answerArchives, daysAgo } from './fixtures/archives';

const archived = (change: Partial<ArchiveCopy> = {}): ArchiveCopy => ({
  archive: 'a-1',
  archiveName: 'atlas-tiles',
  time: daysAgo(40),
  damaged: false,
  ...change,
});

const copy = (change: Partial<FileCopy>): FileCopy => ({
  time: daysAgo(40),
  modified: daysAgo(50),
  sizeBytes: 2048,
  version: null,
  versionPath: [],
  backups: [],
  archives: [],
  ...change,
});

const found: FileCopies = {
  copies: [
    copy({ archives: [archived(), archived({ archive: 'a-3', time: daysAgo(200) })] }),
    copy({ sizeBytes: 4096, archives: [archived({ archive: 'a-2', damaged: true })] }),
  ],
  unread: [
    {
      archive: 'a-4',
      archiveName: 'atlas-tiles',
      time: daysAgo(300),
      reason: 'Its file is no longer in the library',
    },
  ],
};

async function open(): Promise<{ backend: RecordedBackend; rows: HTMLElement[] }> {
  location.hash = '#/archive/a-1/src?view=files&file=main.rs';
  const backend = new RecordedBackend({ jobSeconds: 0.1 });
  answerArchives(backend);
  backend.answer('file_everywhere', found);
  render(App, { backend });
  await fireEvent.click(await screen.findByTestId('all-times'));
  return { backend, rows: await screen.findAllByTestId('file-copy') };
}

const callsOf = (backend: RecordedBackend, name: string) =>
  backend.calls.filter((call) => call.name === name).map((call) => call.request);

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
  window.innerWidth = 1280;
});

describe('all times of a file', () => {
  it('are asked for in an archived project, and say where each content is', async () => {
    const { backend, rows } = await open();
    expect(callsOf(backend, 'file_everywhere')).toEqual([
      { project: 'p-1', path: ['src', 'main.rs'] },
    ]);
    expect(rows).toHaveLength(2);
    expect(rows[0]?.textContent).toContain('in 2 archives');
    const unread = await screen.findByTestId('unread-archive');
    expect(unread.textContent).toContain('Its file is no longer in the library');
  });

  it('are shown and restored from an archive, but for what is damaged there', async () => {
    const { backend, rows } = await open();
    const [whole, damaged] = rows as [HTMLElement, HTMLElement];
    await fireEvent.click(within(whole).getByTestId('show-copy'));
    const shown = await screen.findByTestId('copy-preview');
    await within(shown).findByText(/println/);
    expect(callsOf(backend, 'archive_file').at(-1)).toEqual({
      archive: 'a-1',
      path: ['src', 'main.rs'],
    });
    expect(within(damaged).queryByTestId('show-copy')).toBeNull();
    const lost = within(damaged).getByRole('button', { name: /^Archive of/ });
    expect(lost.hasAttribute('disabled')).toBe(true);
    expect(within(damaged).getByRole('radio').hasAttribute('disabled')).toBe(true);
    const asked = () => callsOf(backend, 'archive_restore_preview').at(-1);
    const paths = [['src', 'main.rs']];
    await waitFor(() => expect(asked()).toMatchObject({ archive: 'a-1', paths, place: null }));
    const older = within(whole).getAllByRole('button', { name: /^Archive of/ })[1];
    await fireEvent.click(older as HTMLElement);
    await waitFor(() => expect(asked()).toMatchObject({ archive: 'a-3', paths }));
  });
});

describe('a file that is there', () => {
  it('gets the content of yesterday back in three presses, and shows it by the newest that differs', async () => {
    const backend = new RecordedBackend({ jobSeconds: 0.1 });
    const version = backend.library.versions[0];
    if (!version) throw new Error('no version');
    const { project, workspace } = version;
    const older = backend.library.versionsOf(workspace)[3] ?? version;
    const copies = [
      copy({ time: daysAgo(0), version: version.id, versionPath: ['README.md'] }),
      copy({ time: daysAgo(1), version: older.id, versionPath: ['README.md'] }),
      copy({ time: daysAgo(9), modified: daysAgo(9), archives: [archived()] }),
    ];
    answerArchives(backend);
    backend.answer('file_everywhere', { copies, unread: [] });
    backend.answer('version_restore_preview', ({ version: asked }) => {
      const isThere = asked === version.id;
      const change = isThere ? [] : [{ path: ['README.md'], kind: 'modified' as const }];
      return {
        ...{ restore: change.length, overwrite: change.length, remove: 0, bytes: 2048 },
        ...{ identical: isThere ? 1 : 0, first: change },
      };
    });
    location.hash = `#/projects/${project}/files/${workspace}/now?file=README.md`;
    render(App, { backend });
    await fireEvent.click(await screen.findByTestId('restore-file'));
    await screen.findByRole('dialog', { name: /^Restore README\.md as of / });
    const rows = await screen.findAllByTestId('file-copy');
    // The newest is on disk already.
    await waitFor(() => expect(rows[1]?.dataset['chosen']).toBe('true'));
    const confirm = await screen.findByTestId('restore-confirm');
    await waitFor(() => expect(confirm.hasAttribute('disabled')).toBe(false));
    // Enter copies no command, and goes to nothing behind the dialog.
    const dialog = await screen.findByRole('dialog');
    const focused = document.activeElement as HTMLElement;
    expect(dialog.contains(focused)).toBe(true);
    expect(focused.tagName).not.toBe('BUTTON');
    expect(screen.getByText(/^undercroft version restore /).textContent).toBe(
      `undercroft version restore ${older.shortId} README.md`,
    );
    await screen.findByText('It replaces what is there now');
    expect(rows[2]?.textContent).toMatch(/ · 9 days ago/);
    expect(rows[2]?.textContent).toMatch(/kB\s+· in 1 archive/);
    await fireEvent.click(within(rows[2] as HTMLElement).getByRole('radio'));
    await waitFor(() => expect(callsOf(backend, 'archive_restore_preview')).toHaveLength(1));
    await fireEvent.click(within(rows[1] as HTMLElement).getByRole('radio'));
    await waitFor(() => expect(rows[1]?.dataset['chosen']).toBe('true'));
    await waitFor(() => expect(confirm.hasAttribute('disabled')).toBe(false));
    await fireEvent.click(confirm);
    await waitFor(() =>
      expect(callsOf(backend, 'version_restore')).toEqual([
        { version: older.id, paths: [['README.md']] },
      ]),
    );
    await fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(callsOf(backend, 'undo')).toEqual([{ workspace }]));
  });

  it('that a version removed is brought back from its row, and from the diff', async () => {
    const backend = new RecordedBackend({ jobSeconds: 0.1 });
    const version = backend.library.versions.find(({ parent }) => parent);
    if (!version?.parent) throw new Error('no version');
    const gone = { path: ['src', 'gone.rs'], kind: 'removed' as const };
    backend.answer('version_show', ({ version: id }) => ({
      version: { ...version, id, parent: id === version.id ? version.parent : null },
      ...{ changes: [gone], changesTotal: 1 },
    }));
    location.hash = `#/projects/${version.project}/history/${version.workspace}?version=${version.id}`;
    render(App, { backend });
    await fireEvent.click(await screen.findByRole('button', { name: 'Bring back src/gone.rs' }));
    await screen.findByRole('dialog', { name: /^Restore gone\.rs as of / });
    const asked = { version: version.parent, paths: [gone.path] };
    await waitFor(() => expect(callsOf(backend, 'version_restore_preview').at(-1)).toEqual(asked));
    await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    backend.answer('version_compare', { changes: [gone], changesTotal: 1 });
    location.hash = `#/projects/${version.project}/diff/${version.workspace}?from=${version.parent}&to=${version.id}`;
    await fireEvent.click(await screen.findByTestId('restore-before'));
    await screen.findByRole('dialog', { name: /^Restore gone\.rs as of / });
    await waitFor(() => expect(callsOf(backend, 'version_restore_preview')).toHaveLength(2));
  });
});
