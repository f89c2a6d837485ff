/** An engine that does not answer, answers late, or fails for a while, over the recorded library. */
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import App from '../App.svelte';
import type { Reply, Request, UseCase } from '$lib/backend/backend';
import type { WireError } from '$lib/backend/bindings';
import { RecordedBackend } from '$lib/backend/recorded';
import { HttpBackend } from '$lib/backend/http';
import { Turns } from '$lib/backend/turns';
import { Press } from '$lib/components/base/press.svelte';
import { attempt } from '$lib/state/attempt';
import { Resource } from '$lib/state/resource.svelte';
import { Toasts } from '$lib/state/toasts.svelte';

const FAULT: WireError = {
  code: 'internal',
  what: 'The disk is gone',
  why: 'So',
  next: 'Connect it',
};
const LATE_MS = 10_000;

/** Answers nothing to the use cases that are named, until they are no more. */
class SilentBackend extends RecordedBackend {
  readonly silent = new Set<UseCase>();
  /** The signals of the questions that got no answer. */
  readonly signals: (AbortSignal | undefined)[] = [];

  override call<K extends UseCase>(
    name: K,
    request: Request<K>,
    signal?: AbortSignal,
  ): Promise<Reply<K>> {
    if (!this.silent.has(name)) return super.call(name, request);
    this.calls.push({ name, request });
    this.signals.push(signal);
    return new Promise(() => undefined);
  }
}

const callsOf = (backend: RecordedBackend, wanted: UseCase) =>
  backend.calls.filter(({ name }) => name === wanted).length;

beforeEach(() => {
  cleanup();
  localStorage.clear();
  document.body.innerHTML = '';
});

describe('an engine that does not answer', () => {
  function open(hash: string, ...silent: UseCase[]): SilentBackend {
    vi.useFakeTimers({
      toFake: ['Date', 'setTimeout', 'clearTimeout'],
      now: Date.parse(import.meta.env['TEST_NOW']),
    });
    location.hash = hash;
    const backend = new SilentBackend();
    for (const name of silent) backend.silent.add(name);
    render(App, { backend });
    return backend;
  }

  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  const until = (holds: () => void) => vi.waitFor(holds, { timeout: 60_000 });
  const waitsFor = () => screen.queryByText('Still waiting for an answer');

  it.each<[string, UseCase]>([
    ['#/', 'dashboard'],
    ['#/projects', 'project_list'],
    ['#/backups', 'plan_list'],
    ['#/plans/new', 'plan_propose'],
    ['#/search?text=main', 'search'],
    ['#/archive', 'archive_list'],
    ['#/storage', 'usage_overview'],
    ['#/cleanup', 'library_cleanup_preview'],
    ['#/activity?show=runs', 'run_list'],
    ['#/activity?show=calendar', 'run_list'],
    ['#/doctor', 'doctor'],
  ])('%s says so, and asks again when it is told to', async (hash, name) => {
    const backend = open(hash, name);
    await until(() => expect(document.querySelector('#page-title')).not.toBeNull());
    expect(waitsFor()).toBeNull();
    await until(() => expect(callsOf(backend, name)).toBeGreaterThan(0));
    await until(() => expect(document.querySelector('main .skeleton')).not.toBeNull());
    await pass(LATE_MS + 1_000);
    expect(waitsFor()).not.toBeNull();
    backend.silent.clear();
    await fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(waitsFor()).toBeNull();
    await until(() => expect(document.querySelector('main .skeleton')).toBeNull());
  });

  it('lets other pages be opened, and its dialogs be closed', async () => {
    open('#/', 'dashboard');
    await until(() => expect(document.querySelector('main .skeleton')).not.toBeNull());
    location.hash = '#/projects';
    await pass(1_000);
    await until(() => expect(screen.getAllByTestId('project-row').length).toBeGreaterThan(0));
    await fireEvent.keyDown(document.body, { key: '?' });
    await until(() => expect(screen.getByRole('dialog')).not.toBeNull());
    await fireEvent.keyDown(screen.getByRole('dialog'), { key: 'Escape' });
    await until(() => expect(screen.queryByRole('dialog')).toBeNull());
  });
});

describe('a failure', () => {
  it('is over for all that failed as soon as one gets its answer', async () => {
    let broken = true;
    const ask = (answer: string) => () =>
      broken ? Promise.reject(new Error('The link broke')) : Promise.resolve(answer);
    const [first, second] = [new Resource(ask('one')), new Resource(ask('two'))];
    await Promise.all([first.reload(), second.reload()]);
    expect([first.error, second.error]).not.toContain(null);
    broken = false;
    await first.reload();
    await waitFor(() => expect(second.value).toBe('two'));
    expect(second.error).toBeNull();
  });

  it.each<[string, UseCase, RegExp]>([
    ['#/backups', 'plan_list', /No plan yet/],
    ['#/backups', 'destination_list', /No destination yet/],
    ['#/storage', 'usage_overview', /Not counted yet/],
    ['#/activity?show=calendar', 'schedule_upcoming', /Nothing in sight/],
  ])('of %s is told of, and is no empty list (%s)', async (hash, name, lie) => {
    location.hash = hash;
    const backend = new RecordedBackend();
    backend.failWith(name, FAULT);
    render(App, { backend });
    await waitFor(() =>
      expect(document.querySelector('main [data-code="internal"]')).not.toBeNull(),
    );
    expect(screen.queryByText(lie)).toBeNull();
    await waitFor(() => expect(document.querySelector('main .skeleton')).toBeNull());
  });
});

describe('what is asked for twice', () => {
  const held = () => {
    let answer = () => {};
    const promise = new Promise<void>((done) => (answer = done));
    return { promise, answer };
  };

  it('is sent once, but after something else of its kind', async () => {
    const { promise, answer } = held();
    const sent: unknown[] = [];
    const backend = {
      call: (_: string, request: unknown) => (sent.push(request), promise.then(() => ({}))),
    } as unknown as RecordedBackend;
    const told = { backend, toasts: new Toasts() };
    const set = (value: string) => attempt(told, 'settings_change', { set: { theme: value } });
    const all = [set('dark'), set('dark'), set('light'), set('dark')];
    expect(sent).toHaveLength(3);
    answer();
    const [first, second] = await Promise.all(all);
    expect(first).not.toBeNull();
    expect(second).toBeNull();
    void set('dark');
    expect(sent).toHaveLength(4);
  });

  it('makes a button busy until it is done', async () => {
    const { promise, answer } = held();
    let begun = 0;
    const press = new Press(() => ((begun += 1), promise));
    const taken = press.take(new MouseEvent('click'));
    expect(press.busy).toBe(true);
    await press.take(new MouseEvent('click'));
    answer();
    await taken;
    expect([begun, press.busy]).toEqual([1, false]);
  });
});

describe('calls over HTTP', () => {
  it('leave connections for the scripts of pages', async () => {
    const turns = new Turns(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const all = [0, 1, 2, 3].map((at) =>
      turns.take(() => (begun.push(at), new Promise<void>((done) => (ends[at] = done)))),
    );
    await Promise.resolve();
    expect(begun).toEqual([0, 1]);
    ends[1]?.();
    await waitFor(() => expect(begun).toEqual([0, 1, 2]));
    ends[0]?.();
    await waitFor(() => expect(begun).toEqual([0, 1, 2, 3]));
    ends[2]?.();
    ends[3]?.();
    await Promise.all(all);
  });

  it('take no turn when they are given up while they wait', async () => {
    const turns = new Turns(1);
    let end = () => {};
    const first = turns.take(() => new Promise<void>((done) => (end = done)));
    const left = new AbortController();
    const given = turns.take(() => Promise.reject(new Error('begun')), left.signal);
    const last = turns.take(() => Promise.resolve('asked'));
    left.abort(new Error('left'));
    await expect(given).rejects.toThrow('left');
    end();
    expect(await last).toBe('asked');
    await first;
  });

  it('that hang are free for others as soon as the page is left', async () => {
    const { fetched, unanswer } = fetchThatHangs();
    const backend = new HttpBackend();
    const pages = Array.from(
      { length: 4 },
      () => new Resource((signal) => backend.call('dashboard', {}, signal)),
    );
    for (const page of pages) void page.reload();
    const next = backend.call('project_list', {});
    await waitFor(() => expect(fetched).toEqual(Array(4).fill('dashboard')));
    pages[2]?.drop();
    expect(await next).toEqual([]);
    expect(pages.map(({ error }) => error)).toEqual([null, null, null, null]);
    unanswer();
  });

  it('end when the same is asked again', async () => {
    const { fetched, unanswer } = fetchThatHangs();
    const backend = new HttpBackend();
    const page = new Resource((signal) => backend.call('dashboard', {}, signal));
    for (let times = 0; times < 6; times += 1) void page.reload();
    await waitFor(() => expect(fetched).toContain('dashboard'));
    expect(await backend.call('project_list', {})).toEqual([]);
    expect(page.loading).toBe(true);
    unanswer();
  });

  /** Answers nothing of the dashboard, and everything else. */
  function fetchThatHangs() {
    const fetched: (string | undefined)[] = [];
    vi.stubGlobal('fetch', (address: string, { signal }: RequestInit) => {
      const name = address.split('/').at(-1);
      fetched.push(name);
      if (name !== 'dashboard') return Promise.resolve(Response.json([]));
      signal?.throwIfAborted();
      return new Promise((_, fail) =>
        signal?.addEventListener('abort', () => fail(new DOMException('left', 'AbortError'))),
      );
    });
    return { fetched, unanswer: () => vi.unstubAllGlobals() };
  }
});

describe('a question whose page is left', () => {
  const library = new RecordedBackend().library;
  const project = library.projects[0]?.id;

  async function open(hash: string, name: UseCase): Promise<SilentBackend> {
    location.hash = hash;
    const backend = new SilentBackend();
    backend.silent.add(name);
    render(App, { backend });
    return backend;
  }
  const areEnded = (signals: SilentBackend['signals']) =>
    signals.length > 0 && signals.every((signal) => signal?.aborted);

  it.each<[string, UseCase]>([
    ['#/search?text=readme', 'search'],
    [`#/projects/${project}/files/main/now`, 'file_list'],
  ])('is ended: %s, %s', async (hash, name) => {
    const backend = await open(hash, name);
    await waitFor(() => expect(backend.signals).not.toEqual([]));
    expect(areEnded(backend.signals)).toBe(false);
    location.hash = '#/help';
    await waitFor(() => expect(areEnded(backend.signals)).toBe(true));
  });

  it('is ended with the dialog of a restore', async () => {
    const backend = await open('#/search?text=readme', 'file_everywhere');
    const [times] = await screen.findAllByRole('button', { name: /^All times/ });
    await fireEvent.click(times as HTMLElement);
    await waitFor(() => expect(backend.signals).toHaveLength(1));
    await fireEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(areEnded(backend.signals)).toBe(true));
  });
});
