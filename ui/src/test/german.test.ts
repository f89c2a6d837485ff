/** The pages in German. Words are read as the pages are loaded: they come after the choice. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { applyLanguage, chosenLanguage } from '$lib/language';
import type { WireError } from '$lib/backend/bindings';
import { words } from '$lib/words';

localStorage.setItem('undercroft.language', 'de');
await applyLanguage();
const { default: App } = await import('../App.svelte');
const { RecordedBackend } = await import('$lib/backend/recorded');
const { unreachable } = await import('$lib/backend/faults');
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

describe('an error', () => {
  it('is put in German by its code, and keeps what the engine says', async () => {
    const what = 'The repository is locked by host lantern';
    const [why, next] = ['Ein anderes Programm arbeitet gerade darin', 'Wait'];
    await open('#/settings', { code: 'locked', what, why, next, inEnglish: ['what', 'next'] });
    const note = within(await screen.findByTestId('error-note'));
    expect(note.getByText(words.errors.headlines['locked'] ?? '')).toBeTruthy();
    for (const said of [what, next]) expect(note.getByText(said).lang).toBe('en');
    expect(note.getByText(why).lang).toBe('');
  });

  it('of the pages themselves is German throughout', async () => {
    await open('#/settings', unreachable());
    const note = within(await screen.findByTestId('error-note'));
    expect(note.getByText('Undercroft hat nicht geantwortet').lang).toBe('');
    expect(note.queryByText('Im Einzelnen:')).toBeNull();
  });
});
