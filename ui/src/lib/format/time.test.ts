import { describe, expect, it } from 'vitest';
import {
  formatRelative,
  formatExact,
  formatDateTime,
  formatDuration,
  parseTime,
  durationBetween,
} from './time';

// Noon where the tests are held.
const now = Date.parse('2026-11-21T12:00:00');
const before = (seconds: number) => new Date(now - seconds * 1000).toISOString();

describe('formatAgo', () => {
  it.each([
    [0, 'just now'],
    [44, 'just now'],
    [46, '1 min ago'],
    [14 * 60, '14 min ago'],
    [3 * 3600, '3 h ago'],
    [26 * 3600, 'yesterday'],
    [9 * 86_400, '9 days ago'],
  ])('%d seconds before now is %s', (seconds, text) => {
    expect(formatRelative(before(seconds), now)).toBe(text);
  });

  it('names the day, and the year where it is another one', () => {
    expect(formatRelative(before(41 * 86_400), now)).toBe('11 Oct');
    expect(formatRelative('2024-02-29T10:00:00', now)).toBe('29 Feb 2024');
  });

  it('shows what it cannot read as it came, and a clock that runs ahead as a moment', () => {
    expect(formatRelative('soon', now)).toBe('soon');
    expect(formatRelative(before(-3600), now)).toContain('21 Nov');
  });
});

describe('other forms', () => {
  it('reads a time with its zone in brackets', () => {
    expect(parseTime('2026-11-21T12:00:00+01:00[Europe/Zurich]')).toBe(
      Date.parse('2026-11-21T11:00:00Z'),
    );
  });

  it('says spans with two units at most', () => {
    expect(formatDuration(42.4)).toBe('42 s');
    expect(formatDuration(252)).toBe('4 min 12 s');
    expect(formatDuration(7260)).toBe('2 h 1 min');
    expect(durationBetween(before(2), before(1.5))).toBe('under 1 s');
  });

  it('is exact when asked', () => {
    expect(formatExact('2026-11-21T12:00:00')).toContain('21 November 2026');
    expect(formatDateTime('2026-11-21T12:00:00', now)).toMatch(/^21 Nov, \d\d:\d\d$/);
  });
});
