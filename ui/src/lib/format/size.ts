/** Bytes, rates and counts as people read them: one unit, one decimal. */
import { words } from '$lib/words';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;
const whole = new Intl.NumberFormat(words.locale, { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat(words.locale, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

export function formatCount(value: number): string {
  return whole.format(value);
}

export function formatFactor(value: number): string {
  return oneDecimal.format(value);
}

export function formatSize(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  // 999.95 would be rounded to 1000.0, which belongs to the next unit.
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const figure = unit === 0 ? whole.format(value) : oneDecimal.format(value);
  return `${figure}\u00a0${UNITS[unit]}`;
}

export function formatRate(bytesPerSecond: number): string {
  return `${formatSize(bytesPerSecond)}/s`;
}

export function formatExactBytes(bytes: number): string {
  return words.units.bytes(bytes, whole.format(bytes));
}

/** The share done, from 0 to 100, or null where the total is not known. */
export function percent(done: number, total: number): number | null {
  if (total <= 0) return null;
  return Math.min(100, Math.max(0, Math.floor((done / total) * 100)));
}
