/** Schedules: in words, and the next moments of those that a calendar can tell. */
import type { Schedule } from '$lib/backend/bindings';
import { words } from '$lib/words';

const text = words.schedule;
const DAYS_AHEAD = 400;

/** A schedule in words; `usual` is the cron expression that the settings have. */
export function describeSchedule(schedule: Schedule, usual = ''): string {
  switch (schedule.type) {
    case 'usual':
      return usual ? text.usualAt(describeSchedule(scheduleOf(usual))) : text.usual;
    case 'manual':
      return text.manual;
    case 'hourly':
      return text.hourly(schedule.minute);
    case 'daily':
      return text.daily(schedule.at);
    case 'weekly':
      return text.weekly(describeWeekdays(schedule.weekdays), schedule.at);
    case 'monthly':
      return text.monthly(schedule.day, schedule.at);
    case 'cron':
      return text.cron(schedule.expression);
    case 'afterChanges':
      return text.afterChanges(schedule.versions);
  }
}

/** What a cron expression means, as a plain time of each day where it is no more than that. */
export function scheduleOf(expression: string): Schedule {
  const [, minute = '', hour = ''] = /^(\d{1,2}) (\d{1,2}) \* \* \*$/.exec(expression) ?? [];
  if (!minute) return { type: 'cron', expression };
  return { type: 'daily', at: `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}` };
}

export function describeWeekdays(weekdays: number[]): string {
  const sorted = [...weekdays].sort((left, right) => left - right);
  if (sorted.join() === '1,2,3,4,5') return text.workdays;
  return new Intl.ListFormat(words.locale).format(sorted.map(weekdayName));
}

/** The name of a day of the week: 1 for Monday to 7 for Sunday. */
export function weekdayName(weekday: number): string {
  return text.weekdays[weekday - 1] ?? '';
}

/**
 * The next moments in the machine's own time; nothing for a schedule that no calendar tells. It is a
 * preview: the engine plans the runs.
 */
export function nextRunTimes(schedule: Schedule, now: number, count: number): number[] {
  if (schedule.type === 'hourly') return hourly(schedule.minute, now, count);
  if (!('at' in schedule)) return [];
  if (!/^\d\d:\d\d$/.test(schedule.at)) return [];
  const [hour = 0, minute = 0] = schedule.at.split(':').map(Number);
  const found: number[] = [];
  const day = new Date(now);
  for (let ahead = 0; ahead < DAYS_AHEAD && found.length < count; ahead += 1) {
    const at = new Date(day.getFullYear(), day.getMonth(), day.getDate() + ahead, hour, minute);
    if (at.getTime() > now && isDueOn(schedule, at)) found.push(at.getTime());
  }
  return found;
}

function hourly(minute: number, now: number, count: number): number[] {
  const first = new Date(now);
  first.setMinutes(minute, 0, 0);
  if (first.getTime() <= now) first.setHours(first.getHours() + 1);
  return Array.from({ length: count }, (_, index) => first.getTime() + index * 3_600_000);
}

function isDueOn(schedule: Schedule, day: Date): boolean {
  if (schedule.type === 'weekly') return schedule.weekdays.includes(day.getDay() || 7);
  if (schedule.type !== 'monthly') return true;
  const last = new Date(day.getFullYear(), day.getMonth() + 1, 0).getDate();
  return day.getDate() === Math.min(schedule.day, last);
}
