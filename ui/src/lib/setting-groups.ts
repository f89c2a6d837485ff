/** The settings in groups, and which of them a search means. */
import type { Setting } from './backend/bindings';
import type { SettingWords } from './words/en/settings';
import { words } from './words';

const text = words.settings;

export type SettingGroup = keyof typeof text.groups;

const GROUPS: Record<SettingGroup, string[]> = {
  appearance: ['theme'],
  window: ['close-to-tray', 'start-at-login', 'notifications'],
  backups: [
    'backup',
    'backup-schedule',
    'backup-destination',
    'backup-retention-days',
    'warn-after-days',
    'compression',
  ],
  storage: ['quota-gb', 'project-limit-gb', 'trash-days', 'cleanup', 'cleanup-schedule'],
  versions: ['maintain-histories'],
  archive: ['archive-after-days', 'archive-idle', 'archive-compression'],
  advanced: ['threads', 'password-keeper'],
};
/** Settings that the program remembers for itself. */
export const HIDDEN = ['tray-hint-shown', 'tray-language'];

/** The words of a setting; one that is newer than these pages has its purpose. */
export function wordsOf({ key, purpose, allowed }: Setting): SettingWords {
  return text.names[key] ?? { label: purpose, hint: `${key}: ${allowed}` };
}

/** The groups with their settings; one that no group has comes under the last. */
export function groupSettings(all: readonly Setting[]): [SettingGroup, Setting[]][] {
  const placed = new Set(Object.values(GROUPS).flat());
  const rest = all.filter(({ key }) => !placed.has(key) && !HIDDEN.includes(key));
  return (Object.entries(GROUPS) as [SettingGroup, string[]][]).map(([group, keys]) => {
    const known = keys.flatMap((key) => all.find((setting) => setting.key === key) ?? []);
    return [group, group === 'advanced' ? [...known, ...rest] : known];
  });
}

/** Whether every word of a search is in one of the texts. */
export function isFound(find: string, texts: readonly (string | undefined)[]): boolean {
  const wanted = find.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const said = texts.join('\n').toLocaleLowerCase();
  return wanted.every((word) => said.includes(word));
}

/** The texts by which a setting is found. */
export function textsOf(setting: Setting, group: SettingGroup): string[] {
  const { label, hint = '', choices = {} } = wordsOf(setting);
  return [text.groups[group], label, hint, setting.key, setting.purpose, ...Object.values(choices)];
}

/** A value as a person reads it. */
export function valueText(setting: Setting, value: string): string {
  const { choices, unit, zero } = wordsOf(setting);
  if (setting.kind.type === 'switch') return value === 'true' ? text.on : text.off;
  if (setting.kind.type === 'number' && value === '0' && zero) return zero;
  if (setting.kind.type === 'name' && value === '') return text.allDestinations;
  if (setting.kind.type === 'schedule') {
    const time = dailyTime(value);
    return time ? `${text.dailyAt} ${time}` : value;
  }
  return choices?.[value] ?? (unit ? `${value} ${unit}` : value);
}

/** The time of day of a schedule that runs once every day, `12:30`; nothing for any other. */
export function dailyTime(cron: string): string {
  const [, minute, hour] = /^(\d{1,2}) (\d{1,2}) \* \* \*$/.exec(cron) ?? [];
  return minute && hour ? `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}` : '';
}

/** The schedule of once every day at a time such as `12:30`. */
export function dailyCron(time: string): string {
  const [hour = '0', minute = '0'] = time.split(':');
  return `${Number(minute)} ${Number(hour)} * * *`;
}
