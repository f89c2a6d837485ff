/** The arithmetic of the timeline: days, where they lie, and where in them a version is. */
import type { Day, Trigger, Version } from '$lib/backend/bindings';
import { parseTime } from '$lib/format/time';

const DAY_MS = 86_400_000;
const HOURS = 24;
const PAUSE_MS = 30 * 60_000;
const WORK: ReadonlySet<Trigger> = new Set(['automatic', 'manual']);

export type DayBar = { date: string; at: number; versions: number; share: number };
export type Axis = { bars: DayBar[]; length: number; first: number };
export type Tick = { id: string; at: number };
export type MonthMark = { at: number; date: string };
/** A stretch of work: versions that follow each other closely, newest first, and never none. */
export type Session = { newest: Version; oldest: Version; versions: Version[] };
/** A session in its day, from 0 to 1. */
export type Span = { id: string; from: number; until: number };

/** A date's number, one more for each day; free of time zones and of their changes. */
export function dayNumber(date: string): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
}

export function dateOfNumber(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

/** The day, in this machine's time zone, that a moment falls on. */
export function dateOf(time: string | number): string {
  const moment = new Date(typeof time === 'number' ? time : parseTime(time));
  const two = (figure: number) => String(figure).padStart(2, '0');
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** The beginning and end of a local day, as the engine takes them. */
export function dayRange(date: string): { from: string; until: string } {
  const [year = 1970, month = 1, day = 1] = date.split('-').map(Number);
  return {
    from: new Date(year, month - 1, day).toISOString(),
    until: new Date(year, month - 1, day + 1).toISOString(),
  };
}

/** Days with versions, oldest first. */
export function busyDays(days: readonly Day[]): Day[] {
  return days
    .filter((day) => day.versions > 0)
    .toSorted((left, right) => (left.date < right.date ? -1 : 1));
}

/**
 * Each day with versions gets a bar at its place between the first day and today. Heights grow with
 * the root of the count, so that one build storm leaves the quiet days visible.
 */
export function layOutDays(days: readonly Day[], today: string): Axis {
  const busy = busyDays(days);
  const start = dayNumber(busy[0]?.date ?? today);
  const last = Math.max(dayNumber(busy.at(-1)?.date ?? today), dayNumber(today));
  const most = Math.max(1, ...busy.map((day) => day.versions));
  const bars = busy.map((day) => ({
    date: day.date,
    at: dayNumber(day.date) - start,
    versions: day.versions,
    share: Math.sqrt(day.versions / most),
  }));
  return { bars, length: last - start + 1, first: start };
}

/** The positions on the axis at which months begin. */
export function monthsOf(axis: Axis): MonthMark[] {
  return Array.from({ length: axis.length }, (_, at) => ({
    at,
    date: dateOfNumber(axis.first + at),
  })).filter((mark) => mark.date.endsWith('-01'));
}

/** The day with versions that lies nearest to a place on the axis. */
export function nearestBar(axis: Axis, at: number): DayBar | undefined {
  return axis.bars.reduce<DayBar | undefined>(
    (best, bar) => (!best || Math.abs(bar.at - at) < Math.abs(best.at - at) ? bar : best),
    undefined,
  );
}

/** The next day with versions before (-1) or after (1) a date. */
export function neighbourDay(days: readonly Day[], date: string, by: -1 | 1): string | undefined {
  const busy = busyDays(days);
  const beyond = busy.filter((day) => (by < 0 ? day.date < date : day.date > date));
  return by < 0 ? beyond.at(-1)?.date : beyond[0]?.date;
}

/** The position of a moment in its day, from 0 to 1. */
export function shareOfDay(time: string): number {
  const moment = new Date(parseTime(time));
  const minutes = moment.getHours() * 60 + moment.getMinutes() + moment.getSeconds() / 60;
  return minutes / (HOURS * 60);
}

/** The sessions of versions that are given by `seq`, newest first, with nothing left out between. */
export function groupSessions(versions: readonly Version[]): Session[] {
  const sessions: Session[] = [];
  for (const version of versions) {
    const session = sessions.at(-1);
    if (session && isOneSession(session.oldest, version)) {
      session.versions.push(version);
      session.oldest = version;
    } else sessions.push({ newest: version, oldest: version, versions: [version] });
  }
  return sessions;
}

/** A clock that went back ends a session, as a pause or midnight does. */
function isOneSession(newer: Version, older: Version): boolean {
  const isWork = [newer, older].every(({ trigger }) => WORK.has(trigger));
  const pause = parseTime(newer.time) - parseTime(older.time);
  return isWork && pause >= 0 && pause <= PAUSE_MS && dateOf(newer.time) === dateOf(older.time);
}

/** Whether a version is shown though its session is folded. */
export function standsOut(version: Version): boolean {
  return version.pinned || Boolean(version.name) || version.trigger === 'manual';
}

/** The version that a session is called by: one with a name, else one that the user saved. */
export function namesake({ newest, versions }: Session): Version {
  const named = versions.find(({ name }) => name);
  return named ?? versions.find(({ trigger }) => trigger === 'manual') ?? newest;
}

export function changesIn({ versions }: Session): number {
  return versions.reduce(
    (sum, { added, modified, removed, renamed }) => sum + added + modified + removed + renamed,
    0,
  );
}

/** The places of the sessions of several versions in their day. */
export function spansOf(sessions: readonly Session[], date: string): Span[] {
  return sessions
    .filter(({ newest, versions }) => versions.length > 1 && dateOf(newest.time) === date)
    .map(({ newest, oldest }) => ({
      id: oldest.id,
      from: shareOfDay(oldest.time),
      until: shareOfDay(newest.time),
    }));
}

export function ticksOf(versions: readonly Version[], date: string): Tick[] {
  return versions
    .filter((version) => dateOf(version.time) === date)
    .map((version) => ({ id: version.id, at: shareOfDay(version.time) }));
}

export function nearestTick(ticks: readonly Tick[], at: number): Tick | undefined {
  return ticks.reduce<Tick | undefined>(
    (best, tick) => (!best || Math.abs(tick.at - at) < Math.abs(best.at - at) ? tick : best),
    undefined,
  );
}

/**
 * Which of all versions one is, counted from the oldest, when `shown` holds all of its day that is
 * newer. -1 when it is not among them.
 */
export function positionOf(
  days: readonly Day[],
  shown: readonly Version[],
  index: number,
): { at: number; of: number } {
  const of = days.reduce((sum, day) => sum + day.versions, 0);
  const version = shown[index];
  if (!version) return { at: -1, of };
  const date = dateOf(version.time);
  const newer = days.reduce((sum, day) => (day.date > date ? sum + day.versions : sum), 0);
  const first = shown.findIndex((other) => dateOf(other.time) === date);
  return { at: Math.max(0, of - 1 - newer - (index - first)), of };
}
