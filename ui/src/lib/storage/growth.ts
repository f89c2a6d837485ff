/** Growth between two counts: the difference of each part, and its bar on a common scale. */
import type { UsageGrowthRow } from '$lib/backend/bindings';
import { formatSize } from '$lib/format/size';

export function changeOf({
  bytesBefore,
  bytesAfter,
}: Pick<UsageGrowthRow, 'bytesBefore' | 'bytesAfter'>): number {
  return bytesAfter - bytesBefore;
}

/** The largest change, either way: what a whole half of the scale stands for. */
export function scaleOf(rows: readonly UsageGrowthRow[]): number {
  return Math.max(1, ...rows.map((row) => Math.abs(changeOf(row))));
}

/** A bar from the middle: where it begins and how wide it is, in percent of the whole. */
export function barOf(row: UsageGrowthRow, scale: number): { left: number; width: number } {
  const width = Math.abs(changeOf(row)) / scale / 2;
  const left = changeOf(row) < 0 ? 0.5 - width : 0.5;
  return { left: left * 100, width: width * 100 };
}

/** "+1.2 GB", "−340 MB", "0 B". */
export function formatChange(bytes: number): string {
  if (bytes === 0) return formatSize(0);
  return `${bytes > 0 ? '+' : '−'}${formatSize(Math.abs(bytes))}`;
}

/** The count a week before the newest, or the oldest there is. */
export function weekBefore(counts: readonly string[]): string {
  const newest = counts.at(-1);
  if (!newest) return '';
  const week = Date.parse(newest) - 7 * 86_400_000;
  return counts.findLast((count) => Date.parse(count) <= week) ?? counts[0] ?? '';
}
