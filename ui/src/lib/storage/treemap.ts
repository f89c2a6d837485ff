/** A treemap of rows, squarified, with the parts of the large ones inside them. */
import { hierarchy, treemap, treemapSquarify } from 'd3-hierarchy';
import type { UsageRow } from '$lib/backend/bindings';
import { sumBytes, withRest } from './rows';

export type Box = { x: number; y: number; width: number; height: number };
export type Tile = Box & {
  row: UsageRow;
  /** The row of the place that it is, or is a part of. */
  top: UsageRow;
  /** How many tiles it lies in. */
  depth: number;
  /** Whether parts are drawn inside: its own label is then a line at the top. */
  framed: boolean;
};
export type PartsOf = (row: UsageRow) => readonly UsageRow[] | undefined;

/** The height of the line with the name above the parts. */
export const HEAD = 22;
const EDGE = 3;
const GAP = 2;
const INNER_GAP = 1;
/** A tile of less than this many square pixels is no target and shows nothing. */
const LEAST_AREA = 120;
const LEAST_INNER_AREA = 64;
/** Tiles lie in each other at most so deep. */
const DEEPEST = 3;
const FRAME_FROM = { width: 72, height: 60 };

/** The tiles of rows in a box; each frame comes before what lies in it. */
export function layoutTreemap(
  rows: readonly UsageRow[],
  size: { width: number; height: number },
  partsOf: PartsOf = () => undefined,
): Tile[] {
  return place(rows, { x: 0, y: 0, ...size }, { key: '', top: null, depth: 0 }, partsOf);
}

type Within = { key: string; top: UsageRow | null; depth: number };

function place(rows: readonly UsageRow[], box: Box, within: Within, partsOf: PartsOf): Tile[] {
  const { depth } = within;
  const [gap, least] = depth === 0 ? [GAP, LEAST_AREA] : [INNER_GAP, LEAST_INNER_AREA];
  return squarify(rows, box, gap, least, within.key).flatMap(({ row, ...at }) => {
    const parts = depth < DEEPEST && isRoomy(at) ? (partsOf(row) ?? []) : [];
    const top = within.top ?? row;
    const inside = {
      x: at.x + EDGE,
      y: at.y + HEAD,
      width: at.width - 2 * EDGE,
      height: at.height - HEAD - EDGE,
    };
    const inner = place(parts, inside, { key: row.key, top, depth: depth + 1 }, partsOf);
    return [{ ...at, row, top, depth, framed: inner.length > 0 }, ...inner];
  });
}

function squarify(
  rows: readonly UsageRow[],
  box: Box,
  gap: number,
  leastArea: number,
  parent: string,
): (Box & { row: UsageRow })[] {
  const area = box.width * box.height;
  const total = sumBytes(rows);
  if (total <= 0 || box.width < 4 || box.height < 4) return [];
  const drawn = withRest(rows, (leastArea / area) * total, parent);
  const root = hierarchy<{ row?: UsageRow; children?: { row: UsageRow }[] }>({
    children: drawn.map((row) => ({ row })),
  }).sum(({ row }) => row?.bytes ?? 0);
  const laid = treemap<{ row?: UsageRow }>()
    .tile(treemapSquarify.ratio(1.25))
    .size([box.width, box.height])
    .paddingInner(gap)
    .round(true)(root as never);
  return (laid.children ?? []).flatMap(({ data: { row }, x0, y0, x1, y1 }) =>
    row ? [{ row, x: box.x + x0, y: box.y + y0, width: x1 - x0, height: y1 - y0 }] : [],
  );
}

function isRoomy({ width, height }: Box): boolean {
  return width >= FRAME_FROM.width && height >= FRAME_FROM.height;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The tile that an arrow key means: the nearest one that way, those beside it before those askew. */
export function neighbourOf(tiles: readonly Tile[], from: Tile, to: Direction): Tile | undefined {
  const start = centre(from);
  const across = to === 'left' || to === 'right';
  const sign = to === 'left' || to === 'up' ? -1 : 1;
  let nearest: { tile: Tile; distance: number } | undefined;
  for (const tile of tiles) {
    if (tile === from || tile.depth !== from.depth) continue;
    const at = centre(tile);
    const along = sign * (across ? at.x - start.x : at.y - start.y);
    if (along <= 0) continue;
    const aside = Math.abs(across ? at.y - start.y : at.x - start.x);
    const distance = along + 2 * aside;
    if (!nearest || distance < nearest.distance) nearest = { tile, distance };
  }
  return nearest?.tile;
}

function centre({ x, y, width, height }: Box): { x: number; y: number } {
  return { x: x + width / 2, y: y + height / 2 };
}

/** The transform by which a box fills the whole: where a walk out of it begins. */
export function fromInside(box: Box, whole: { width: number; height: number }): string {
  const wide = whole.width / Math.max(1, box.width);
  const high = whole.height / Math.max(1, box.height);
  return `scale(${wide}, ${high}) translate(${-box.x}px, ${-box.y}px)`;
}

/** The transform by which the whole is as small as a box: where a walk into it begins. */
export function fromOutside(box: Box, whole: { width: number; height: number }): string {
  const wide = box.width / Math.max(1, whole.width);
  const high = box.height / Math.max(1, whole.height);
  return `translate(${box.x}px, ${box.y}px) scale(${wide}, ${high})`;
}
