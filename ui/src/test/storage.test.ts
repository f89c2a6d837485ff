/** The storage page over a library of eight projects: walked into, divided, freed, counted. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import App from '../App.svelte';
import { RecordedBackend } from '$lib/backend/recorded';
import type { LibraryCleanupPlan, UsageOverview } from '$lib/backend/bindings';
import { answerCleanup, cleanupPlan } from './fixtures/project-life';
import { answerUsage, usageJob } from './usage';

type Options = { overview?: Partial<UsageOverview>; plan?: LibraryCleanupPlan };

async function open(hash: string, { overview, plan }: Options = {}): Promise<RecordedBackend> {
  location.hash = hash;
  const backend = new RecordedBackend({ jobSeconds: 0.2 });
  const fixture = answerUsage(backend, Date.now());
  if (overview) backend.answer('usage_overview', { ...fixture.overview, ...overview });
  if (plan) answerCleanup(backend, plan);
  render(App, { backend });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
  return backend;
}

const callsOf = (backend: RecordedBackend, name: string) =>
  backend.calls.filter((call) => call.name === name).map(({ request }) => request);
const row = (name: RegExp) => screen.findByRole('row', { name });
const AURORA = /^aurora, [\d.]+\sGB, /;
const GLAZE = /^glaze, [\d.]+\sGB, /;
const tile = (name: RegExp) => screen.findByRole('button', { name });

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
  // Without a layout nothing has a size, and a picture without a size has no tiles.
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(500);
});

/** Shows what goes with a row of what can go. */
async function unfold(name: string) {
  await fireEvent.click(await screen.findByRole('button', { name: `Show what goes: ${name}` }));
}

describe('the picture', () => {
  it('says how much there is, of which kind, and what can go', async () => {
    await open('#/storage?view=picture');
    const head = await screen.findByTestId('storage-head');
    await within(head).findByText(/^8 projects and the library take /);
    within(head).getByText('Free space…');
    within(head).getByText('rebuildable folders, old versions, trash');
    within(head).getByText('full in about 40 days');
    within(head).getByText(/Space by layer: Working files/);
    await within(head).findByText('14 min ago');
  });

  it('is walked into by a tile and out by Backspace, and the address follows', async () => {
    await open('#/storage?view=picture');
    await fireEvent.click(await tile(/^aurora, 29\.5\sGB, 21 % of Everything/));
    await waitFor(() => expect(location.hash).toContain('key=project'));
    await tile(/^target, 6\.7\sGB, 23 % of aurora, Rebuildable/);
    const trail = screen.getByTestId('usage-trail');
    within(trail).getByText('aurora');
    await fireEvent.keyDown(window, { key: 'Backspace' });
    await waitFor(() => expect(location.hash).toBe('#/storage?view=picture'));
    await tile(GLAZE);
  });

  it('loads the parts of the large rows only, and draws them inside', async () => {
    const backend = await open('#/storage?view=picture');
    await tile(/^assets, .* in aurora, /);
    const asked = callsOf(backend, 'usage_show') as { key: string; limit: number }[];
    expect(asked[0]).toMatchObject({ key: '', limit: 200 });
    expect(asked.slice(1).every(({ key, limit }) => key !== '' && limit === 80)).toBe(true);
    expect(asked.length).toBeLessThan(30);
    expect(new Set(asked.map(({ key }) => key)).size).toBe(asked.length);
  });

  it('moves with arrow keys and shows the focused tile as the row of the table', async () => {
    await open('#/storage?view=picture');
    const first = await tile(AURORA);
    first.focus();
    await fireEvent.keyDown(first, { key: 'ArrowRight' });
    expect(document.activeElement).not.toBe(first);
    const name = document.activeElement?.getAttribute('aria-label')?.split(',')[0] ?? '';
    const selected = screen.getAllByRole('row').find((one) => one.ariaSelected === 'true');
    expect(selected?.textContent).toContain(name);
    expect(document.activeElement?.getAttribute('tabindex')).toBe('0');
    within(screen.getByTestId('usage-detail')).getByText(name);
  });

  it('is divided by layer, type and age, and drawn as a sunburst', async () => {
    await open('#/storage?view=picture');
    await tile(AURORA);
    await fireEvent.click(screen.getByLabelText('By age'));
    await waitFor(() => expect(location.hash).toBe('#/storage?view=picture&by=age'));
    await tile(/^This week, /);
    await fireEvent.click(screen.getByLabelText('Sunburst'));
    const slices = await screen.findAllByTestId('usage-slice');
    expect(slices[0]?.getAttribute('aria-label')).toMatch(/^This year, .* % of Everything$/);
    await fireEvent.pointerMove(slices[0] as Element);
    const middle = document.querySelector('.hole') as HTMLElement;
    within(middle).getByText('This year');
    await fireEvent.pointerLeave(slices[0] as Element);
    within(middle).getByText('Everything');
  });

  it('points at a row and its tile together', async () => {
    await open('#/storage?view=picture');
    const glaze = await tile(GLAZE);
    await fireEvent.pointerMove(glaze);
    const marked = (await row(/glaze/)).querySelector('[data-hovered="true"]');
    expect(marked).not.toBeNull();
    await fireEvent.pointerLeave(glaze);
    await fireEvent.pointerMove(await row(/marginalia/));
    await waitFor(() =>
      expect(
        document.querySelector('[data-testid="usage-tile"][data-hovered="true"]')?.ariaLabel ??
          document
            .querySelector('[data-testid="usage-tile"][data-hovered="true"]')
            ?.getAttribute('aria-label'),
      ).toMatch(/^marginalia, /),
    );
  });

  it('explains an error and keeps what is shown', async () => {
    const backend = await open('#/storage?view=picture');
    const first = await tile(AURORA);
    const failure = { code: 'internal', what: 'It broke', why: 'So', next: 'Again' } as const;
    backend.failWith('usage_show', failure);
    await fireEvent.click(first);
    await screen.findByText('It broke');
    await tile(AURORA);
  });
});

describe('freeing', () => {
  it('says what holds it, and goes as a job', async () => {
    const backend = await open('#/storage?view=picture');
    await fireEvent.click(await tile(AURORA));
    await fireEvent.click(await row(/target/));
    await fireEvent.click(await screen.findByTestId('usage-free'));
    const dialog = await screen.findByTestId('free-dialog');
    await within(dialog).findByText(/This frees 6\.7\sGB in 38,400 files/);
    within(dialog).getByText('Built from Cargo.toml');
    const counted = callsOf(backend, 'usage_overview').length;
    await fireEvent.click(await screen.findByTestId('free-confirm'));
    const [project] = backend.library.projects;
    expect(callsOf(backend, 'usage_free')).toEqual([{ project: project?.id, paths: [['target']] }]);
    await screen.findByText('Free space: done');
    await waitFor(() => expect(callsOf(backend, 'usage_overview').length).toBeGreaterThan(counted));
  });

  it('offers Undo where something holds what is gone', async () => {
    const backend = await open('#/storage');
    await unfold('Largest files');
    const [held] = await screen.findAllByText('In the newest version');
    const line = held?.closest('tr') as HTMLElement;
    await fireEvent.click(within(line).getByRole('button', { name: /^Free/ }));
    await fireEvent.click(await screen.findByTestId('free-confirm'));
    await fireEvent.click(await screen.findByRole('button', { name: 'Undo' }));
    const [freed] = callsOf(backend, 'usage_free') as { project: string }[];
    await waitFor(() => expect(callsOf(backend, 'undo')).toEqual([{ workspace: freed?.project }]));
  });

  it('warns of what is held nowhere else', async () => {
    await open('#/storage');
    await unfold('Largest files');
    const lost = await screen.findAllByText('Held nowhere else');
    const line = lost[0]?.closest('tr') as HTMLElement;
    await fireEvent.click(within(line).getByRole('button', { name: /^Free/ }));
    await screen.findByText(/1 item is held nowhere else/);
  });
});

describe('what can go', () => {
  const box = (name: string | RegExp) => screen.findByRole('checkbox', { name });
  const isTicked = async (name: string) => (await box(`Include: ${name}`)).matches(':checked');

  it('is one list, of which what loses nothing is chosen', async () => {
    await open('#/storage', { plan: cleanupPlan });
    const total = await screen.findByTestId('reclaim-total');
    await waitFor(() =>
      expect(total.textContent).toMatch(
        /^Up to [\d.]+\sGB can be freed, and [\d.]+\sGB more once the trash expires$/,
      ),
    );
    expect(await isTicked('Rebuildable folders')).toBe(true);
    expect(await isTicked('Unused version data')).toBe(true);
    for (const name of ['Expired trash', 'Old versions', 'Idle projects'])
      expect(await isTicked(name), name).toBe(false);
    const times = within(await screen.findByTestId('cleanup-times'));
    times.getByText(/^freed 1.9\sGB$/);
    screen.getByText(/^Automatically removes expired trash/);
    times.getByRole('link', { name: 'Show report' });
  });

  it('frees folders and steps together, but what is to stay', async () => {
    const backend = await open('#/cleanup', { plan: cleanupPlan });
    await unfold('Rebuildable folders');
    await fireEvent.click(await box(/^Include: aurora\/target/));
    await fireEvent.click(await box('Include: Old versions'));
    await fireEvent.click(await box('Include: Unused version data'));
    await fireEvent.click(await screen.findByTestId('free-chosen'));
    const dialog = await screen.findByTestId('free-dialog');
    await within(dialog).findByText(/Automatic versions that retention no longer keeps/);
    expect(within(dialog).queryByText('aurora/target')).toBeNull();
    await fireEvent.click(await screen.findByTestId('free-confirm'));
    await waitFor(() => expect(callsOf(backend, 'library_cleanup')).toHaveLength(1));
    // What thinning lets go takes its space until versions are compacted.
    expect(callsOf(backend, 'library_cleanup')).toEqual([
      { steps: ['thinVersions', 'compactVersions'] },
    ]);
    const freed = callsOf(backend, 'usage_free') as { paths: string[][] }[];
    expect(freed.flatMap(({ paths }) => paths)).not.toContainEqual(['target']);
    expect(freed.length).toBeGreaterThan(1);
  });

  it('shows how far freeing is, and stops it', async () => {
    const backend = await open('#/storage');
    const going = { ...usageJob(Date.now(), 'Free space', 'running'), kind: 'cleanup' as const };
    backend.publish({ type: 'job', job: going });
    await screen.findByTestId('freeing');
    await fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(callsOf(backend, 'job_cancel')).toEqual([{ job: going.id }]));
  });

  it('frees the others where one project cannot be read', async () => {
    const backend = await open('#/storage');
    const { rebuildable } = await backend.call('usage_findings', { key: '' });
    const [away] = rebuildable;
    backend.answer('usage_free_preview', ({ project, paths }) => {
      if (project === away?.project) throw new Error('The drive is away');
      const items = rebuildable.filter((one) => one.project === project);
      return { items, bytes: 1000 * paths.length, toTrash: 0 };
    });
    await fireEvent.click(await screen.findByTestId('free-chosen'));
    await screen.findByText('1 project cannot be read now, and is left out.');
    await fireEvent.click(await screen.findByTestId('free-confirm'));
    await waitFor(() => expect(callsOf(backend, 'usage_free').length).toBeGreaterThan(1));
    const freed = callsOf(backend, 'usage_free') as { project: string }[];
    expect(freed.map(({ project }) => project)).not.toContain(away?.project);
  });

  it('has duplicates and large files as hints, without a choice', async () => {
    const backend = await open('#/storage');
    await unfold('Duplicates');
    expect(screen.getAllByTestId('duplicate')).toHaveLength(3);
    expect(screen.queryByRole('checkbox', { name: 'Include: Duplicates' })).toBeNull();
    await fireEvent.click(screen.getByTestId('find-duplicates'));
    await waitFor(() => expect(callsOf(backend, 'usage_duplicates')).toHaveLength(1));
  });
});

describe('the other views', () => {
  it('show growth between two counts, part by part', async () => {
    const backend = await open('#/storage?view=growth');
    await screen.findByTestId('growth-summary');
    await row(/kiln-firmware.*\+1\.8/);
    const from = screen.getByTestId<HTMLSelectElement>('growth-from');
    const oldest = from.options[0]?.value ?? '';
    await fireEvent.change(from, { target: { value: oldest } });
    await waitFor(() =>
      expect(callsOf(backend, 'usage_growth').at(-1)).toMatchObject({ from: oldest }),
    );
    await fireEvent.click(await screen.findByRole('button', { name: 'aurora' }));
    await row(/assets/);
  });

  it('show the trend of a project', async () => {
    const backend = await open('#/storage?view=trend');
    await screen.findByTestId('trend-summary');
    const [project] = backend.library.projects;
    await screen.findByRole('option', { name: 'aurora' });
    await fireEvent.change(screen.getByTestId('trend-subject'), {
      target: { value: `project:${project?.id}` },
    });
    await waitFor(() =>
      expect(callsOf(backend, 'usage_trend').at(-1)).toEqual({
        subject: `project:${project?.id}`,
        days: 90,
      }),
    );
    await waitFor(() =>
      expect(screen.getByTestId('trend-summary').textContent).toMatch(/^aurora: from /),
    );
    await fireEvent.click(screen.getByRole('button', { name: 'Show as table' }));
    expect(screen.getAllByRole('row').length).toBe(91);
  });
});

it('says on the dashboard what backups take beside this disk', async () => {
  await open('#/', { overview: { layers: [{ layer: 'backups', bytes: 82e9 }] } });
  const card = await screen.findByTestId('storage-card');
  await within(card).findByText('and 82.0 GB of backups');
});

describe('a library that was never counted', () => {
  it('has no size on the dashboard', async () => {
    await open('#/', { overview: { scanned: null } });
    const card = await screen.findByTestId('storage-card');
    await within(card).findByText('Not counted yet');
    expect(within(card).queryByText(/^[\d.]+\s\w?B$/)).toBeNull();
  });

  it('offers to count, and shows how far it is', async () => {
    const backend = await open('#/storage', { overview: { scanned: null } });
    await fireEvent.click(await screen.findByTestId('scan-now'));
    const scan = await screen.findByTestId('scan-state');
    within(scan).getByText(/48,200 files/);
    await fireEvent.click(within(scan).getByRole('button', { name: 'Stop counting' }));
    await waitFor(() => expect(callsOf(backend, 'job_cancel')).toHaveLength(1));
  });
});
