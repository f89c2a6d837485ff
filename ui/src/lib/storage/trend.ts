/** The geometry of a trend: scales with round ticks, a stacked area per layer, and the line ahead. */
import type { UsageLayer, UsageSample, UsageTrend } from '$lib/backend/bindings';
import { parseTime } from '$lib/format/time';
import { LAYERS } from './layers';

export type Band = { layer: UsageLayer; path: string; bytes: number };
export type Plot = {
  /** The heights of the horizontal lines, in bytes. */
  ticks: number[];
  times: number[];
  bands: Band[];
  line: string;
  /** The forecast, from the last sample to the right edge or to the capacity. */
  ahead: string;
  /** The capacity, where it is near enough to be drawn. */
  capacity: number | null;
  x: (time: number) => number;
  y: (bytes: number) => number;
};

const DAY = 86_400_000;
/** A capacity more than this many times the largest sample would flatten the picture. */
const CAPACITY_WITHIN = 2.2;
/** The part of the width that is kept for what is to come. */
const AHEAD = 0.22;
const NO_PLOT_SPAN = DAY;

/** Round steps from 0 up to at least `most`: 1, 2 or 5 times a power of ten. */
export function ticksTo(most: number, count = 4): number[] {
  if (most <= 0) return [0];
  const raw = most / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  const steps = Math.ceil(most / step - 1e-9);
  return Array.from({ length: steps + 1 }, (_, index) => index * step);
}

/** The moments of vertical marks: midnights so many days apart that they do not crowd. */
export function timesBetween(from: number, to: number, most = 6): number[] {
  const days = Math.max(1, Math.ceil((to - from) / DAY));
  const step = [1, 2, 7, 14, 30, 61, 91, 182, 365].find((every) => days / every <= most) ?? 730;
  const first = new Date(from);
  const found: number[] = [];
  for (let day = 1; ; day += step) {
    const at = new Date(first.getFullYear(), first.getMonth(), first.getDate() + day).getTime();
    if (at > to) return found;
    found.push(at);
  }
}

export function plotTrend(
  { samples, forecast, capacityBytes }: UsageTrend,
  { width, height }: { width: number; height: number },
): Plot {
  const times = samples.map(({ time }) => parseTime(time));
  const from = times[0] ?? 0;
  const last = times.at(-1) ?? 0;
  const span = Math.max(last - from, NO_PLOT_SPAN);
  const grows = forecast != null && forecast.bytesPerDay !== 0;
  const to = grows ? last + (span * AHEAD) / (1 - AHEAD) : from + span;
  const now = samples.at(-1)?.bytes ?? 0;
  const ending = grows ? Math.max(0, now + forecast.bytesPerDay * ((to - last) / DAY)) : now;
  const largest = Math.max(...samples.map(({ bytes }) => bytes), ending, 1);
  const capacity =
    capacityBytes != null && capacityBytes <= largest * CAPACITY_WITHIN ? capacityBytes : null;
  const ticks = ticksTo(Math.max(largest, capacity ?? 0));
  const top = ticks.at(-1) ?? 1;
  const x = (time: number) => round(((time - from) / (to - from)) * width);
  const y = (bytes: number) => round(height - (bytes / top) * height);
  return {
    ...{ ticks, x, y, capacity },
    times: timesBetween(from, to),
    bands: stack(samples, x, y),
    line: samples
      .map(({ bytes }, at) => `${at ? 'L' : 'M'}${x(times[at] ?? 0)} ${y(bytes)}`)
      .join(''),
    ahead: grows ? `M${x(last)} ${y(now)}L${x(to)} ${y(ending)}` : '',
  };
}

/** Each layer on top of the one before; layers that never take anything are left out. */
function stack(samples: readonly UsageSample[], x: Plot['x'], y: Plot['y']): Band[] {
  const below = samples.map(() => 0);
  return LAYERS.flatMap((layer) => {
    const sizes = samples.map((sample) => bytesOf(sample, layer));
    if (sizes.every((bytes) => bytes === 0)) return [];
    const at = samples.map(({ time }) => x(parseTime(time)));
    const floor = at.map((place, index) => `${place} ${y(below[index] ?? 0)}`).toReversed();
    sizes.forEach((bytes, index) => (below[index] = (below[index] ?? 0) + bytes));
    const roof = at.map((place, index) => `${place} ${y(below[index] ?? 0)}`);
    const path = `M${[...roof, ...floor].join('L')}Z`;
    return [{ layer, path, bytes: sizes.at(-1) ?? 0 }];
  });
}

function bytesOf(sample: UsageSample, layer: UsageLayer): number {
  return sample.layers.find((sum) => sum.layer === layer)?.bytes ?? 0;
}

/** The sample nearest to a place on the horizontal axis. */
export function nearestSample(samples: readonly UsageSample[], plot: Plot, at: number): number {
  const distances = samples.map(({ time }) => Math.abs(plot.x(parseTime(time)) - at));
  return distances.indexOf(Math.min(...distances));
}

/** The path of a small line without axes. */
export function sparkline(values: readonly number[], width: number, height: number): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const y = (value: number) =>
    most === least ? height / 2 : height - ((value - least) / (most - least)) * height;
  return values
    .map((value, at) => `${at ? 'L' : 'M'}${round(at * step)} ${round(y(value))}`)
    .join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
