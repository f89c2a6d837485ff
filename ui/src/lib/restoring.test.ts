/** Restores: what is asked of the engine, what is said of it, and the command that does the same. */
import { describe, expect, it } from 'vitest';
import type { Archive, FileCopy, Place, Snapshot } from '$lib/backend/bindings';
import { changesNothing, commandOf, isReadable, orderOf, placesOf, summaryOf } from './restoring';
import type { RestoreChoice, RestoreWhole } from './restoring';

const time = '2026-11-22T08:20:00Z';
const place = { id: 'p', display: '/home/mira/back', name: 'back', state: 'folder' } as Place;
const version: RestoreWhole = {
  kind: 'version',
  version: { id: 'v-long', project: 'p-1', workspace: 'w-1', time, shortId: 'v1' },
};
const backup: RestoreWhole = {
  kind: 'backup',
  snapshot: {
    id: 's-long',
    shortId: 's1',
    destination: 'd-1',
    destinationName: 'Blue disk',
    time,
  } as Snapshot,
};
const archive: RestoreWhole = {
  kind: 'archive',
  archive: { id: '0123456789abcdef', projectName: 'atlas', created: time } as Archive,
};
const choice = (change: Partial<RestoreChoice> = {}): RestoreChoice => ({
  to: 'inPlace',
  place: null,
  conflict: 'leave',
  keepExtra: false,
  keepArchive: false,
  ...change,
});
const elsewhere = choice({ to: 'elsewhere', place });
const file = [['src', 'main.rs']];

describe('the order of a restore', () => {
  it('names no place where files go back to where they were', () => {
    expect(orderOf(version, file, choice())?.request).toEqual({ version: 'v-long', paths: file });
    expect(orderOf(version, file, elsewhere)?.request).toMatchObject({ to: 'p' });
    expect(orderOf(version, file, choice({ keepExtra: true }))?.request).toMatchObject({
      keepExtra: true,
    });
    expect(orderOf(backup, file, choice({ conflict: 'replace' }))?.request).toEqual({
      ...{ destination: 'd-1', snapshot: 's-long', paths: file, to: null, overwrite: 'changed' },
    });
    expect(orderOf(archive, [], choice())?.request).toMatchObject({
      place: null,
      conflict: 'skip',
    });
  });

  it('waits for a folder', () => {
    const open = choice({ to: 'elsewhere' });
    const onFile = choice({ to: 'elsewhere', place: { ...place, state: 'file' } });
    for (const whole of [version, backup, archive]) {
      expect(orderOf(whole, file, open)).toBeNull();
      expect(orderOf(whole, file, onFile)).toBeNull();
    }
  });
});

describe('the summary of a restore', () => {
  it('counts the same for all that files come from', () => {
    const first = [{ path: ['a'], kind: 'modified' as const }];
    const plan = { restore: 3, overwrite: 1, identical: 4, remove: 2, bytes: 9, first };
    const counts = { create: 2, replace: 1, remove: 2, stay: 4, bytes: 9, changesTotal: 5 };
    const planned = { kind: 'version' as const, plan, workspace: 'w-1' };
    const said = summaryOf(planned, choice({ conflict: 'replace' }));
    expect(said).toMatchObject({ ...counts, into: null, savedFirst: ['w-1'] });
    const kept = summaryOf(planned, choice({ keepExtra: true }));
    expect(kept).toMatchObject({ remove: 0, extra: 2, changesTotal: 3 });

    const counted = { create: 1, replace: 2, keep: 3, bytes: 8, freeBytes: 7 };
    const found = { ...counted, replaced: ['/x/a'], target: '/x', workspaces: ['w-1'] };
    const backed = summaryOf({ kind: 'backup', plan: found }, elsewhere);
    expect(backed).toMatchObject({ create: 1, replace: 2, stay: 3, savedFirst: ['w-1'] });
    expect(backed.changes).toEqual([{ path: ['', 'x', 'a'], kind: 'modified' }]);
  });

  it('leaves the names that are taken in an archive where they are, or replaces them', () => {
    const taken = { taken: ['a', 'b'], takenTotal: 2, files: 5, sizeBytes: 9 };
    const plan = { ...taken, target: '/home/mira/atlas', wholeProject: true, workspaces: [] };
    const left = summaryOf({ kind: 'archive', plan }, choice());
    expect(left).toMatchObject({ create: 3, replace: 0, stay: 2, taken: ['a', 'b'] });
    const over = summaryOf({ kind: 'archive', plan }, choice({ conflict: 'replace' }));
    expect(over).toMatchObject({ create: 3, replace: 2, stay: 0, taken: [], conflicts: true });
    expect(changesNothing(over)).toBe(false);
  });
});

describe('the command of a restore', () => {
  it('does what the button does', () => {
    expect(commandOf(version, [['-x']], choice())).toBe('undercroft version restore v1 ./-x');
    expect(commandOf(version, [], elsewhere)).toBe(
      'undercroft version restore v1 --target /home/mira/back',
    );
    expect(commandOf(backup, file, choice({ ...elsewhere, conflict: 'replace' }))).toBe(
      "undercroft restore s1 src/main.rs --from 'Blue disk' --target /home/mira/back --overwrite if-changed",
    );
    expect(commandOf(backup, [], choice())).toBe(
      "undercroft restore s1 --from 'Blue disk' --overwrite never",
    );
    expect(commandOf(version, file, choice({ keepExtra: true }))).toBe(
      'undercroft version restore v1 src/main.rs --keep-extra',
    );
    expect(commandOf(archive, [], choice({ keepArchive: true }))).toBe(
      'undercroft archive restore 0123456789ab --taken skip --keep-archive',
    );
  });
});

describe('the places of a content', () => {
  it('are its version, then archives, then one backup of each destination', () => {
    const from = { destinationName: 'Blue disk', present: true, time, path: ['deep', 'main.rs'] };
    const copy: FileCopy = {
      ...{ time, sizeBytes: 1, version: 'v', versionPath: ['old.rs'], sha256: null },
      backups: [
        { ...from, destination: 'd-1', snapshot: 'newer' },
        { ...from, destination: 'd-1', snapshot: 'older' },
        { ...from, destination: 'd-2', snapshot: 'other', present: false },
      ],
      archives: [{ archive: 'a-1', archiveName: 'atlas', time, damaged: true }],
    };
    const places = placesOf(copy, ['main.rs']);
    expect(places.map(({ kind, path }) => [kind, path.join('/')])).toEqual([
      ['version', 'old.rs'],
      ['archive', 'main.rs'],
      ['backup', 'deep/main.rs'],
      ['backup', 'deep/main.rs'],
    ]);
    expect(places.map(isReadable)).toEqual([true, false, true, false]);
  });
});
