/** The backups in a destination, folded by run, over the recorded engine. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { RecordedBackend } from '$lib/backend/recorded';
import { groupSnapshots, rowOfGroup } from '$lib/components/snapshots/snapshot-groups';
import { words } from '$lib/words';

const backend = new RecordedBackend({ jobSeconds: 0.2 });
const [destination] = backend.library.destinations;
const own = backend.library.snapshots.filter((one) => one.destination === destination?.id);
const objects = own.filter((one) => one.tags.includes('objects'));

const rows = () => screen.getAllByTestId('snapshot-row');
const nameOf = (row: HTMLElement) => row.querySelector('bdi')?.textContent ?? '';
const grid = () => screen.findByRole('treegrid', { name: words.snapshots.title });

async function open(): Promise<void> {
  location.hash = `#/backups/${destination?.id}`;
  render(App, { backend });
  await screen.findAllByTestId('snapshot-row');
}

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
});

describe('the backups of a destination', () => {
  it('are one folded row for each run, with their count', async () => {
    await open();
    const runs = new Set(own.filter((one) => !objects.includes(one)).map(({ time }) => time));
    expect(rows()).toHaveLength(runs.size + objects.length);
    const [first] = rows() as [HTMLElement];
    const newest = own.filter(({ time }) => time === own[0]?.time);
    expect(first.getAttribute('aria-expanded')).toBe('false');
    expect(nameOf(first)).toBe('Plan Everything');
    within(first).getByText(`${newest.length} backups`);
    await fireEvent.click(within(first).getByRole('button', { name: /^Show the backups/ }));
    expect(first.getAttribute('aria-expanded')).toBe('true');
    expect(rows()).toHaveLength(runs.size + objects.length + newest.length);
    const inside = rows().filter((row) => row.getAttribute('aria-level') === '2');
    expect(inside.map(nameOf)).toContain('aurora');
    expect(inside.map(nameOf)).toContain(words.snapshots.ofLibrary);
  });

  it('unfold and fold by the keyboard', async () => {
    await open();
    const list = await grid();
    const folded = rows().length;
    const activeRow = () =>
      document.getElementById(list.getAttribute('aria-activedescendant') ?? '') as HTMLElement;
    const press = (key: string) => fireEvent.keyDown(list, { key });
    await press('Home');
    await press('ArrowRight');
    expect(activeRow().getAttribute('aria-expanded')).toBe('true');
    expect(rows().length).toBeGreaterThan(folded);
    await press('ArrowDown');
    await press('ArrowDown');
    expect(activeRow().getAttribute('aria-level')).toBe('2');
    await press('ArrowLeft');
    expect(activeRow()).toBe(rows()[0]);
    await press('ArrowLeft');
    expect(rows()).toHaveLength(folded);
    await press('Enter');
    expect(rows().length).toBeGreaterThan(folded);
    expect(location.hash).toBe(`#/backups/${destination?.id}`);
  });

  it('are chosen all at once, and sorted run by run', async () => {
    await open();
    const [first] = rows() as [HTMLElement];
    const all = () => within(rows()[0] as HTMLElement).getByRole<HTMLInputElement>('checkbox');
    await fireEvent.click(within(first).getByRole('button', { name: /^Show the backups/ }));
    await fireEvent.click(all());
    const inside = () => rows().filter((row) => row.getAttribute('aria-level') === '2');
    await screen.findByRole('toolbar', { name: `${inside().length} chosen` });
    const [one] = inside();
    await fireEvent.click(within(one as HTMLElement).getByRole('checkbox'));
    await waitFor(() => expect([all().checked, all().indeterminate]).toEqual([false, true]));
    const list = await grid();
    await fireEvent.click(within(list).getByRole('button', { name: words.snapshots.colProject }));
    const names = inside().map(nameOf);
    const sorter = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
    expect(names).toEqual(names.toSorted(sorter.compare));
    const levels = rows().map((row) => row.getAttribute('aria-level'));
    expect(levels.indexOf('2')).toBe(1 + levels.lastIndexOf('1', levels.indexOf('2')));
  });

  it('keep large files folded, count none as a backup, and name them by their project', async () => {
    await open();
    expect(objects).toHaveLength(1);
    const folded = screen.getByText(words.snapshots.ofVersions).closest('[role=row]');
    within(folded as HTMLElement).getByText(words.snapshots.parts(1));
    await fireEvent.click(
      within(folded as HTMLElement).getByRole('button', { name: /^Show the backups/ }),
    );
    const link = await screen.findByRole('link', { name: words.snapshots.ofObjects('aurora') });
    const aurora = backend.library.projects.find(({ name }) => name === 'aurora');
    expect(link.getAttribute('href')).toBe(`#/projects/${aurora?.id}`);
    expect(screen.queryByText(words.snapshots.unnamedProject)).toBeNull();
  });
});

describe('a group', () => {
  const { runs, plans } = backend.library;

  it('has the sums of what is known of its backups', () => {
    const [group] = groupSnapshots(own, runs, plans);
    if (!group) throw new Error('nothing was backed up');
    const sizes = group.snapshots.map(({ sizeBytes }) => sizeBytes ?? 0);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(rowOfGroup(group, 'run', () => '')).toMatchObject({ sizeBytes: total });
    const bare = group.snapshots.map((one) => ({ ...one, addedBytes: null }));
    const row = rowOfGroup({ ...group, snapshots: bare }, 'run', () => '');
    expect(row).toMatchObject({ sizeBytes: total, addedBytes: null });
  });

  it('is a day where no run is known, and takes none of another destination', () => {
    const days = groupSnapshots(own, [], []).filter(({ key }) => key.startsWith('day:'));
    expect(days.flatMap(({ snapshots }) => snapshots)).toHaveLength(own.length - objects.length);
    expect(days.every(({ run }) => run === null)).toBe(true);
    const elsewhere = own.map((one) => ({ ...one, destination: 'elsewhere' }));
    const found = groupSnapshots(elsewhere, runs, plans);
    expect(found.every(({ run }) => run === null)).toBe(true);
  });
});
