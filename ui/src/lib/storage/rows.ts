/** The rows of a picture: in order, the small ones together, and what each is as a share of the whole. */
import type { UsageRow } from '$lib/backend/bindings';
import { words } from '$lib/words';

/** The key of rows that are drawn as one, because each is too small to be seen. */
export const SMALL = '#small';

/** Rows that take space, the largest first, those that stand for the rest last. */
export function inOrder(rows: readonly UsageRow[]): UsageRow[] {
  return rows
    .filter((row) => row.bytes > 0)
    .sort(
      (left, right) =>
        Number(left.kind === 'rest') - Number(right.kind === 'rest') || right.bytes - left.bytes,
    );
}

/** Rows in order, with all that are smaller than `least` bytes, and the rest, in one. */
export function withRest(rows: readonly UsageRow[], least: number, parent: string): UsageRow[] {
  const ordered = inOrder(rows);
  const small = ordered.filter((row) => row.kind === 'rest' || row.bytes < least);
  if (small.length < 2) return ordered;
  const large = ordered.filter((row) => !small.includes(row));
  return [...large, together(small, parent)];
}

/** The key of what is left of a place, apart from that of any other place. */
export function restKey(parent: string): string {
  return `${parent}${SMALL}`;
}

function together(rows: UsageRow[], parent: string): UsageRow {
  const known = rows.find((row) => row.kind === 'rest') ?? (rows[0] as UsageRow);
  const sum = (read: (row: UsageRow) => number) =>
    rows.reduce((total, row) => total + read(row), 0);
  return {
    ...known,
    ...{ key: restKey(parent), kind: 'rest', class: 'other', layer: null, name: '' },
    ...{ canOpen: false, rebuildable: false, project: null, path: null },
    ...{ modified: null, uniqueBytes: null },
    bytes: sum((row) => row.bytes),
    apparentBytes: sum((row) => row.apparentBytes),
    files: sum((row) => row.files),
    reclaimableBytes: sum((row) => row.reclaimableBytes),
  };
}

export function sumBytes(rows: readonly { bytes: number }[]): number {
  return rows.reduce((total, { bytes }) => total + bytes, 0);
}

const whole = new Intl.NumberFormat(words.locale, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(words.locale, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** A share in percent: whole from ten on, one decimal below; never 0 for something. */
export function sharePercent(bytes: number, total: number): string {
  if (total <= 0 || bytes <= 0) return '0';
  const percent = (bytes / total) * 100;
  if (percent < 0.1) return `<${tenths.format(0.1)}`;
  return percent < 9.95 ? tenths.format(percent) : whole.format(percent);
}

/** The project and path of a row that can be freed: a file or folder below a project's own folder. */
export function freeable(row: UsageRow): { project: string; path: string[] } | null {
  const { kind, layer, project, path } = row;
  const worked = layer == null || layer === 'working';
  if ((kind !== 'folder' && kind !== 'file') || !worked) return null;
  return project && path && path.length > 0 ? { project, path } : null;
}
