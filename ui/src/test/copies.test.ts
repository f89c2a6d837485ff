/** All copies of one file: in versions, backups and archives. */
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
  await fireEvent.click(await screen.findByTestId('all-copies'));
  return { backend, rows: await screen.findAllByTestId('file-copy') };
}

const callsOf = (backend: RecordedBackend, name: string) =>
  backend.calls.filter((call) => call.name === name).map((call) => call.request);

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
  window.innerWidth = 1280;
});

describe('all copies of a file', () => {
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
    const [lost] = within(damaged).getAllByRole('button', { name: /Restore from Archive of/ });
    expect(lost?.hasAttribute('disabled')).toBe(true);
    const [newest] = within(whole).getAllByRole('button', { name: /Restore from Archive of/ });
    await fireEvent.click(newest as HTMLElement);
    await screen.findByTestId('restore-confirm');
    await waitFor(() =>
      expect(callsOf(backend, 'archive_restore_preview').at(-1)).toMatchObject({
        archive: 'a-1',
        paths: [['src', 'main.rs']],
      }),
    );
  });
});
