/** Backups over the recorded engine: set up, planned, run, noticed, and the whole library back. */
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import type { Finding } from '$lib/backend/bindings';
import { RecordedBackend } from '$lib/backend/recorded';
import type { RecordedOptions } from '$lib/backend/recorded';

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

/** The path of the backups of a lost library. */
const OLD_BACKUPS = '/media/mira/backup-drive/undercroft';

/** Findings of the doctor, whatever the machine of the recording had. */
const FINDINGS: [Finding, ...Finding[]] = [
  { level: 'ok', area: 'library', what: 'The catalog is whole', why: 'It was checked', next: '' },
  {
    level: 'warning',
    area: 'destination',
    what: 'Travel stick is away',
    why: 'Its drive is not connected',
    next: 'Connect the drive',
  },
  {
    level: 'error',
    area: 'destination',
    what: 'Backup drive is locked by a program that is gone',
    why: 'It was killed while it worked',
    next: 'Remove the lock',
    fix: { id: 'unlock:backup-drive', label: 'Remove the lock' },
  },
];

const button = (name: string | RegExp) => screen.findByRole('button', { name });
const input = (field: HTMLElement, value: string) => fireEvent.input(field, { target: { value } });
const callsOf = (backend: RecordedBackend, name: string) =>
  backend.calls.filter((call) => call.name === name);

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
});

describe('the first set-up', () => {
  async function withProject(): Promise<RecordedBackend> {
    const backend = await open('#/backups', { scenario: 'empty', canPick: true });
    const place = backend.place('/home/mira/work/vault');
    const listed = callsOf(backend, 'project_list').length;
    await backend.call('project_add', { place: place.id, name: 'vault' });
    await waitFor(() => expect(callsOf(backend, 'project_list').length).toBeGreaterThan(listed));
    await screen.findByRole('heading', { name: 'Set up backups' });
    return backend;
  }

  it('takes one press, makes a password, runs the proposed plan, and shows the kit', async () => {
    const backend = await withProject();
    await screen.findByLabelText(/^blue/);
    for (const box of screen.getAllByRole<HTMLInputElement>('checkbox'))
      if (box.checked && !box.disabled) await fireEvent.click(box);
    await fireEvent.click(await screen.findByTestId('first-run-start'));
    await waitFor(() => expect(screen.getByTestId('recovery-kit').textContent).toMatch(/Password/));
    expect(callsOf(backend, 'destination_add')[0]?.request).toMatchObject({
      create: true,
      password: { type: 'generated' },
    });
    expect(backend.library.snapshots).toHaveLength(1);
    await fireEvent.click(await screen.findByTestId('kit-done'));
    await fireEvent.click(await button('Go to the dashboard'));
    location.hash = '#/backups';
    const card = await screen.findByTestId('plan-card');
    await within(card).findByText('Daily');
    await within(card).findByText('Done');
  });

  it('goes on with a first version that was interrupted', async () => {
    const backend = await withProject();
    const [project] = await backend.call('project_list', {});
    const states = await backend.call('watch_list', {});
    const id = project?.id ?? '';
    const interrupted = {
      project: id,
      state: 'off' as const,
      lastVersion: null,
      pendingChanges: 0,
    };
    const own = { projectName: 'vault', workspace: 'main', name: 'vault' };
    const why = 'Its first version was interrupted';
    backend.answer('watch_list', [...states, { ...interrupted, ...own, why }]);
    await screen.findByLabelText(/^blue/);
    for (const box of screen.getAllByRole<HTMLInputElement>('checkbox'))
      if (box.checked && !box.disabled) await fireEvent.click(box);
    await fireEvent.click(await screen.findByTestId('first-run-start'));
    await waitFor(() =>
      expect(callsOf(backend, 'history_start')[0]?.request).toEqual({ project: id }),
    );
  });

  it('goes on with backups that are there, and never makes them anew', async () => {
    const backend = await open('#/backups', { scenario: 'empty' });
    await fireEvent.click(await screen.findByLabelText(/^Another folder/));
    await input(await screen.findByTestId('place-path'), OLD_BACKUPS);
    await input(await screen.findByTestId('destination-password'), 'stone upon stone');
    await fireEvent.click(await screen.findByTestId('first-run-start'));
    await screen.findByTestId('first-run-done', {}, { timeout: 8000 });
    expect(callsOf(backend, 'destination_add')[0]?.request).toMatchObject({
      create: false,
      password: { type: 'typed', password: 'stone upon stone' },
    });
    expect(screen.queryByTestId('recovery-kit')).toBeNull();
  });
});

describe('a plan', () => {
  it('is written with a live preview and kept', async () => {
    const backend = await open('#/plans/new');
    await input(await screen.findByTestId('plan-name'), 'Nights');
    await within(await screen.findByTestId('plan-preview')).findByText(/10 projects/, {});
    await fireEvent.click(await screen.findByLabelText(/^By tag/));
    expect((await screen.findByTestId('plan-save')).hasAttribute('disabled')).toBe(true);
    await fireEvent.click(await screen.findByLabelText('client'));
    await within(screen.getByTestId('plan-preview')).findByText(/4 projects/, {});
    await fireEvent.change(screen.getByTestId('schedule-kind'), { target: { value: 'hourly' } });
    await within(screen.getByTestId('next-runs')).findByText(/Every hour/);
    await fireEvent.click(screen.getByTestId('plan-save'));
    await waitFor(() => expect(location.hash).toBe('#/backups'));
    expect(callsOf(backend, 'plan_save')[0]?.request).toMatchObject({
      draft: {
        name: 'Nights',
        projects: { type: 'tagged', tags: ['client'] },
        schedule: { type: 'hourly', minute: 0 },
      },
    });
  });

  it('says what its policy would let go, and what that loses', async () => {
    const backend = await open('#/');
    const [destination = ''] = backend.library.destinations.map(({ id }) => id);
    const strict = { destination, policy: { last: 1 } };
    backend.answer(
      'retention_preview',
      backend.library.recording.reply('retention_preview', strict),
    );
    location.hash = '#/plans/new';
    const buttons = await screen.findAllByRole('button', { name: 'Show what would go' });
    await fireEvent.click(buttons[0] as HTMLElement);
    const preview = await screen.findByTestId('retention-preview');
    expect(preview.textContent).toMatch(/stay, \d+ go;\s+frees .* loses \d+ files/);
  });

  it('takes the numbers of the preset before for rules of its own', async () => {
    const backend = await open('#/');
    const shown = await backend.call('settings_show', {});
    const all = shown.all.map((one) =>
      one.key === 'backup-retention-days' ? { ...one, value: '45' } : one,
    );
    backend.answer('settings_show', { ...shown, all });
    cleanup();
    location.hash = '#/plans/new';
    render(App, { backend });
    const [group] = await screen.findAllByRole('group', { name: /^Keep:/ });
    const choose = async (name: string) =>
      fireEvent.click(within(group as HTMLElement).getByLabelText(name));
    const valueOf = (label: string) => screen.getByLabelText<HTMLInputElement>(label).value;
    await choose('As I say');
    await waitFor(() => expect(valueOf('All of the last')).toBe('45d'));
    expect(valueOf('Daily')).toBe('');
    await choose('For a month');
    await choose('As I say');
    await waitFor(() => expect(valueOf('Weekly')).toBe('4'));
    expect([valueOf('Last'), valueOf('Daily'), valueOf('Monthly')]).toEqual(['3', '14', '']);
    expect(valueOf('All of the last')).toBe('');
  });

  it('is removed and brought back by Undo, and rests while switched off', async () => {
    const backend = await open('#/backups');
    const cards = await screen.findAllByTestId('plan-card');
    await fireEvent.click(within(cards[0] as HTMLElement).getByRole('switch'));
    await waitFor(() =>
      expect(callsOf(backend, 'plan_enable')[0]?.request).toMatchObject({ enabled: false }),
    );
    const trigger = await button('More for Client work to the stick');
    trigger.focus();
    await fireEvent.keyDown(trigger, { key: 'Enter' });
    await fireEvent.click(await screen.findByRole('menuitem', { name: 'Remove plan' }));
    await waitFor(() => expect(screen.getAllByTestId('plan-card')).toHaveLength(2));
    await fireEvent.click(await button('Undo'));
    await waitFor(() => expect(screen.getAllByTestId('plan-card')).toHaveLength(3));
  });
});

describe('backups', () => {
  it('pause for an hour, say so, and go on', async () => {
    const backend = await open('#/backups');
    const trigger = await button('Pause backups');
    trigger.focus();
    await fireEvent.keyDown(trigger, { key: 'Enter' });
    await fireEvent.click(await screen.findByRole('menuitem', { name: 'For an hour' }));
    await fireEvent.click(await screen.findByTestId('resume-backups'));
    await button('Pause backups');
    expect(backend.calls.filter(({ name }) => name === 'schedule_resume')).toHaveLength(1);
    // The one sentence is the engine's.
    const { sentence } = await backend.call('dashboard', {});
    expect((await screen.findByTestId('health-sentence')).textContent).toBe(sentence);
  });

  it('hold what is old until an alert is answered', async () => {
    const backend = await open('#/');
    const alert = await screen.findByTestId('guard-alert');
    await within(alert).findByRole('link', { name: 'ledger-migration' });
    await within(alert).findByText('/home/mira/work/ledger-migration/README.md');
    await fireEvent.click(within(alert).getByRole('button', { name: 'That was meant' }));
    await waitFor(() => expect(screen.queryByTestId('guard-alert')).toBeNull());
    expect(backend.library.alerts[0]?.answer).toBe('meant');
    await fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    await screen.findByTestId('guard-alert');
    expect(backend.library.alerts[0]?.answer).toBeNull();
  });
});

describe('a run', () => {
  it('is paused, goes on, and is found with its parts and its log', async () => {
    const backend = await open('#/backups', { jobSeconds: 4 });
    const run = await screen.findByRole('button', { name: 'Back up now: Everything' });
    await fireEvent.click(run);
    await fireEvent.click(await button(/^Pause Plan Everything/));
    await fireEvent.click(await button(/^Resume Plan Everything/));
    await waitFor(() => expect(backend.library.runs[0]?.kind).toBe('plan'));
    const id = backend.library.runs[0]?.id ?? '';
    location.hash = `#/activity?show=runs&run=${id}`;
    const detail = await screen.findByTestId('run-detail');
    await within(detail).findByTestId('run-log');
    expect(within(detail).getAllByTestId('run-part').length).toBeGreaterThan(0);
  });

  it('is filtered by the engine, and shown on the calendar', async () => {
    const backend = await open('#/activity?show=runs&state=failed');
    await waitFor(() => expect(screen.getAllByTestId('run-row')).toHaveLength(1));
    expect(callsOf(backend, 'run_list').at(-1)?.request).toMatchObject({ state: 'failed' });
    await fireEvent.click(await screen.findByLabelText('Calendar'));
    const calendar = await screen.findByTestId('calendar');
    await within(calendar).findAllByRole('button', { name: /\d+ runs?/ });
  });
});

describe('a whole library', () => {
  it('comes back from a destination and its password', async () => {
    const backend = await open('#/', { scenario: 'empty' });
    await fireEvent.click(await screen.findByTestId('recover-link'));
    await screen.findByTestId('recovery-password');
    await fireEvent.click(await screen.findByLabelText(/^Another folder/));
    await input(await screen.findByTestId('place-path'), OLD_BACKUPS);
    await screen.findByText('Holds a backup repository');
    await input(screen.getByTestId('recovery-password'), 'wrong');
    await fireEvent.click(screen.getByTestId('recovery-look'));
    expect((await screen.findByTestId('error-note')).dataset['code']).toBe('wrong_password');
    await input(screen.getByTestId('recovery-password'), 'stone upon stone');
    await fireEvent.click(screen.getByTestId('recovery-look'));
    await waitFor(() => expect(screen.getAllByTestId('recoverable-project')).toHaveLength(10));
    const [first] = screen.getAllByTestId('recoverable-project');
    const box = within(first as HTMLElement).getByRole<HTMLInputElement>('checkbox');
    expect(box.checked).toBe(false);
    await fireEvent.click(box);
    await fireEvent.click(screen.getByTestId('recover'));
    await screen.findByText('Everything is back');
    await screen.findByText(/undercroft serve/);
    expect(callsOf(backend, 'library_recover')[0]?.request).toMatchObject({
      snapshot: backend.library.recording.all('recovery_look')[0]?.[0]?.snapshot,
      withFolders: true,
      confirm: [box.value],
    });
  });

  it('only comes back into an empty one', async () => {
    await open('#/recover');
    await screen.findByText('This library is not empty');
  });
});

describe('a destination', () => {
  it('forgets backups after saying what that loses, and brings them back by Undo', async () => {
    const backend = await open('#/');
    const destination = backend.library.destinations[0];
    location.hash = `#/backups/${destination?.id}`;
    const before = backend.library.snapshots.length;
    const [preview] = backend.library.recording.all('snapshot_forget_preview');
    if (preview) backend.answer('snapshot_forget_preview', { ...preview, lostFiles: 4 });
    const [unfold] = await screen.findAllByRole('button', { name: /^Show the backups: Plan/ });
    await fireEvent.click(unfold as HTMLElement);
    const boxes = await screen.findAllByRole('checkbox', { name: /^Choose the backup/ });
    for (const box of boxes.slice(0, 2)) await fireEvent.click(box);
    await fireEvent.click(await screen.findByTestId('forget-chosen'));
    await within(await screen.findByTestId('forget-summary')).findByText(/^loses 4 files/);
    await fireEvent.click(screen.getByTestId('forget-confirm'));
    await waitFor(() => expect(backend.library.snapshots).toHaveLength(before - 2));
    await fireEvent.click(await button('Undo'));
    await waitFor(() => expect(backend.library.snapshots).toHaveLength(before));
  });

  it('is proven by a trial, and tells whether a password opens it', async () => {
    const backend = await open('#/');
    const destination = backend.library.destinations[0];
    location.hash = `#/backups/${destination?.id}`;
    await fireEvent.click(await screen.findByLabelText('Verification'));
    const known = (await screen.findAllByTestId('drill-row')).length;
    await fireEvent.click(screen.getByTestId('drill'));
    await waitFor(() => expect(screen.getAllByTestId('drill-row')).toHaveLength(known + 1));
    await fireEvent.click(screen.getByLabelText('Keys'));
    await fireEvent.click(await button('Test a password…'));
    await input(await screen.findByTestId('password-to-test'), 'wrong');
    await fireEvent.click(await button('Test'));
    await screen.findByText('It opens none of the keys');
  });
});

describe('the doctor', () => {
  it('mends what it can and looks again', async () => {
    const backend = await open('#/');
    const [well, ...ill] = FINDINGS;
    const mended = ill.filter((one) => !one.fix);
    backend.answer('doctor', FINDINGS);
    backend.answer('doctor_fix', [well, ...mended]);
    location.hash = '#/doctor';
    await screen.findByText('1 thing is broken, 1 thing needs attention');
    await fireEvent.click(await screen.findByTestId('fix'));
    await screen.findByText('1 thing needs attention');
  });
});
