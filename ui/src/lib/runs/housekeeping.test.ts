import { expect, it } from 'vitest';
import type { JobKind, JobState, Run } from '../backend/bindings';
import { foldHousekeeping } from './housekeeping';

it('folds housekeeping that went well, and hides nothing that failed or was asked for', () => {
  const made: [JobKind, JobState][] = [
    ['drill', 'succeeded'],
    ['cleanup', 'succeeded'],
    ['check', 'failed'],
    ['check', 'succeeded'],
    ['backup', 'succeeded'],
    ['backup', 'succeeded'],
  ];
  const runs = made.map(([kind, state], id) => ({ id: String(id), kind, state }) as Run);
  const ids = foldHousekeeping(runs).map((row) => row.map(({ id }) => id).join(''));
  expect(ids).toEqual(['01', '2', '3', '4', '5']);
  expect(foldHousekeeping([])).toEqual([]);
});
