import { describe, expect, it } from 'vitest';
import type { FileCopy, FileVersion, Version } from '$lib/backend/bindings';
import { RecordedBackend } from '$lib/backend/recorded';
import { timesOf } from './file-times';

const template = new RecordedBackend().library.versions[0] as Version;
const kept = (id: string, time: string): FileVersion => ({
  version: { ...template, id, time },
  path: ['a'],
  kind: 'modified',
  sizeBytes: 1,
});
const copy = (time: string, change: Partial<FileCopy>): FileCopy => ({
  time,
  sizeBytes: 1,
  backups: [],
  archives: [],
  ...change,
});
const backup = {
  destination: 'd',
  destinationName: 'Shelf',
  present: true,
  snapshot: 's',
  time: '2026-11-01T10:00:00Z',
  path: ['a'],
};
const archive = {
  archive: 'x',
  archiveName: 'atlas',
  time: '2026-11-01T10:00:00Z',
  damaged: false,
};

describe('the times of a file', () => {
  // The clock of the second version had gone back.
  const versions = [
    kept('c', '2026-11-20T10:00:00Z'),
    kept('b', '2026-11-25T10:00:00Z'),
    kept('a', '2026-11-10T10:00:00Z'),
  ];

  it('have the places of a content beside the version that holds it', () => {
    const times = timesOf(versions, [
      copy('2026-11-10T10:00:00Z', { version: 'a', backups: [backup] }),
    ]);
    expect(times.map(({ key, copy: places }) => [key, places?.backups.length])).toEqual([
      ['c', undefined],
      ['b', undefined],
      ['a', 1],
    ]);
  });

  it('list what no version holds by its time, and never move a version', () => {
    const times = timesOf(versions, [
      copy('2026-11-30T10:00:00Z', { version: 'of another workspace' }),
      copy('2026-11-01T10:00:00Z', { archives: [archive] }),
      copy('2026-11-15T10:00:00Z', { backups: [backup] }),
    ]);
    expect(times.map(({ key }) => key)).toEqual([
      'version:of another workspace',
      'c',
      'b',
      'backup:d/s',
      'a',
      'archive:x',
    ]);
    expect(timesOf([], [])).toEqual([]);
  });
});
