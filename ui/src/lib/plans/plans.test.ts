/** Schedules and policies, by what is said of them. */
import { describe, expect, it } from 'vitest';
import type { Schedule } from '$lib/backend/bindings';
import {
  PRESETS,
  presetOf,
  describeReason,
  describeRetention,
  normalizeRetention,
} from './retention';
import { nextRunTimes, describeSchedule, scheduleOf } from './schedule';

const at = (text: string) => new Date(text).getTime();
const said = (moments: number[]) =>
  moments.map((one) => {
    const day = new Date(one);
    return `${day.getMonth() + 1}/${day.getDate()} ${day.getHours()}:${day.getMinutes()}`;
  });

describe('a schedule', () => {
  it.each<[Schedule, string]>([
    [{ type: 'manual' }, 'Only when you press the button'],
    [{ type: 'hourly', minute: 0 }, 'Every hour, on the hour'],
    [{ type: 'hourly', minute: 15 }, 'Every hour, 15 minutes past'],
    [{ type: 'daily', at: '12:30' }, 'Every day at 12:30'],
    [{ type: 'weekly', weekdays: [5, 1, 2, 3, 4], at: '18:00' }, 'Every Monday to Friday at 18:00'],
    [{ type: 'weekly', weekdays: [7, 1], at: '18:00' }, 'Every Monday and Sunday at 18:00'],
    [{ type: 'monthly', day: 31, at: '04:00' }, 'On day 31 of each month, or its last, at 04:00'],
    [{ type: 'cron', expression: '0 3 * * 1' }, 'Cron expression: 0 3 * * 1'],
    [{ type: 'afterChanges', versions: 1 }, 'After every new version'],
  ])('is said in words: %o', (schedule, words) => {
    expect(describeSchedule(schedule)).toBe(words);
  });

  it('is what the settings say where a plan has none of its own', () => {
    const usual: Schedule = { type: 'usual' };
    expect(describeSchedule(usual, '30 12 * * *')).toBe('Every day at 12:30, as in Settings');
    expect(describeSchedule(usual, '0 6 * * 1')).toBe('Cron expression: 0 6 * * 1, as in Settings');
    expect(describeSchedule(usual)).toBe('At the usual time, as in Settings');
    expect(scheduleOf('5 6 * * *')).toEqual({ type: 'daily', at: '06:05' });
  });

  it('comes later today, or else tomorrow', () => {
    const noon = at('2026-11-21T12:00:00');
    expect(said(nextRunTimes({ type: 'daily', at: '12:30' }, noon, 2))).toEqual([
      '11/21 12:30',
      '11/22 12:30',
    ]);
    expect(said(nextRunTimes({ type: 'daily', at: '12:00' }, noon, 1))).toEqual(['11/22 12:0']);
    expect(said(nextRunTimes({ type: 'hourly', minute: 15 }, noon, 2))).toEqual([
      '11/21 12:15',
      '11/21 13:15',
    ]);
  });

  it('falls on the last day of a shorter month, and only on its weekdays', () => {
    const january = at('2026-01-30T12:00:00');
    expect(said(nextRunTimes({ type: 'monthly', day: 31, at: '04:00' }, january, 3))).toEqual([
      '1/31 4:0',
      '2/28 4:0',
      '3/31 4:0',
    ]);
    const saturday = at('2026-11-21T12:00:00');
    const weekly: Schedule = { type: 'weekly', weekdays: [1, 7], at: '18:00' };
    expect(said(nextRunTimes(weekly, saturday, 3))).toEqual([
      '11/22 18:0',
      '11/23 18:0',
      '11/29 18:0',
    ]);
  });

  it('is left to the engine where no calendar tells it', () => {
    const now = at('2026-11-21T12:00:00');
    expect(nextRunTimes({ type: 'cron', expression: '* * * * *' }, now, 3)).toEqual([]);
    expect(nextRunTimes({ type: 'daily', at: '' }, now, 3)).toEqual([]);
    expect(nextRunTimes({ type: 'weekly', weekdays: [], at: '18:00' }, now, 3)).toEqual([]);
  });
});

describe('a policy', () => {
  it('is one of the usual answers, whatever of it says nothing', () => {
    expect(presetOf({ ...PRESETS.year, hourly: null, within: '', tags: [] })).toBe('year');
    expect(presetOf({})).toBe('all');
    expect(presetOf(null)).toBe('usual');
    expect(presetOf({ ...PRESETS.year, within: '2d' })).toBe('own');
  });

  it('is said in words', () => {
    expect(describeRetention({ daily: 14, weekly: 1 })).toBe('Keeps 14 days and 1 week');
    expect(describeRetention({ budgetBytes: 2_000_000_000 })).toBe('Keeps at most 2.0\u00a0GB');
    expect(describeRetention({ daily: 0 })).toBe('Keeps everything');
    expect(describeRetention(null)).toBe('Keeps backups as Settings say');
  });

  it('is sent without what was left empty', () => {
    expect(
      normalizeRetention({ daily: 0, last: 3, within: ' 1y ', tags: [], budgetBytes: null }),
    ).toEqual({
      last: 3,
      within: '1y',
    });
  });

  it('tells its reasons, and those that nobody foresaw as they came', () => {
    expect(['daily', 'monthly snapshot', 'oldest'].map(describeReason)).toEqual([
      'day',
      'month',
      'oldest',
    ]);
  });
});
