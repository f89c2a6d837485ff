/** The pages in German. Words are read as the pages are loaded: they come after the choice. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { applyLanguage, chosenLanguage } from '$lib/language';
import type { Because, Dashboard, Protection, WireError } from '$lib/backend/bindings';
import { words } from '$lib/words';

localStorage.setItem('undercroft.language', 'de');
await applyLanguage();
const { default: App } = await import('../App.svelte');
const { RecordedBackend } = await import('$lib/backend/recorded');
const { unreachable } = await import('$lib/backend/faults');
const { sayConcern, sayProtection, sayStanding } = await import('$lib/engine-sentences');
const { formatSize } = await import('$lib/format/size');
const { formatDate, formatRelative } = await import('$lib/format/time');

async function open(hash: string, refusal: WireError | null = null): Promise<void> {
  location.hash = hash;
  const backend = new RecordedBackend({ jobSeconds: 0.2 });
  backend.failWith('settings_show', refusal);
  render(App, { backend });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
}

afterEach(() => localStorage.setItem('undercroft.language', 'de'));

describe('the pages', () => {
  it('speak German, and let it be changed', async () => {
    await open('#/settings');
    const language = await screen.findByRole('group', { name: 'Sprache' });
    const of = (name: string) => within(language).getByLabelText<HTMLInputElement>(name);
    expect(of('Deutsch').checked).toBe(true);
    expect(await screen.findByRole('heading', { name: 'Erscheinungsbild' })).toBeTruthy();
    const reload = vi.fn();
    vi.stubGlobal('location', { search: '', hash: '#/settings', reload });
    await fireEvent.click(of('English'));
    vi.unstubAllGlobals();
    expect(reload).toHaveBeenCalledOnce();
    expect(chosenLanguage()).toBe('en');
  });

  it('write figures and dates as they are written in German', () => {
    expect(formatSize(1_234_567)).toBe('1,2\u00a0MB');
    const now = Date.parse('2026-05-20T12:00:00Z');
    expect(formatDate('2024-03-09T12:00:00Z', now)).toBe('9. März 2024');
    expect(formatRelative('2026-05-17T12:00:00Z', now)).toBe('vor 3 Tagen');
  });
});

describe('how things stand', () => {
  const protection: Protection = {
    ...{ state: 'protected', destinations: 2, reason: 'It is backed up to Shelf and NAS. Late.' },
    because: {
      ...{ type: 'backedUp', destinations: ['Shelf', 'NAS'], onOwnDisk: false, warning: 'Late' },
    },
  };
  const concerns: [Because, string][] = [
    [{ type: 'problems', count: 2 }, '2 Probleme in den Sicherungen gefunden'],
    [{ type: 'nearlyFull', freeBytes: 5e9, totalBytes: 1e12 }, 'Nur noch 5,0 GB von 1,0 TB frei'],
    [{ type: 'sameDisk' }, 'Liegt auf derselben Festplatte'],
    [{ type: 'project', because: { type: 'old', days: 8 } }, 'Sicherung ist 8 Tage alt'],
    [{ type: 'other', text: 'as the engine says it' }, 'as the engine says it'],
  ];

  it('is said in German by its code', async () => {
    expect(sayProtection(protection)).toBe('Gesichert auf Shelf und NAS. Late.');
    for (const [because, said] of concerns)
      expect(sayConcern({ because, reason: 'English' }).replaceAll('\u00a0', ' ')).toContain(said);
    const dashboard = await new RecordedBackend().call('dashboard', {});
    const said = (change: Partial<Dashboard>) =>
      sayStanding({ ...dashboard, projects: 3, protectedProjects: 2, ...change }, Date.now());
    const [concern] = dashboard.concerns;
    const concernsOf = (count: number) =>
      concern ? Array.from({ length: count }, () => concern) : [];
    expect(said({ standing: 'warning', concerns: concernsOf(2) })).toBe(
      '2 Projekte geschützt, 2 Punkte zu beachten',
    );
    expect(said({ standing: 'protected', lastBackup: null })).toBe(
      '2 von 3 Projekten sind geschützt',
    );
    const until = { ...dashboard.schedule, bySetting: false, until: '2020-03-02T12:00:00Z' };
    expect(said({ standing: 'paused', schedule: until })).toMatch(
      /^Sicherungen angehalten bis: 2\. März 2020.*\. 2 Projekte geschützt$/,
    );
  });

  it('is German on the dashboard', async () => {
    await open('#/');
    expect((await screen.findByTestId('health-sentence')).textContent).toMatch(
      /geschützt|verloren/,
    );
    const [concern] = await screen.findAllByTestId('concern');
    expect(concern?.textContent).not.toMatch(/No version is kept|It is on the disk/);
  });
});

describe('an error', () => {
  it('is put in German by its code, and keeps what the engine says', async () => {
    const what = 'The repository is locked by host lantern';
    await open('#/settings', { code: 'locked', what, why: 'It works there', next: 'Wait' });
    const note = within(await screen.findByTestId('error-note'));
    expect(note.getByText(words.errors.headlines['locked'] ?? '')).toBeTruthy();
    for (const said of [what, 'It works there', 'Wait'])
      expect(note.getByText(said).lang).toBe('en');
  });

  it('of the pages themselves is German throughout', async () => {
    await open('#/settings', unreachable());
    const note = within(await screen.findByTestId('error-note'));
    expect(note.getByText('Undercroft hat nicht geantwortet').lang).toBe('');
    expect(note.queryByText('Im Einzelnen:')).toBeNull();
  });
});
