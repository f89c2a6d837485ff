/** The calendar: which days a month shows, and what of the runs falls on each. */
import { describe, expect, it } from 'vitest';
import type { Run } from '$lib/backend/bindings';
import { addMonths, monthRange, toneOfRuns, weeksOf } from './calendar';

const run = (started: string, state: Run['state']) =>
  ({ id: started, started: new Date(started).toISOString(), state }) as Run;

describe('a month', () => {
  it('is shown in whole weeks from Monday to Sunday', () => {
    const weeks = weeksOf('2026-11', [], []);
    expect(weeks.map((week) => week.length)).toEqual([7, 7, 7, 7, 7, 7]);
    expect(weeks[0]?.[0]?.date).toBe('2026-10-26');
    expect(weeks.at(-1)?.at(-1)?.date).toBe('2026-12-06');
    expect(weeks.flat().filter((day) => day.inMonth)).toHaveLength(30);
  });

  it('begins with its first day when that is a Monday', () => {
    const { since, until } = monthRange('2027-02');
    expect([since.getDate(), until.getDate(), until.getMonth()]).toEqual([1, 1, 2]);
    expect(weeksOf('2027-02', [], [])).toHaveLength(4);
  });

  it('gives each day what ran and what is planned, by the clock on the wall', () => {
    const ran = [run('2026-11-21T00:05:00', 'succeeded'), run('2026-11-21T23:55:00', 'failed')];
    const planned = [
      { plan: 'pn', name: 'All', at: new Date('2026-11-22T12:30:00').toISOString() },
    ];
    const days = weeksOf('2026-11', ran, planned).flat();
    expect(days.find((day) => day.date === '2026-11-21')?.runs).toHaveLength(2);
    expect(days.find((day) => day.date === '2026-11-22')?.planned).toHaveLength(1);
    expect(days.filter((day) => day.runs.length > 0)).toHaveLength(1);
  });

  it('is followed by the next, over the year too', () => {
    expect(addMonths('2026-12', 1)).toBe('2027-01');
    expect(addMonths('2026-01', -1)).toBe('2025-12');
  });
});

describe('a day', () => {
  it('went as its worst run did', () => {
    const good = run('2026-11-21T08:00:00', 'succeeded');
    const warned = run('2026-11-21T09:00:00', 'warnings');
    const failed = run('2026-11-21T10:00:00', 'failed');
    expect([[good], [good, warned], [warned, failed], []].map(toneOfRuns)).toEqual([
      'good',
      'warn',
      'bad',
      'idle',
    ]);
  });
});
