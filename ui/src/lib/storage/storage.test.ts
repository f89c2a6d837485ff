/** The maths of the storage page: rows to tiles and slices, labels, tones, trend and growth. */
import { describe, expect, it } from 'vitest';
import type { UsageRow, UsageTrend } from '$lib/backend/bindings';
import { barOf, formatChange, scaleOf, weekBefore } from './growth';
import { labelAlong, labelOfFrame, labelOfSlice, labelOfTile } from './labels';
import { layersInOrder } from './layers';
import { freeable, inOrder, sharePercent, withRest } from './rows';
import { layoutSunburst, neighbourSlice } from './sunburst';
import { ageStep, branchTones, nameOfKey, sumTones, toneOf } from './tones';
import { fromInside, fromOutside, layoutTreemap, neighbourOf } from './treemap';
import type { Tile } from './treemap';
import { nearestSample, plotTrend, sparkline, ticksTo, timesBetween } from './trend';

const DAY = 86_400_000;
const NOW = Date.parse('2026-05-20T12:00:00Z');
const SIZE = { width: 600, height: 400 };

function row(key: string, bytes: number, more: Partial<UsageRow> = {}): UsageRow {
  return {
    ...{ key, name: key, kind: 'folder', class: 'code', bytes, apparentBytes: bytes, files: 1 },
    ...{ reclaimableBytes: 0, canOpen: true, rebuildable: false, ...more },
  };
}

const area = ({ width, height }: Tile) => width * height;
const overlap = (left: Tile, right: Tile) =>
  left.x < right.x + right.width &&
  right.x < left.x + left.width &&
  left.y < right.y + right.height &&
  right.y < left.y + left.height;

describe('rows', () => {
  it('come largest first, the rest last, without what takes nothing', () => {
    const rest = row('rest', 900, { kind: 'rest' });
    const keys = inOrder([row('a', 1), rest, row('empty', 0), row('b', 5)]).map(({ key }) => key);
    expect(keys).toEqual(['b', 'a', 'rest']);
  });

  it('are put together with the rest where they are too small to be seen', () => {
    const rest = row('rest', 10, { kind: 'rest', files: 7 });
    const [large, small, ...more] = withRest([row('a', 100), row('b', 2), rest], 5, 'p');
    expect(large?.key).toBe('a');
    expect(small).toMatchObject({
      kind: 'rest',
      bytes: 12,
      files: 8,
      canOpen: false,
      key: 'p#small',
    });
    expect(more).toEqual([]);
    expect(withRest([row('a', 100), row('b', 2)], 5, 'p').map(({ key }) => key)).toEqual([
      'a',
      'b',
    ]);
  });

  it('say their share with as many figures as mean something', () => {
    expect(sharePercent(0, 10)).toBe('0');
    expect(sharePercent(1, 100_000)).toBe('<0.1');
    expect(sharePercent(1, 40)).toBe('2.5');
    expect(sharePercent(9.96, 100)).toBe('10');
    expect(sharePercent(1, 3)).toBe('33');
  });

  it('can be freed only as a file or folder below the folder of a project', () => {
    const inside = { project: 'p', path: ['target'], layer: 'working' as const };
    expect(freeable(row('a', 1, inside))).toEqual({ project: 'p', path: ['target'] });
    expect(freeable(row('a', 1, { ...inside, path: [] }))).toBeNull();
    expect(freeable(row('a', 1, { ...inside, layer: 'versions' }))).toBeNull();
    expect(freeable(row('a', 1, { ...inside, kind: 'rest' }))).toBeNull();
  });
});

describe('a treemap', () => {
  const rows = [row('a', 600), row('b', 300), row('c', 100), row('rest', 50, { kind: 'rest' })];

  it('gives each row an area as large as its share, side by side in the box', () => {
    const tiles = layoutTreemap(rows, SIZE);
    expect(tiles.map(({ row: { key } }) => key)).toEqual(['a', 'b', 'c', 'rest']);
    const whole = SIZE.width * SIZE.height;
    for (const tile of tiles) {
      expect(area(tile) / whole).toBeGreaterThan((tile.row.bytes / 1050) * 0.9);
      expect(area(tile) / whole).toBeLessThan((tile.row.bytes / 1050) * 1.1);
      expect(tile.x + tile.width).toBeLessThanOrEqual(SIZE.width);
      expect(tile.y + tile.height).toBeLessThanOrEqual(SIZE.height);
      expect(tiles.filter((other) => other !== tile && overlap(tile, other))).toEqual([]);
    }
  });

  it('draws what is too small as one tile, and never loses its bytes', () => {
    const many = Array.from({ length: 400 }, (_, index) => row(`s${index}`, 1));
    const tiles = layoutTreemap([row('large', 1_000_000), ...many], SIZE);
    expect(tiles).toHaveLength(2);
    expect(tiles[1]?.row).toMatchObject({ kind: 'rest', bytes: 400, files: 400 });
  });

  it('lays parts inside of a roomy tile, each with the row of the place that it is in', () => {
    const partsOf = ({ key }: UsageRow) =>
      key === 'a' ? [row('a/x', 400), row('a/y', 200)] : key === 'a/x' ? [row('a/x/1', 400)] : [];
    const tiles = layoutTreemap(rows, SIZE, partsOf);
    const find = (key: string) => tiles.find((tile) => tile.row.key === key) as Tile;
    expect(find('a')).toMatchObject({ framed: true, depth: 0 });
    expect(find('a/y')).toMatchObject({ framed: false, depth: 1 });
    expect(find('a/x/1')).toMatchObject({ depth: 2 });
    expect(find('a/x/1').top.key).toBe('a');
    for (const inner of [find('a/x'), find('a/y')]) {
      expect(inner.x).toBeGreaterThan(find('a').x);
      expect(inner.y + inner.height).toBeLessThan(find('a').y + find('a').height);
    }
    expect(find('b').framed).toBe(false);
  });

  it('draws nothing of nothing', () => {
    expect(layoutTreemap([], SIZE)).toEqual([]);
    expect(layoutTreemap([row('a', 0)], SIZE)).toEqual([]);
    expect(layoutTreemap([row('a', 5)], { width: 2, height: 2 })).toEqual([]);
  });

  it('moves to the nearest tile of an arrow key', () => {
    const tiles = layoutTreemap(rows, SIZE);
    const [a, b] = tiles as [Tile, Tile];
    expect(neighbourOf(tiles, a, 'right')).toBe(b);
    expect(neighbourOf(tiles, b, 'left')).toBe(a);
    expect(neighbourOf(tiles, a, 'left')).toBeUndefined();
  });

  it('zooms from where a tile was, and back to it', () => {
    const box = { x: 300, y: 100, width: 150, height: 200 };
    expect(fromOutside(box, SIZE)).toBe('translate(300px, 100px) scale(0.25, 0.5)');
    expect(fromInside(box, SIZE)).toBe('scale(4, 2) translate(-300px, -100px)');
  });
});

describe('a sunburst', () => {
  const partsOf = ({ key }: UsageRow) => (key === 'a' ? [row('a/x', 2), row('a/y', 1)] : []);
  const slices = layoutSunburst([row('a', 3), row('b', 1)], 200, partsOf);

  it('goes once around, with the parts outside of their row', () => {
    const [a, x, y, b] = slices;
    expect(slices.map(({ ring }) => ring)).toEqual([0, 1, 1, 0]);
    expect(a?.start).toBe(0);
    expect(b?.end).toBeCloseTo(2 * Math.PI);
    expect(x?.start).toBe(a?.start);
    expect(y?.end).toBeCloseTo(a?.end ?? 0);
    expect(x?.parent?.key).toBe('a');
    expect(slices.every(({ path }) => path.startsWith('M'))).toBe(true);
  });

  it('bends its labels along the arc so that they stand upright', () => {
    const [right, below, left] = layoutSunburst([row('a', 45), row('b', 30), row('c', 25)], 200);
    expect(right?.length).toBeCloseTo(0.45 * 2 * Math.PI * 84);
    expect(right?.along).toMatch(/ 0 0 1 /);
    expect(below?.along).toMatch(/ 0 0 0 /);
    expect(left?.along).toMatch(/ 0 0 1 /);
  });

  it('moves around the ring and between rings', () => {
    const [a, x, y, b] = slices;
    if (!a || !x || !y || !b) throw new Error('Slices are missing');
    expect(neighbourSlice(slices, a, 'right')).toBe(b);
    expect(neighbourSlice(slices, a, 'left')).toBe(b);
    expect(neighbourSlice(slices, a, 'up')).toBe(x);
    expect(neighbourSlice(slices, y, 'down')).toBe(a);
  });

  it('puts slivers together', () => {
    const many = Array.from({ length: 50 }, (_, index) => row(`s${index}`, 1));
    expect(layoutSunburst([row('a', 1_000_000), ...many], 200)).toHaveLength(2);
  });
});

describe('a label', () => {
  it('is shown where it fits', () => {
    expect(labelOfTile(200, 80, 'node_modules', '1.2 GB')).toEqual({ name: true, size: true });
    expect(labelOfTile(200, 24, 'node_modules', '1.2 GB')).toEqual({ name: true, size: false });
    expect(labelOfTile(40, 80, 'node_modules', '1.2 GB')).toEqual({ name: false, size: false });
    expect(labelOfTile(200, 12, 'node_modules', '1.2 GB').name).toBe(false);
    expect(labelOfFrame(200, 'aurora', '29.5 GB')).toEqual({ name: true, size: true });
    expect(labelOfFrame(80, 'aurora', '29.5 GB')).toEqual({ name: true, size: false });
    expect(labelOfSlice(100, 60, 'aurora', '29.5 GB')).toEqual({ name: true, size: true });
    expect(labelOfSlice(100, 12, 'aurora', '29.5 GB').name).toBe(false);
    expect(labelAlong(160, 30, 'aurora', '29.5 GB')).toEqual({ name: true, size: true });
    expect(labelAlong(80, 30, 'aurora', '29.5 GB')).toEqual({ name: true, size: false });
    expect(labelAlong(160, 12, 'aurora', '29.5 GB').name).toBe(false);
  });
});

describe('a tone', () => {
  const place = { by: 'place' as const, key: '' };

  it('is that of the class, the layer or the age, by how the picture is divided', () => {
    const layer = row('l', 1, { kind: 'layer', layer: 'objects', class: 'image' });
    expect(toneOf(layer, place, NOW)).toBe('class-kept');
    expect(toneOf(layer, { by: 'layer', key: '' }, NOW)).toBe('layer-objects');
    const picture = row('p', 1, { layer: 'working', class: 'image' });
    expect(toneOf(picture, { by: 'layer', key: 'l' }, NOW)).toBe('class-image');
    expect(toneOf(row('d', 1, { kind: 'destination' }), place, NOW)).toBe('class-kept');
    const old = row('o', 1, { modified: new Date(NOW - 100 * DAY).toISOString() });
    expect(toneOf(old, { by: 'age', key: '' }, NOW)).toBe('age-4');
    expect(toneOf(row('r', 1, { kind: 'rest' }), place, NOW)).toBe('rest');
  });

  it('of an age goes by steps', () => {
    const ages = [0.5, 6, 20, 80, 300, 900];
    expect(ages.map((days) => ageStep(new Date(NOW - days * DAY).toISOString(), NOW))).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
    expect(ageStep(null, NOW)).toBe(5);
  });

  it('of a branch is a hue of its own for the largest, and its colour where it has one', () => {
    const rows = [
      ...Array.from({ length: 9 }, (_, index) => row(`b${index}`, 9 - index)),
      row('rest', 20, { kind: 'rest' }),
    ];
    const hues = branchTones({ ...place, rows }, NOW);
    expect([hues.get('b0'), hues.get('b7')]).toEqual(['branch-0', 'branch-7']);
    expect([hues.get('b8'), hues.get('rest')]).toEqual(['rest', 'rest']);
    const types = branchTones({ by: 'type', key: '', rows }, NOW);
    expect(types.get('b0')).toBe('class-code');
    expect(branchTones({ by: 'type', key: 'type:code', rows }, NOW).get('b1')).toBe('branch-1');
  });

  it('has one name, in the picture, the table and the way to it', () => {
    expect(nameOfKey('type:media')).toBe('Audio & video');
    expect(nameOfKey('layer:objects')).toBe('Large files');
    expect(nameOfKey('layer:catalog/reserve')).toMatch(/^Reserve, /);
    expect(nameOfKey('age:quarter')).toBe('Last 3 months');
    expect(nameOfKey('project:1/type:media')).toBeNull();
  });

  it('is in the legend once, the most space first', () => {
    const drawn = [
      { tone: 'rest' as const, bytes: 90 },
      { tone: 'class-code' as const, bytes: 10 },
      { tone: 'class-image' as const, bytes: 15 },
      { tone: 'class-code' as const, bytes: 10 },
    ];
    expect(sumTones(drawn).map(({ tone }) => tone)).toEqual(['class-code', 'class-image', 'rest']);
  });

  it('of layers comes in one order everywhere', () => {
    const sums = [
      { layer: 'trash' as const, bytes: 1 },
      { layer: 'versions' as const, bytes: 0 },
      { layer: 'working' as const, bytes: 1 },
    ];
    expect(layersInOrder(sums).map(({ layer }) => layer)).toEqual(['working', 'trash']);
  });
});

describe('a trend', () => {
  const sample = (day: number, working: number, objects: number) => ({
    time: new Date(NOW + day * DAY).toISOString(),
    bytes: working + objects,
    layers: [
      { layer: 'working' as const, bytes: working },
      { layer: 'objects' as const, bytes: objects },
    ],
  });
  const trend: UsageTrend = {
    samples: [sample(0, 10, 10), sample(10, 20, 20)],
    forecast: { bytesPerDay: 2, daysToFull: 20, daysObserved: 10 },
    capacityBytes: 80,
  };
  const box = { width: 100, height: 100 };

  it('has round ticks that reach above the largest', () => {
    expect(ticksTo(0)).toEqual([0]);
    expect(ticksTo(87)).toEqual([0, 50, 100]);
    expect(ticksTo(400)).toEqual([0, 100, 200, 300, 400]);
    expect(ticksTo(1_300_000).at(-1)).toBe(1_500_000);
  });

  it('marks few midnights', () => {
    const times = timesBetween(NOW, NOW + 89 * DAY);
    expect(times.length).toBeGreaterThan(1);
    expect(times.length).toBeLessThanOrEqual(7);
    expect(times.every((time) => new Date(time).getHours() === 0)).toBe(true);
  });

  it('stacks the layers, goes on as forecast, and shows a capacity that is near', () => {
    const plot = plotTrend(trend, box);
    expect(plot.ticks.at(-1)).toBe(80);
    expect(plot.bands.map(({ layer }) => layer)).toEqual(['working', 'objects']);
    expect(plot.line).toBe('M0 75L78 50');
    expect(plot.ahead.startsWith('M78 50L100 ')).toBe(true);
    expect(Number(plot.ahead.split(' ').at(-1))).toBeLessThan(50);
    expect(plot.capacity).toBe(80);
    expect(plotTrend({ ...trend, capacityBytes: 10_000 }, box).capacity).toBeNull();
  });

  it('ends with the last sample where nothing grows', () => {
    const plot = plotTrend({ samples: trend.samples }, box);
    expect(plot.ahead).toBe('');
    expect(plot.line).toBe('M0 50L100 0');
    expect(nearestSample(trend.samples, plot, 60)).toBe(1);
  });

  it('is drawn small as a line', () => {
    expect(sparkline([1, 3, 2], 20, 10)).toBe('M0 10L10 0L20 5');
    expect(sparkline([4, 4], 20, 10)).toBe('M0 5L20 5');
  });
});

describe('growth', () => {
  const grown = (bytesBefore: number, bytesAfter: number) => ({
    ...{ key: 'k', name: 'k', kind: 'folder' as const, canOpen: false, bytesBefore, bytesAfter },
  });

  it('has bars from the middle on one scale', () => {
    const rows = [grown(0, 100), grown(50, 0)];
    const scale = scaleOf(rows);
    expect(rows.map((one) => barOf(one, scale))).toEqual([
      { left: 50, width: 50 },
      { left: 25, width: 25 },
    ]);
    expect(formatChange(1200)).toBe('+1.2\u00a0kB');
    expect(formatChange(-1200)).toBe('−1.2\u00a0kB');
    expect(formatChange(0)).toBe('0\u00a0B');
  });

  it('is over a week when nothing else is asked for', () => {
    const counts = [0, 5, 9, 16].map((day) => new Date(NOW + day * DAY).toISOString());
    expect(weekBefore(counts)).toBe(counts[2]);
    expect(weekBefore(counts.slice(0, 2))).toBe(counts[0]);
    expect(weekBefore([])).toBe('');
  });
});
