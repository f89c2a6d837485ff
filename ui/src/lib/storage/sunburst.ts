/** A sunburst of rows: the rows as an inner ring, the parts of the large ones in rings around it. */
import { arc } from 'd3-shape';
import type { UsageRow } from '$lib/backend/bindings';
import { sumBytes, withRest } from './rows';
import type { PartsOf } from './treemap';

export type Slice = {
  row: UsageRow;
  /** The row of the place that it is, or is a part of. */
  top: UsageRow;
  parent: UsageRow | null;
  /** The ring, from the inside. */
  ring: number;
  /** In radians, clockwise from the top. */
  start: number;
  end: number;
  /** The outline, around the centre. */
  path: string;
  /** The middle, from the centre. */
  x: number;
  y: number;
  /** The level room at its middle, for a label. */
  width: number;
  height: number;
  /** The arc that a label bends along, and how long and thick the slice is there. */
  along: string;
  length: number;
  thickness: number;
};

const FULL = 2 * Math.PI;
/** The least angle that is drawn by itself, and at which a row shows its parts. */
const LEAST_ANGLE = 0.018;
const PARTS_FROM = 0.12;
const EDGES = [0.32, 0.52, 0.7, 0.86, 0.995] as const;
/** From the middle of letters to the line that they stand on. */
const BASELINE = 4;
const RINGS = EDGES.length - 1;

export function layoutSunburst(
  rows: readonly UsageRow[],
  radius: number,
  partsOf: PartsOf = () => undefined,
): Slice[] {
  return place(rows, { start: 0, end: FULL, ring: 0, top: null, parent: null }, radius, partsOf);
}

type Within = Pick<Slice, 'start' | 'end' | 'ring' | 'parent'> & { top: UsageRow | null };

function place(
  rows: readonly UsageRow[],
  { start: from, end: to, ring, top: above, parent }: Within,
  radius: number,
  partsOf: PartsOf,
): Slice[] {
  return divide(rows, from, to, parent?.key ?? '').flatMap(({ row, start, end }) => {
    const top = above ?? row;
    const deeper = ring + 1 < RINGS && end - start >= PARTS_FROM;
    const parts = deeper ? (partsOf(row) ?? []) : [];
    const within = { start, end, ring: ring + 1, top, parent: row };
    return [
      slice({ row, top, parent, ring, start, end }, radius),
      ...place(parts, within, radius, partsOf),
    ];
  });
}

/** The radius of the hole, where the total stands. */
export function holeOf(radius: number): number {
  return radius * EDGES[0];
}

function divide(rows: readonly UsageRow[], start: number, end: number, parent: string) {
  const total = sumBytes(rows);
  if (total <= 0) return [];
  const scale = (end - start) / total;
  const drawn = withRest(rows, LEAST_ANGLE / scale, parent);
  let at = start;
  return drawn.map((row) => ({ row, start: at, end: (at += row.bytes * scale) }));
}

type Place = Pick<Slice, 'row' | 'top' | 'parent' | 'ring' | 'start' | 'end'>;

function slice(place: Place, radius: number): Slice {
  const inner = (EDGES[place.ring] ?? 1) * radius;
  const outer = (EDGES[place.ring + 1] ?? 1) * radius;
  const middle = (inner + outer) / 2;
  const draw = arc<Place>()
    .innerRadius(inner)
    .outerRadius(outer - 1.5)
    .startAngle((it) => it.start)
    .endAngle((it) => it.end)
    .padAngle(1.5 / middle)
    .padRadius(middle);
  const [x, y] = draw.centroid(place);
  const [length, thickness] = [(place.end - place.start) * middle, outer - inner];
  return {
    ...place,
    path: draw(place) ?? '',
    ...{ x, y, length, thickness },
    ...roomOf(length, thickness, (place.start + place.end) / 2),
    along: alongOf(place, middle),
  };
}

/** The line of letters that stand upright: clockwise above the centre, the other way below it. */
function alongOf({ start, end }: Place, middle: number): string {
  const angle = (start + end) / 2;
  const below = Math.cos(angle) < 0;
  const half = Math.min((end - start) / 2, 0.9 * Math.PI);
  const radius = middle + (below ? BASELINE : -BASELINE);
  const at = (turn: number) =>
    `${(radius * Math.sin(turn)).toFixed(1)} ${(-radius * Math.cos(turn)).toFixed(1)}`;
  const [from, to] = below ? [angle + half, angle - half] : [angle - half, angle + half];
  const large = half > Math.PI / 2 ? 1 : 0;
  return `M${at(from)}A${radius} ${radius} 0 ${large} ${below ? 0 : 1} ${at(to)}`;
}

/** The level room inside a slice of this length and thickness, seen as a turned box. */
function roomOf(length: number, thickness: number, angle: number) {
  const [across, along] = [Math.abs(Math.sin(angle)), Math.abs(Math.cos(angle))];
  const askew = 18 * across * along;
  return {
    width: Math.min(length / (along || 1e-9), thickness / (across || 1e-9)) - askew,
    height: Math.min(length / (across || 1e-9), thickness / (along || 1e-9)) - askew,
  };
}

/** The slice that an arrow key means: its neighbour in the ring, the ring outside or inside. */
export function neighbourSlice(
  slices: readonly Slice[],
  from: Slice,
  to: 'left' | 'right' | 'up' | 'down',
): Slice | undefined {
  if (to === 'up') return slices.find(({ parent }) => parent?.key === from.row.key);
  if (to === 'down') return slices.find(({ row }) => row.key === from.parent?.key);
  const ring = slices.filter((slice) => slice.ring === from.ring);
  const step = to === 'right' ? 1 : -1;
  return ring[(ring.indexOf(from) + step + ring.length) % ring.length];
}
