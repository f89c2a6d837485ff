import { describe, expect, it } from 'vitest';
import { formatExactBytes, formatRate, formatSize, percent } from './size';

describe('formatSize', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1_340_000_000, '1.3 GB'],
    [999_949, '999.9 kB'],
    [999_951, '1.0 MB'],
    [-5, '0 B'],
    [2 ** 53, '9.0 PB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text.replace(' ', '\u00a0'));
  });

  it('says the rate and the exact number', () => {
    expect(formatRate(22_300_000)).toBe('22.3\u00a0MB/s');
    expect(formatExactBytes(1)).toBe('1 byte');
    expect(formatExactBytes(1_234_567)).toBe('1,234,567 bytes');
  });
});

describe('percent', () => {
  it('never promises an end that is not reached, and knows when it does not know', () => {
    expect(percent(999, 1000)).toBe(99);
    expect(percent(1000, 1000)).toBe(100);
    expect(percent(2000, 1000)).toBe(100);
    expect(percent(5, 0)).toBeNull();
  });
});
