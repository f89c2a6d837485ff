/** Retention policies: the presets, and any policy in words. */
import type { Retention } from '$lib/backend/bindings';
import { formatSize } from '$lib/format/size';
import { words } from '$lib/words';

export type Preset = 'usual' | 'years' | 'year' | 'month' | 'all' | 'own';

export const PRESETS: Record<Exclude<Preset, 'usual' | 'own'>, Retention> = {
  years: { last: 3, daily: 14, weekly: 8, monthly: 24, yearly: 10 },
  year: { last: 3, daily: 14, weekly: 8, monthly: 12 },
  month: { last: 3, daily: 14, weekly: 4 },
  all: {},
};

export const COUNTS = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
export const WITHINS = [
  'within',
  'withinHourly',
  'withinDaily',
  'withinWeekly',
  'withinMonthly',
  'withinYearly',
] as const;

/** The policy of plans without rules of their own, by the setting `backup-retention-days`. */
export function usualRetention(days: number): Retention {
  return days > 0 ? { within: `${days}d` } : { ...PRESETS.years };
}

/** The preset that equals a policy; without one, the settings say it. */
export function presetOf(retention: Retention | null | undefined): Preset {
  if (!retention) return 'usual';
  const names = Object.keys(PRESETS) as (keyof typeof PRESETS)[];
  const said = JSON.stringify(normalizeRetention(retention));
  return names.find((name) => JSON.stringify(normalizeRetention(PRESETS[name])) === said) ?? 'own';
}

/** A policy without what says nothing, its parts always in the same order. */
export function normalizeRetention(retention: Retention): Retention {
  const clean: Retention = {};
  for (const key of COUNTS) if (retention[key]) clean[key] = retention[key];
  for (const key of WITHINS) if (retention[key]?.trim()) clean[key] = retention[key]?.trim();
  if (retention.tags && retention.tags.length > 0) clean.tags = [...retention.tags];
  if (retention.budgetBytes) clean.budgetBytes = retention.budgetBytes;
  return clean;
}

export function describeRetention(retention: Retention | null | undefined): string {
  const text = words.retention;
  if (!retention) return text.keepsUsual;
  const parts = COUNTS.flatMap((key) => {
    const count = retention[key];
    return count ? [text.parts[key](count)] : [];
  });
  if (retention.within) parts.push(text.parts.within(retention.within));
  if (retention.budgetBytes) parts.push(text.parts.budget(formatSize(retention.budgetBytes)));
  return parts.length === 0
    ? text.keepsAll
    : text.inWords(new Intl.ListFormat(words.locale).format(parts));
}

/** Why a backup stays, as people say it; a reason that is not known stands as it came. */
export function describeReason(reason: string): string {
  const first = reason.split(' ')[0] ?? reason;
  return words.retention.reasons[first] ?? reason;
}
