import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RecordedBackend } from '$lib/backend/recorded';
import { DRIVES_CHANGED, USER_RETURNED } from './library-changes';
import { Library } from './library.svelte';
import { onUserReturn } from './user-return';

describe('the return of the user', () => {
  const ask = vi.fn();
  let stop = () => {};
  let visibility: DocumentVisibilityState;
  const focus = () => window.dispatchEvent(new Event('focus'));
  const show = (state: DocumentVisibilityState) => {
    visibility = state;
    document.dispatchEvent(new Event('visibilitychange'));
  };

  beforeEach(() => {
    vi.useFakeTimers();
    visibility = 'visible';
    vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
    ask.mockClear();
    stop = onUserReturn(ask);
    vi.advanceTimersByTime(10_000);
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it('asks once when the window is shown and gets the focus, and not when it is hidden', () => {
    show('hidden');
    vi.advanceTimersByTime(10_000);
    expect(ask).not.toHaveBeenCalled();
    show('visible');
    focus();
    vi.advanceTimersByTime(10);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('asks every few seconds at most, and forgets no return', () => {
    focus();
    vi.advanceTimersByTime(1000);
    for (let count = 0; count < 20; count += 1) focus();
    vi.advanceTimersByTime(100);
    expect(ask).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(5000);
    expect(ask).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(60_000);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('asks no more when nobody wants to know', () => {
    focus();
    stop();
    focus();
    vi.advanceTimersByTime(10_000);
    expect(ask).not.toHaveBeenCalled();
  });

  it('loads the destinations and what depends on their being there, and no history', async () => {
    const backend = new RecordedBackend();
    const library = new Library(backend);
    const plans = vi.fn();
    const backups = vi.fn();
    const history = vi.fn();
    const opened = vi.fn();
    library.follow({ areas: ['plans'] }, plans);
    library.follow({ areas: ['backups'] }, backups);
    library.follow({ areas: ['history', 'runs', 'events', 'watch'] }, history);
    library.follow({ areas: ['destinations', 'backups'] }, opened);
    const loaded = () => backend.calls.map((call) => call.name);

    library.touch(USER_RETURNED);
    await vi.advanceTimersByTimeAsync(1000);
    expect(loaded()).toEqual(['project_list', 'project_list', 'destination_list', 'dashboard']);
    expect([plans, backups, history].map((each) => each.mock.calls.length)).toEqual([1, 0, 0]);
    expect(opened).not.toHaveBeenCalled();

    library.touch(DRIVES_CHANGED);
    await vi.advanceTimersByTimeAsync(1000);
    expect(loaded().filter((name) => name === 'destination_list')).toHaveLength(2);
    expect([plans, backups, history].map((each) => each.mock.calls.length)).toEqual([2, 1, 0]);
  });
});
