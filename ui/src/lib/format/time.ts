/** Moments and spans as people say them. `now` is always a parameter. */
import { words } from '$lib/words';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const exactFormat = new Intl.DateTimeFormat(words.locale, {
  dateStyle: 'full',
  timeStyle: 'medium',
});
const dayFormat = new Intl.DateTimeFormat(words.locale, { day: 'numeric', month: 'short' });
const yearFormat = new Intl.DateTimeFormat(words.locale, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const clockFormat = new Intl.DateTimeFormat(words.locale, { hour: '2-digit', minute: '2-digit' });

const weekdayFormat = new Intl.DateTimeFormat(words.locale, { weekday: 'long' });

/** A zone name in brackets behind an RFC 3339 time (RFC 9557) is dropped: `Date` knows it not. */
export function parseTime(text: string): number {
  return Date.parse(text.replace(/\[[^\]]*\]$/, ''));
}

export function formatExact(text: string): string {
  const time = parseTime(text);
  return Number.isNaN(time) ? text : exactFormat.format(time);
}

export function formatDate(text: string, now: number): string {
  const time = parseTime(text);
  if (Number.isNaN(time)) return text;
  return sameYear(time, now) ? dayFormat.format(time) : yearFormat.format(time);
}

/** "21 Nov, 14:05": a moment to be told apart from its neighbours. */
export function formatDateTime(text: string, now: number): string {
  const time = parseTime(text);
  if (Number.isNaN(time)) return text;
  return words.time.moment(formatDate(text, now), clockFormat.format(time));
}

/** "Today", "Yesterday", "21 Nov". */
export function formatDay(text: string, now: number): string {
  const time = parseTime(text);
  if (Number.isNaN(time)) return text;
  const days = Math.round((startOfDay(now) - startOfDay(time)) / DAY);
  if (days === 0) return words.time.days.today;
  return days === 1 ? words.time.days.yesterday : formatDate(text, now);
}

/** "14:05–15:40", or "14:05": a stretch of a day. */
export function formatHours(from: string, until: string): string {
  const [begin, end] = [from, until].map((text) => clockFormat.format(parseTime(text)));
  return begin === end ? (end ?? '') : words.time.span(begin ?? '', end ?? '');
}

/** "today, 14:05", "tomorrow, 14:05", "Wednesday, 14:05": a moment that is to come. */
export function formatUpcoming(text: string, now: number): string {
  const time = parseTime(text);
  if (Number.isNaN(time)) return text;
  const days = Math.round((startOfDay(time) - startOfDay(now)) / DAY);
  const clock = clockFormat.format(time);
  if (days === 0) return words.time.moment(words.time.today, clock);
  if (days === 1) return words.time.moment(words.time.tomorrow, clock);
  if (days > 1 && days < 7) return words.time.moment(weekdayFormat.format(time), clock);
  return formatDateTime(text, now);
}

/** Whole days from a moment until now. */
export function daysSince(text: string, now: number): number {
  return Math.max(0, Math.floor((now - parseTime(text)) / DAY));
}

export function formatRelative(text: string, now: number): string {
  const time = parseTime(text);
  if (Number.isNaN(time)) return text;
  const age = now - time;
  if (age < -MINUTE) return formatDateTime(text, now);
  if (age < 45 * SECOND) return words.time.justNow;
  if (age < HOUR) return words.time.minutesAgo(Math.max(1, Math.round(age / MINUTE)));
  if (age < DAY) return words.time.hoursAgo(Math.round(age / HOUR));
  const days = Math.round(age / DAY);
  if (days < 2) return words.time.yesterday;
  if (days < 30) return words.time.daysAgo(days);
  return formatDate(text, now);
}

/** Whether a time is so near that how long ago it was says more than its date. */
export function isRecent(text: string, now: number): boolean {
  const age = now - parseTime(text);
  return age >= -MINUTE && Math.round(age / DAY) < 30;
}

export function formatDuration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  if (total < 60) return words.time.seconds(total);
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return words.time.minutes(minutes, total % 60);
  return words.time.hours(Math.floor(minutes / 60), minutes % 60);
}

export function durationBetween(from: string, to: string): string {
  const ms = parseTime(to) - parseTime(from);
  if (Number.isNaN(ms)) return '';
  return ms < SECOND ? words.time.underASecond : formatDuration(ms / SECOND);
}

function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

function sameYear(left: number, right: number): boolean {
  return new Date(left).getFullYear() === new Date(right).getFullYear();
}
