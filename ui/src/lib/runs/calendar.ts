/** The days of a month, and what ran and will run on each. */
import type { PlannedRun, Run } from '$lib/backend/bindings';
import type { Tone } from '$lib/tone';
import { parseTime } from '$lib/format/time';

export type CalendarDay = {
  /** `2026-11-21`, in the machine's own time. */
  date: string;
  day: number;
  /** Whether it belongs to the month that is shown. */
  inMonth: boolean;
  runs: Run[];
  planned: PlannedRun[];
};

const two = (figure: number) => `${figure}`.padStart(2, '0');

export function dateOfDay(day: Date): string {
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

export function monthOf(time: number): string {
  return dateOfDay(new Date(time)).slice(0, 7);
}

/** The month so many months later. */
export function addMonths(month: string, count: number): string {
  const first = firstOf(month);
  return monthOf(new Date(first.getFullYear(), first.getMonth() + count, 1).getTime());
}

/** The moments at which the shown weeks begin and end. */
export function monthRange(month: string): { since: Date; until: Date } {
  const first = firstOf(month);
  const before = (first.getDay() + 6) % 7;
  const since = new Date(first.getFullYear(), first.getMonth(), 1 - before);
  const days = new Date(first.getFullYear(), first.getMonth() + 1, 0).getDate();
  const weeks = Math.ceil((before + days) / 7);
  const until = new Date(since.getFullYear(), since.getMonth(), since.getDate() + weeks * 7);
  return { since, until };
}

/** The weeks of a month from Monday to Sunday, each day with its runs. */
export function weeksOf(
  month: string,
  runs: readonly Run[],
  planned: readonly PlannedRun[],
): CalendarDay[][] {
  const { since, until } = monthRange(month);
  const ran = byDay(runs, (run) => run.started);
  const coming = byDay(planned, (run) => run.at);
  const weeks: CalendarDay[][] = [];
  for (let at = since; at < until; at = nextDay(at)) {
    if (weeks.length === 0 || weeks.at(-1)?.length === 7) weeks.push([]);
    const date = dateOfDay(at);
    weeks.at(-1)?.push({
      date,
      day: at.getDate(),
      inMonth: date.startsWith(month),
      runs: ran.get(date) ?? [],
      planned: coming.get(date) ?? [],
    });
  }
  return weeks;
}

/** The tone of a day: that of its worst run. */
export function toneOfRuns(runs: readonly Run[]): Tone {
  if (runs.some((run) => run.state === 'failed')) return 'bad';
  if (runs.some((run) => run.state === 'warnings')) return 'warn';
  if (runs.some((run) => run.state === 'running' || run.state === 'queued')) return 'run';
  return runs.some((run) => run.state === 'succeeded') ? 'good' : 'idle';
}

function firstOf(month: string): Date {
  const [year = 1970, number = 1] = month.split('-').map(Number);
  return new Date(year, number - 1, 1);
}

function nextDay(day: Date): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1);
}

function byDay<T>(all: readonly T[], timeOf: (one: T) => string): Map<string, T[]> {
  const days = new Map<string, T[]>();
  for (const one of all) {
    const date = dateOfDay(new Date(parseTime(timeOf(one))));
    days.set(date, [...(days.get(date) ?? []), one]);
  }
  return days;
}
