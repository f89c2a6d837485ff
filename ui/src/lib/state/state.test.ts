import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Backend } from '$lib/backend/backend';
import type { JobView } from '$lib/backend/bindings';
import { RecordedBackend } from '$lib/backend/recorded';
import { byNumber, GridState } from '$lib/components/base/grid.svelte';
import { filterProjects, choicesOf } from '$lib/project-filter';
import { NO_PROJECT_QUERY } from '$lib/route-queries';
import { formatRoute, historyRoute, parseRoute } from '$lib/routing';
import { Jobs } from './jobs.svelte';
import { LineCountsState } from './line-counts.svelte';
import { Resource } from './resource.svelte';
import { Router } from './router.svelte';
import { Toasts } from './toasts.svelte';

const job = (id: string, state: JobView['state']): JobView => ({
  id,
  kind: 'backup',
  title: `Back up ${id}`,
  state,
  progress: {
    bytesDone: 0,
    bytesTotal: 0,
    filesDone: 0,
    filesTotal: 0,
    totalsSettled: false,
    bytesPerSecond: 0,
  },
  current: '',
  started: '2026-11-21T12:00:00Z',
});

describe('Jobs', () => {
  it('keeps the newest state, tells the end once, and lets no late reply undo it', () => {
    const jobs = new Jobs(new RecordedBackend());
    expect(jobs.accept(job('a', 'running'))).toBe(false);
    expect(jobs.accept(job('a', 'succeeded'))).toBe(true);
    expect(jobs.accept(job('a', 'succeeded'))).toBe(false);
    expect(jobs.accept(job('a', 'running'))).toBe(false);
    expect(jobs.finished.map((one) => one.state)).toEqual(['succeeded']);
  });

  it('keeps cleared jobs away', () => {
    const jobs = new Jobs(new RecordedBackend());
    jobs.accept(job('a', 'failed'));
    jobs.accept(job('b', 'running'));
    jobs.clearFinished();
    jobs.accept(job('a', 'failed'));
    expect(jobs.all.map((one) => one.id)).toEqual(['b']);
  });
});

describe('Router', () => {
  const shown = formatRoute(historyRoute('a', 'main'));
  const wanted = historyRoute('a', 'main', { version: 'v1' });

  it('changes the address of the page that is shown', () => {
    location.hash = shown;
    const router = new Router();
    router.swap(wanted);
    expect(location.hash).toBe(formatRoute(wanted));
    expect(router.route).toEqual(parseRoute(location.hash));
  });

  it('takes nobody back to a page that is being left', () => {
    location.hash = shown;
    const router = new Router();
    location.hash = '#/projects/a';
    router.swap(wanted);
    expect(location.hash).toBe('#/projects/a');
  });

  it('lets a page that was left change nothing', () => {
    location.hash = '#/projects/a';
    const router = new Router();
    router.swap(wanted);
    expect(location.hash).toBe('#/projects/a');
  });
});

describe('Resource', () => {
  it('lets only the newest question answer, and keeps the value when a reload fails', async () => {
    const answers: ((value: number | Error) => void)[] = [];
    const resource = new Resource<number>(
      () =>
        new Promise((resolve, reject) => {
          answers.push((value) => (value instanceof Error ? reject(value) : resolve(value)));
        }),
    );
    const first = resource.reload();
    const second = resource.reload();
    answers[1]?.(2);
    answers[0]?.(1);
    await Promise.all([first, second]);
    expect(resource.value).toBe(2);
    const third = resource.reload();
    answers[2]?.(new Error('gone'));
    await third;
    expect(resource.value).toBe(2);
    expect(resource.error?.code).toBe('internal');
    expect(resource.loading).toBe(false);
  });

  it('asks one question at a time for who scrubs, the first and the last of many', async () => {
    const answers: ((value: number) => void)[] = [];
    let wanted = 0;
    const asked: number[] = [];
    const resource = new Resource(() => {
      asked.push(wanted);
      return new Promise<number>((resolve) => answers.push(resolve));
    });
    const steps = [1, 2, 3, 4, 5].map((step) => {
      wanted = step;
      return resource.reloadInTurn();
    });
    expect(asked).toEqual([1]);
    answers[0]?.(1);
    await vi.waitFor(() => expect(asked).toEqual([1, 5]));
    expect(resource.value).toBe(1);
    answers[1]?.(5);
    await Promise.all(steps);
    expect([asked, resource.value, resource.loading]).toEqual([[1, 5], 5, false]);
  });
});

describe('LineCountsState', () => {
  const lines = { added: 1, removed: 0 };

  it('counts each version once, a few at a time, and goes on where the engine stopped', async () => {
    const asked: string[][] = [];
    const call = (_: string, { versions }: { versions: string[] }) => {
      asked.push(versions);
      // The engine leaves out what would take too long, and what is broken fails.
      if (versions[0] === 'broken') return Promise.reject(new Error('damaged'));
      return Promise.resolve(
        versions.slice(0, 40).map((version) => ({ version, lines, uncounted: 0 })),
      );
    };
    const counts = new LineCountsState({ call } as unknown as Backend);
    const ids = Array.from({ length: 60 }, (_, index) => `v${index}`);
    await counts.count(ids);
    expect(asked.map((one) => one.length)).toEqual([50, 20]);
    expect([...counts.known.keys()]).toEqual(ids);
    await counts.count([...ids, 'broken']);
    await counts.count([...ids, 'broken']);
    expect(asked.slice(2)).toEqual([['broken']]);
  });
});

describe('Toasts', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const error = { code: 'internal', what: 'W', why: 'Y', next: 'N' } as const;

  it('go by themselves, and errors stay', () => {
    const toasts = new Toasts();
    toasts.done('Saved');
    toasts.fail(error);
    vi.advanceTimersByTime(60_000);
    expect(toasts.shown.map((toast) => toast.tone)).toEqual(['error']);
    toasts.fail({ ...error, code: 'cancelled' });
    expect(toasts.shown).toHaveLength(1);
  });

  it('stay while they are read, but not for as long as a pointer is left on them', () => {
    const toasts = new Toasts();
    toasts.done('Saved');
    toasts.hold();
    vi.advanceTimersByTime(20_000);
    expect(toasts.shown).toHaveLength(1);
    toasts.release();
    toasts.hold();
    vi.advanceTimersByTime(29_000);
    expect(toasts.shown).toHaveLength(1);
    vi.advanceTimersByTime(10_000);
    expect(toasts.shown).toHaveLength(0);
  });

  it('are put away newest first, and offer their way back newest first', () => {
    const toasts = new Toasts();
    const undone: string[] = [];
    toasts.done('One', { label: 'Undo', run: () => undone.push('one') });
    toasts.done('Two', { label: 'Undo', run: () => undone.push('two') });
    toasts.done('Three');
    expect(toasts.dismissNewest()).toBe(true);
    expect(toasts.takeOffer()).toBe(true);
    expect(undone).toEqual(['two']);
    expect(toasts.shown.map(({ title }) => title)).toEqual(['One']);
    toasts.dismissNewest();
    expect(toasts.dismissNewest()).toBe(false);
  });
});

describe('GridState', () => {
  const rows = [
    { id: 'a', size: 3 },
    { id: 'b', size: 1 },
    { id: 'c', size: 2 },
  ];
  const make = () =>
    new GridState<(typeof rows)[number]>({
      rows: () => rows,
      key: (row) => row.id,
      columns: [
        { id: 'name', label: 'Name', width: '1fr', given: true },
        { id: 'size', label: 'Size', width: '1fr', compare: byNumber((row) => row.size) },
        { id: 'wide', label: 'Wide', width: '1fr', showFrom: 900 },
      ],
    });

  it('sorts by a column, then the other way round', () => {
    const grid = make();
    grid.sortBy('size');
    expect(grid.rows.map((row) => row.id)).toEqual(['b', 'c', 'a']);
    grid.sortBy('size');
    expect(grid.rows.map((row) => row.id)).toEqual(['a', 'c', 'b']);
  });

  it('keeps the active row through sorting and within bounds', () => {
    const grid = make();
    expect(grid.moveTo(99)).toBe(2);
    expect(grid.active?.id).toBe('c');
    grid.sortBy('size');
    flushSync();
    expect(grid.activeIndex).toBe(1);
    grid.width = 500;
    expect(grid.columns.map((column) => column.id)).toEqual(['name', 'size']);
  });
});

describe('filterProjects', () => {
  const { projects } = new RecordedBackend().library;
  const names = (query: Partial<typeof NO_PROJECT_QUERY>) =>
    filterProjects(projects, { ...NO_PROJECT_QUERY, ...query }).map((project) => project.name);

  it('combines words, language, tag and protection', () => {
    expect(names({ text: 'work TESS' })).toEqual(['tessera']);
    expect(names({ language: 'TypeScript', tag: 'client' })).toEqual(['aurora']);
    expect(names({ protection: 'attention' })).toHaveLength(3);
    expect(choicesOf(projects, (project) => project.tags)).toContain('client');
  });

  it('keeps those of a size, an age and a framework', () => {
    const now = Date.parse('2026-11-01T00:00:00Z');
    const [first, second, third] = projects.map((project) => ({
      ...project,
      frameworks: ['Axum'],
    }));
    const some = [
      { ...first, name: 'old', sizeBytes: 5_000_000, lastChange: '2026-01-01T00:00:00Z' },
      { ...second, name: 'new', sizeBytes: 2_000_000_000, lastChange: '2026-10-30T00:00:00Z' },
      { ...third, name: 'unknown', sizeBytes: 10_000_000, lastChange: null },
    ] as typeof projects;
    const kept = (query: Partial<typeof NO_PROJECT_QUERY>) =>
      filterProjects(some, { ...NO_PROJECT_QUERY, ...query }, now).map(({ name }) => name);
    expect(kept({ size: 'small' })).toEqual(['old']);
    expect(kept({ size: 'medium' })).toEqual(['unknown']);
    expect(kept({ size: 'large' })).toEqual(['new']);
    expect(kept({ age: 'active7' })).toEqual(['new']);
    expect(kept({ age: 'idle180' })).toEqual(['old']);
    expect(kept({ age: 'idle365' })).toEqual([]);
    expect(kept({ framework: 'Axum', size: 'nonsense' })).toHaveLength(3);
    expect(kept({ framework: 'Rails' })).toEqual([]);
  });

  it('shows the forgotten only when asked', () => {
    const trashed = projects.map((project, index) =>
      index === 0 ? { ...project, status: 'trashed' as const } : project,
    );
    expect(filterProjects(trashed, NO_PROJECT_QUERY)).toHaveLength(projects.length - 1);
    expect(filterProjects(trashed, { ...NO_PROJECT_QUERY, status: 'trashed' })).toHaveLength(1);
  });
});
