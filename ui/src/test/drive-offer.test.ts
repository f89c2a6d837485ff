/** A drive that is connected later, offered for backups on the dashboard. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import type { Drive, Plan } from '$lib/backend/bindings';
import { RecordedBackend } from '$lib/backend/recorded';
import { words } from '$lib/words';

const LONG = { timeout: 20_000 };
let backend = new RecordedBackend();

async function open(hash = '#/'): Promise<void> {
  location.hash = hash;
  render(App, { backend });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
}

const callsOf = (name: string) => backend.calls.filter((call) => call.name === name);
const drives = () => backend.call('drive_list', {});

/** A plan of all projects that goes to the destination on the disk of the work, as the dashboard says. */
async function planOnSameDisk(): Promise<Plan> {
  const { concerns } = await backend.call('dashboard', {});
  const { destination } = concerns.find(({ kind }) => kind === 'sameDisk') ?? {};
  const draft = await backend.call('plan_propose', {});
  const targets = [{ destination: destination ?? '', retention: null }];
  const saved = await backend.call('plan_save', { draft: { ...draft, targets } });
  backend.library.plans = backend.library.plans.filter(({ id }) => id === saved.id);
  backend.calls.length = 0;
  return saved;
}

/** Waits for the dashboard and for all that it may offer. */
async function nothingIsOffered(): Promise<void> {
  await screen.findByText(words.dashboard.changedLast);
  await waitFor(() => expect(callsOf('project_list')).not.toEqual([]));
  expect(screen.queryByTestId('drive-offer')).toBeNull();
}

beforeEach(() => {
  backend = new RecordedBackend({ jobSeconds: 0.2 });
  localStorage.clear();
  document.body.innerHTML = '';
});

describe('a drive that is connected', () => {
  it('is not asked for where a plan goes to another disk', async () => {
    await open();
    await nothingIsOffered();
    expect(callsOf('drive_list')).toEqual([]);
  });

  it('is offered as it comes, and gets the plan that there is at one start', async () => {
    const plan = await planOnSameDisk();
    const connected = await drives();
    backend.answer('drive_list', (): Drive[] => connected.filter(({ isHome }) => isHome));
    await open();
    await waitFor(() => expect(callsOf('drive_list').length).toBeGreaterThan(1));
    await nothingIsOffered();
    backend.answer('drive_list', connected);
    backend.publish({ type: 'drives' });
    const offer = within(await screen.findByTestId('drive-offer'));
    offer.getByText('The drive blue is connected. Back up to it?');
    await fireEvent.click(offer.getByRole('link', { name: 'Back up to blue…' }));
    await screen.findByRole('heading', { name: 'Set up backups' });
    expect((await screen.findByLabelText<HTMLInputElement>(/^blue/)).checked).toBe(true);
    expect(callsOf('destination_add')).toEqual([]);
    await fireEvent.click(await screen.findByTestId('first-run-start'));
    await screen.findByTestId('kit-done', {}, LONG);
    const [added] = backend.library.destinations.slice(-1);
    expect(added?.name).toBe('blue');
    expect(callsOf('plan_save').map(({ request }) => request)).toMatchObject([
      {
        plan: plan.id,
        draft: { targets: [...plan.draft.targets, { destination: added?.id }] },
      },
    ]);
    expect(callsOf('plan_run').map(({ request }) => request)).toEqual([{ plan: plan.id }]);
  });

  it('gets a plan of its own where there is none', async () => {
    backend.library.plans = [];
    await open();
    const offer = within(await screen.findByTestId('drive-offer'));
    await fireEvent.click(offer.getByRole('link', { name: 'Back up to blue…' }));
    await screen.findByLabelText(/^blue/);
    await fireEvent.click(await screen.findByTestId('first-run-start'));
    await screen.findByTestId('kit-done', {}, LONG);
    const [added] = backend.library.destinations.slice(-1);
    const [saved] = callsOf('plan_save').map(({ request }) => request as { plan: unknown });
    expect(saved?.plan).toBeNull();
    expect(backend.library.plans[0]?.draft.targets.at(-1)?.destination).toBe(added?.id);
    await fireEvent.click(await screen.findByTestId('kit-done'));
    await fireEvent.click(await screen.findByRole('button', { name: 'Go to the dashboard' }));
    await nothingIsOffered();
  });

  it('is not offered once it was declined, until that is undone or taken back', async () => {
    backend.library.plans = [];
    await open();
    const decline = async () => {
      const offer = within(await screen.findByTestId('drive-offer'));
      await fireEvent.click(offer.getByRole('button', { name: 'Not for this drive' }));
      await waitFor(() => expect(screen.queryByTestId('drive-offer')).toBeNull());
    };
    await decline();
    await fireEvent.click(await screen.findByRole('button', { name: words.common.undo }));
    await decline();
    location.hash = '#/settings';
    const [blue] = await drives();
    const name = words.driveOffer.offerAgainNamed(blue?.place.display ?? '');
    await fireEvent.click(await screen.findByRole('button', { name }));
    await waitFor(() => expect(screen.queryByRole('button', { name })).toBeNull());
    location.hash = '#/';
    await screen.findByTestId('drive-offer');
  });

  it('with little room, or on the disk of the work, is not offered', async () => {
    backend.library.plans = [];
    const [blue] = (await drives()) as [Drive];
    const shared = { ...blue, place: { ...blue.place, sameDisk: true } };
    backend.answer('drive_list', [{ ...blue, freeBytes: 2 ** 20 }, shared]);
    await open();
    await waitFor(() => expect(callsOf('drive_list').length).toBeGreaterThan(1));
    await nothingIsOffered();
  });
});
