/** What plans leave to the settings: shown, chosen, and told while backups are off. */
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import type { Setting } from '$lib/backend/bindings';
import { RecordedBackend } from '$lib/backend/recorded';

const setting = (key: string, value: string, kind: Setting['kind']): Setting => ({
  key,
  value,
  default: value,
  kind,
  allowed: '',
  purpose: key,
  source: 'default',
});

async function open(hash: string, change?: (backend: RecordedBackend) => void | Promise<void>) {
  location.hash = hash;
  const backend = new RecordedBackend({ jobSeconds: 0.1 });
  const known = await backend.call('settings_show', {});
  const own = (one: Setting) => !one.key.startsWith('backup');
  backend.answer('settings_show', {
    ...known,
    all: [
      ...known.all.filter(own),
      setting('backup', 'true', { type: 'switch' }),
      setting('backup-schedule', '0 18 * * *', { type: 'schedule' }),
      setting('backup-destination', '', { type: 'name' }),
    ],
  });
  await change?.(backend);
  render(App, { backend });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
  return backend;
}

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
  window.innerWidth = 1280;
});

describe('the settings of backups', () => {
  it('are chosen from what there is', async () => {
    const backend = await open('#/settings');
    const destination = await screen.findByRole<HTMLSelectElement>('combobox', {
      name: 'Usual destination',
    });
    const on = screen.getByRole('switch', { name: 'Back up automatically' });
    expect(on.getAttribute('aria-checked')).toBe('true');
    expect(screen.getByLabelText<HTMLInputElement>('Usual time of backups').value).toBe('18:00');
    await waitFor(() => expect(destination.options.length).toBeGreaterThan(1));
    const [, first] = [...destination.options];
    expect(destination.options[0]?.textContent).toBe('All');
    expect(backend.library.destinations.map(({ name }) => name)).toContain(first?.value);
    await fireEvent.change(destination, { target: { value: first?.value } });
    await waitFor(() =>
      expect(backend.calls.findLast(({ name }) => name === 'settings_change')?.request).toEqual({
        set: { 'backup-destination': first?.value },
      }),
    );
  });

  it('are followed by a plan that says nothing of its own', async () => {
    const backend = await open('#/plans/new', async (fresh) => {
      const proposed = await fresh.call('plan_propose', {});
      const targets = fresh.library.destinations.map(({ id }) => ({
        destination: id,
        retention: null,
      }));
      fresh.answer('plan_propose', { ...proposed, targets, schedule: { type: 'usual' } });
    });
    const next = await screen.findByTestId('next-runs');
    await waitFor(() => expect(next.textContent).toContain('Every day at 18:00, as in Settings'));
    await screen.findAllByText('Keeps backups as Settings say.');
    await fireEvent.click(screen.getByTestId('plan-save'));
    await waitFor(() => expect(backend.calls.some(({ name }) => name === 'plan_save')).toBe(true));
    expect(backend.calls.findLast(({ name }) => name === 'plan_save')?.request).toMatchObject({
      draft: { schedule: { type: 'usual' }, targets: [{ retention: null }, {}, {}] },
    });
  });

  it('are told of while backups are off', async () => {
    const off = { paused: true, bySetting: true, until: null, next: null };
    await open('#/backups', (fresh) => fresh.answer('schedule_state', off));
    const link = await screen.findByTestId('backups-off');
    expect(link.getAttribute('href')).toBe('#/settings');
    expect(screen.queryByTestId('resume-backups')).toBeNull();
    expect(link.textContent).toContain('Off in Settings');
  });
});
