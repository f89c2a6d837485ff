import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UseCase } from '$lib/backend/backend';
import type { Event } from '$lib/backend/bindings';
import { RecordedBackend } from '$lib/backend/recorded';
import { changeOfEvent, EVERYTHING } from './library-changes';
import type { Interest } from './library-changes';
import { Library } from './library.svelte';

const event = (kind: string, parts: Partial<Event> = {}): Event => ({
  seq: 1,
  time: '2026-11-21T12:00:00Z',
  kind,
  text: kind,
  ...parts,
});

describe('a change of the library', () => {
  let backend: RecordedBackend;
  let library: Library;

  beforeEach(() => {
    vi.useFakeTimers();
    backend = new RecordedBackend();
    library = new Library(backend);
  });
  afterEach(() => vi.useRealTimers());

  const calls = (name: UseCase) => backend.calls.filter((call) => call.name === name).length;
  /** How often a follower reloads on one change after another. */
  async function reloads(interest: Interest, ...events: Event[]): Promise<number> {
    const reload = vi.fn();
    const stop = library.follow(interest, reload);
    for (const one of events) {
      library.touch(changeOfEvent(one));
      await vi.advanceTimersByTimeAsync(1000);
    }
    stop();
    return reload.mock.calls.length;
  }

  it('loads neither projects nor destinations for a new version', async () => {
    expect(await reloads({ areas: ['history'] }, event('version.made'))).toBe(1);
    expect(calls('project_list')).toBe(0);
    expect(calls('destination_list')).toBe(0);
  });

  it('loads the projects, but no destination, for a renamed project', async () => {
    await reloads({ areas: ['watch'] }, event('project.renamed', { project: 'p1' }));
    // Those that are kept, and those that are forgotten.
    expect(calls('project_list')).toBe(2);
    expect(calls('destination_list')).toBe(0);
  });

  it('leaves plans alone where only files were saved, and files where a plan was', async () => {
    const saved = event('save.succeeded', { project: 'p1' });
    expect(await reloads({ areas: ['plans'] }, saved, event('watch.changed'))).toBe(0);
    expect(await reloads({ areas: ['history'] }, event('plan.saved'))).toBe(0);
  });

  it('is of one project or destination where it names one', async () => {
    const project = () => 'p1';
    const mine = event('version.made', { project: 'p1' });
    const other = event('version.made', { project: 'p2' });
    expect(await reloads({ areas: ['history'], project }, mine, other)).toBe(1);
    expect(await reloads({ areas: ['history'], project }, event('version.made'))).toBe(1);
    const destination = () => 'd1';
    const elsewhere = event('snapshot.forgotten', { destination: 'd2' });
    expect(await reloads({ areas: ['backups'], destination }, elsewhere)).toBe(0);
  });

  it('is of everything where nobody knows its kind', async () => {
    const areas: Interest['areas'][] = EVERYTHING.areas.map((area) => [area]);
    for (const one of areas) expect(await reloads({ areas: one }, event('moon.rose'))).toBe(1);
  });

  it('is one reload together with others that come at once', async () => {
    const reload = vi.fn();
    library.follow({ areas: ['projects'] }, reload);
    library.touch(changeOfEvent(event('project.renamed')));
    library.touch(changeOfEvent(event('version.made')));
    library.touch();
    await vi.advanceTimersByTimeAsync(1000);
    expect(reload).toHaveBeenCalledTimes(1);
    expect(calls('project_list')).toBe(2);
    expect(calls('destination_list')).toBe(1);
  });
});
