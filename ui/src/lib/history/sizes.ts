/** The size of a file over its versions, as the points of a line. */
import type { FileVersion } from '$lib/backend/bindings';
import { parseTime } from '$lib/format/time';

export type SizePoint = { version: string; x: number; y: number; bytes: number };

/** Points from the oldest to the newest, inside a box of this size; removals have none. */
export function sizePoints(
  versions: readonly FileVersion[],
  width: number,
  height: number,
): SizePoint[] {
  const sized = versions.filter((one) => one.sizeBytes != null && one.kind !== 'removed');
  const ordered = sized.toSorted((left, right) => left.version.seq - right.version.seq);
  const first = parseTime(ordered[0]?.version.time ?? '');
  const span = parseTime(ordered.at(-1)?.version.time ?? '') - first;
  const most = Math.max(1, ...ordered.map((one) => one.sizeBytes ?? 0));
  return ordered.map((one) => ({
    version: one.version.id,
    bytes: one.sizeBytes ?? 0,
    x: span > 0 ? ((parseTime(one.version.time) - first) / span) * width : width / 2,
    y: height - ((one.sizeBytes ?? 0) / most) * height,
  }));
}

/** A line that keeps each size until the next version: sizes do not change between versions. */
export function stepLine(points: readonly SizePoint[], width: number): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const steps = rest.map((point) => `H${round(point.x)}V${round(point.y)}`);
  return `M${round(first.x)} ${round(first.y)}${steps.join('')}H${round(width)}`;
}

const round = (value: number) => Math.round(value * 10) / 10;
