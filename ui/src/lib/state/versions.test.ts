import { beforeEach, describe, expect, it } from 'vitest';
import { RecordedBackend } from '$lib/backend/recorded';
import type { Version } from '$lib/backend/bindings';
import { dateOf } from '$lib/history/timeline';
import { Versions } from './versions.svelte';

const NOTHING = { text: '', trigger: '' };
let backend: RecordedBackend;
let workspace: string;
let ids: string[];

beforeEach(() => {
  backend = new RecordedBackend();
  const { library } = backend;
  const template = library.versions[0] as Version;
  workspace = template.workspace;
  library.versions = longHistory(template);
  ids = library.versions.map(({ id }) => id);
});

/** More versions than two pages hold, some on each of many days, the newest first. */
function longHistory(template: Version): Version[] {
  return Array.from({ length: 450 }, (_, index) => ({
    ...template,
    id: `version-${index}`,
    seq: 450 - index,
    time: new Date(Date.now() - 840_000 - index * 5 * 3_600_000).toISOString(),
    trigger: index % 29 === 0 ? ('manual' as const) : ('automatic' as const),
  }));
}

const open = async (version: string | null = null, wanted = NOTHING) => {
  const versions = new Versions(backend, workspace);
  await versions.open(wanted, version);
  return versions;
};

describe('scrubbing', () => {
  it('begins at the newest and walks through all of them without a gap', async () => {
    const versions = await open();
    expect(versions.selectedId).toBe(ids[0]);
    expect(versions.position).toEqual({ at: ids.length - 1, of: ids.length });
    const seen = [versions.selectedId];
    for (let step = 1; step < ids.length; step += 1) {
      await versions.step(1);
      seen.push(versions.selectedId);
    }
    expect(seen).toEqual(ids);
    await versions.step(1);
    expect(versions.selectedId).toBe(ids.at(-1));
    expect(versions.position.at).toBe(0);
  });

  it('opens far in the past, and finds its way back to the newest', async () => {
    const versions = await open(ids.at(-20) ?? '');
    expect(versions.selectedId).toBe(ids.at(-20));
    expect(versions.newerLeft).toBe(true);
    expect(versions.position.at).toBe(19);
    for (let step = 0; step < 40; step += 1) await versions.step(-1);
    expect(versions.selectedId).toBe(ids.at(-60));
    await versions.toNewest();
    expect(versions.selectedId).toBe(ids[0]);
    await versions.toOldest();
    expect(versions.selectedId).toBe(ids.at(-1));
  });

  it('goes by days, onto the newest version of each', async () => {
    const versions = await open();
    const date = versions.date ?? '';
    await versions.stepDay(-1);
    expect((versions.date ?? '') < date).toBe(true);
    const { index, shown } = versions;
    expect(dateOf(shown[index - 1]?.time ?? '')).not.toBe(versions.date);
    await versions.stepDay(1);
    expect(versions.date).toBe(date);
  });

  it('keeps to what is filtered', async () => {
    const versions = await open(null, { text: '', trigger: 'manual' });
    expect(versions.shown.every((one) => one.trigger === 'manual')).toBe(true);
    const count = versions.shown.length;
    await versions.stepDay(-1);
    await versions.toOldest();
    expect(versions.index).toBe(count - 1);
    await versions.open({ text: 'no such word', trigger: '' }, null);
    expect(versions.selected).toBeUndefined();
  });

  it('shows a version that came meanwhile, and stays where it was', async () => {
    const versions = await open();
    const before = versions.selectedId;
    const made = backend.library.addVersion(workspace, { message: 'Edit README.md' });
    await versions.refresh();
    expect(versions.shown[0]?.id).toBe(made.id);
    expect(versions.selectedId).toBe(before);
  });

  it('keeps the older ones that were read when newer ones come', async () => {
    const versions = await open();
    await versions.older();
    const count = versions.shown.length;
    expect(count).toBeGreaterThan(200);
    backend.library.addVersion(workspace, { message: 'Edit README.md' });
    await versions.refresh();
    expect(versions.shown).toHaveLength(count + 1);
    expect(new Set(versions.shown.map((one) => one.id)).size).toBe(count + 1);
    expect(versions.olderLeft).toBe(true);
  });

  it('tells what went wrong, and keeps what it had', async () => {
    const versions = await open();
    const error = { code: 'internal' as const, what: 'W', why: 'Y', next: 'N' };
    backend.failWith('version_list', error);
    await versions.goToDay('2026-10-01');
    expect(versions.error).toEqual(error);
    expect(versions.shown[0]?.id).toBe(ids[0]);
  });
});
