import { describe, expect, it } from 'vitest';
import type { Change, Day, FileVersion, Hunk, Line, Version } from '$lib/backend/bindings';
import { RecordedBackend } from '$lib/backend/recorded';
import { nameFiles, namesTaken } from '$lib/components/files/upload';
import {
  changesOf,
  countChanges,
  foldsOf,
  inlineRows,
  linesBefore,
  linesOf,
  piecesOf,
  stepChange,
} from './diff';
import { recentFiles } from './recent';
import { sizePoints, stepLine } from './sizes';
import {
  dayRange,
  dateOf,
  dateOfNumber,
  dayNumber,
  layOutDays,
  monthsOf,
  nearestBar,
  nearestTick,
  neighbourDay,
  positionOf,
  ticksOf,
} from './timeline';

const day = (date: string, versions: number): Day => ({
  date,
  versions,
  changes: versions,
  hours: new Array<number>(24).fill(0),
});
const local = (year: number, month: number, date: number, hour: number) =>
  new Date(year, month - 1, date, hour).toISOString();
const template = new RecordedBackend().library.versions[0] as Version;
const version = (id: string, time: string): Version => ({ ...template, id, time });

describe('the timeline', () => {
  const days = [day('2026-11-01', 4), day('2026-10-28', 1), day('2026-11-04', 16)];

  it('numbers days one after the other, over months, years and leap days', () => {
    expect(dayNumber('2024-03-01') - dayNumber('2024-02-28')).toBe(2);
    expect(dayNumber('2027-01-01') - dayNumber('2026-12-31')).toBe(1);
    expect(dateOfNumber(dayNumber('2026-03-29'))).toBe('2026-03-29');
  });

  it('lays days out from the first to today, the busiest highest', () => {
    const axis = layOutDays(days, '2026-11-05');
    expect(axis.length).toBe(9);
    expect(axis.bars.map((bar) => bar.at)).toEqual([0, 4, 7]);
    expect(axis.bars.map((bar) => bar.share)).toEqual([0.25, 0.5, 1]);
    expect(monthsOf(axis)).toEqual([{ at: 4, date: '2026-11-01' }]);
    expect(layOutDays([], '2026-11-05')).toMatchObject({ bars: [], length: 1 });
  });

  it('finds what lies nearest to the mouse, and the next day with versions', () => {
    const axis = layOutDays(days, '2026-11-05');
    expect(nearestBar(axis, 5.4)?.date).toBe('2026-11-01');
    expect(nearestBar(axis, 99)?.date).toBe('2026-11-04');
    expect(nearestBar(layOutDays([], '2026-11-05'), 1)).toBeUndefined();
    expect(neighbourDay(days, '2026-11-01', -1)).toBe('2026-10-28');
    expect(neighbourDay(days, '2026-11-01', 1)).toBe('2026-11-04');
    expect(neighbourDay(days, '2026-11-04', 1)).toBeUndefined();
  });

  it('bounds a day by its own midnights', () => {
    const { from, until } = dayRange('2026-11-04');
    expect(dateOf(from)).toBe('2026-11-04');
    expect(dateOf(Date.parse(until) - 1)).toBe('2026-11-04');
    expect(dateOf(until)).toBe('2026-11-05');
  });

  it('puts versions into their day by the hour', () => {
    const shown = [version('b', local(2026, 11, 4, 18)), version('a', local(2026, 11, 4, 6))];
    const ticks = ticksOf(shown, '2026-11-04');
    expect(ticks).toEqual([
      { id: 'b', at: 0.75 },
      { id: 'a', at: 0.25 },
    ]);
    expect(nearestTick(ticks, 0.4)?.id).toBe('a');
    expect(ticksOf(shown, '2026-11-05')).toEqual([]);
  });

  it('counts where in all versions one is, from any stretch of them', () => {
    const newest = [version('c', local(2026, 11, 4, 18)), version('b', local(2026, 11, 4, 6))];
    expect(positionOf(days, newest, 0)).toEqual({ at: 20, of: 21 });
    expect(positionOf(days, newest, 1)).toEqual({ at: 19, of: 21 });
    const older = [version('a', local(2026, 10, 28, 9))];
    expect(positionOf(days, older, 0)).toEqual({ at: 0, of: 21 });
    expect(positionOf(days, older, -1)).toEqual({ at: -1, of: 21 });
  });
});

describe('the files that changed last', () => {
  const change = (path: string, kind: Change['kind'] = 'modified', from?: string): Change => ({
    path: path.split('/'),
    kind,
    ...(from ? { from: from.split('/') } : {}),
  });
  const made = (id: string, changes: Change[]) => ({
    version: version(id, local(2026, 11, 4, 9)),
    changes,
    changesTotal: changes.length,
  });
  const named = (most: number) =>
    recentFiles(
      [
        made('c', [
          change('a', 'metadata'),
          change('new/b', 'renamed', 'b'),
          change('gone', 'removed'),
        ]),
        made('b', [change('a'), change('b'), change('gone')]),
        made('a', [change('a'), change('d', 'added')]),
      ],
      most,
    ).map((file) => [file.change.path.join('/'), file.version.id]);

  it('are named once each, by their newest change and the name that they have now', () => {
    expect(named(9)).toEqual([
      ['new/b', 'c'],
      ['gone', 'c'],
      ['a', 'b'],
      ['d', 'a'],
    ]);
    expect(named(2)).toHaveLength(2);
    expect(recentFiles([], 3)).toEqual([]);
  });
});

describe('a diff', () => {
  const line = (tag: Line['tag'], text: string): Line => ({
    tag,
    text,
    old: null,
    new: null,
    spans: [],
  });
  const hunk = (newStart: number, newLines: number, lines: Line[]): Hunk => ({
    oldStart: newStart,
    oldLines: 1,
    newStart,
    newLines,
    lines,
  });

  it('marks the words that differ, and leaves senseless spans alone', () => {
    expect(piecesOf('let a = 1;', [[8, 9]])).toEqual([
      { text: 'let a = ', changed: false },
      { text: '1', changed: true },
      { text: ';', changed: false },
    ]);
    expect(piecesOf('😀x', [[2, 3]]).map((piece) => piece.text)).toEqual(['😀', 'x']);
    const whole = [{ text: 'abc', changed: false }];
    expect(piecesOf('abc', [[2, 2]])).toEqual(whole);
    expect(piecesOf('', [])).toEqual([]);
  });

  it('says how many lines are left out before each part', () => {
    const rows = inlineRows([
      hunk(1, 2, [line('same', 'a'), line('added', 'b')]),
      hunk(10, 1, [line('added', 'c')]),
    ]);
    expect(rows.map((row) => (row.kind === 'gap' ? row.lines : row.line.text))).toEqual([
      'a',
      'b',
      7,
      'c',
    ]);
  });

  it('pairs what is gone with what came instead', () => {
    const changes = changesOf([
      hunk(1, 3, [
        line('removed', 'x'),
        line('added', 'y'),
        line('added', 'z'),
        line('same', 'end'),
        line('removed', 'tail'),
      ]),
    ]);
    const texts = (lines: Line[]) => lines.map(({ text }) => text);
    expect(
      changes.map(({ oldFrom, newFrom, removed, added }) => [
        oldFrom,
        texts(removed),
        newFrom,
        texts(added),
      ]),
    ).toEqual([
      [1, ['x'], 1, ['y', 'z']],
      [3, ['tail'], 4, []],
    ]);
  });

  it('counts changes the same in both forms, and steps between them within bounds', () => {
    const lines = [
      ...[line('same', 'a'), line('removed', 'b'), line('added', 'B'), line('same', 'c')],
      ...[line('same', 'd'), line('same', 'e'), line('same', 'f'), line('removed', 'g')],
      ...[line('added', 'G'), line('same', 'h'), line('added', 'i')],
    ];
    const hunks = [hunk(1, 9, lines)];
    const count = countChanges(hunks);
    expect(count).toBe(3);
    const starts = inlineRows(hunks).filter((row) => row.kind === 'line' && row.starts);
    expect(starts.length).toBe(count);
    expect(stepChange(-1, 1, count)).toBe(0);
    expect(stepChange(2, 1, count)).toBe(2);
    expect(stepChange(0, -1, count)).toBe(0);
    expect(stepChange(0, 1, 0)).toBe(-1);
  });

  /** The sides of a patch, each line with its sign before it, and its hunks with a line around. */
  function patch(signed: readonly string[]) {
    const tags: Record<string, Line['tag']> = { ' ': 'same', '-': 'removed', '+': 'added' };
    const lines = signed.map((each) => line(tags[each.charAt(0)] ?? 'same', each.slice(1)));
    const differs = (index: number) => (lines[index]?.tag ?? 'same') !== 'same';
    const hunks: Hunk[] = [];
    let [old, now, open] = [1, 1, false];
    lines.forEach((each, index) => {
      const isNear = [index - 1, index, index + 1].some(differs);
      if (isNear && !open)
        hunks.push({ oldStart: old, oldLines: 0, newStart: now, newLines: 0, lines: [] });
      open = isNear;
      const hunk = isNear ? hunks.at(-1) : undefined;
      hunk?.lines.push(each);
      if (each.tag !== 'added') old += 1;
      if (each.tag !== 'removed') now += 1;
      if (hunk) [hunk.oldLines, hunk.newLines] = [old - hunk.oldStart, now - hunk.newStart];
    });
    const without = (tag: Line['tag']) =>
      lines.filter((each) => each.tag !== tag).map(({ text }) => text);
    return { before: without('added'), after: without('removed'), changes: changesOf(hunks) };
  }

  it('gives the text before, from the text after and what changed', () => {
    const numbered = Array.from({ length: 40 }, (_, index) => ` line ${index}`);
    const other = numbered
      .toSpliced(30, 0, '+new', '+')
      .toSpliced(20, 2, '-two', '-lines', '+one')
      .with(0, '-first')
      .with(39, '+last');
    const all = (sign: string) => numbered.map((each) => sign + each.slice(1));
    for (const signed of [
      [],
      ['+a'],
      ['-a'],
      ['-', '-', '+'],
      numbered,
      other,
      all('+'),
      all('-'),
    ]) {
      const { before, after, changes } = patch(signed);
      expect(linesBefore(after, changes)).toEqual(before);
    }
    expect(linesOf('\n\na\n')).toEqual(['', '', 'a']);
  });

  it('folds unchanged lines, but for those around a change and a few that are not worth it', () => {
    const lines = Array.from({ length: 30 }, (_, index) => ` ${index + 1}`);
    const far = patch(lines.with(21, '-22').toSpliced(11, 1, '-12', '+x'));
    expect(foldsOf(far.changes, 29)).toEqual([
      { oldFrom: 1, newFrom: 1, lines: 8 },
      { oldFrom: 26, newFrom: 25, lines: 5 },
    ]);
    const near = patch(lines.toSpliced(6, 1, '-7', '+x'));
    expect(foldsOf(near.changes, 30)).toEqual([{ oldFrom: 11, newFrom: 11, lines: 20 }]);
    expect(foldsOf([], 5)).toEqual([{ oldFrom: 1, newFrom: 1, lines: 5 }]);
  });
});

describe('the size of a file over time', () => {
  const at = (seq: number, hour: number, sizeBytes: number | null): FileVersion => ({
    version: { ...template, id: `v${seq}`, seq, time: local(2026, 11, 4, hour) },
    path: ['a'],
    kind: sizeBytes === null ? 'removed' : 'modified',
    sizeBytes,
  });

  it('is a line of steps from the oldest to the newest, without what is gone', () => {
    const points = sizePoints([at(3, 20, 50), at(2, 15, null), at(1, 10, 100)], 100, 40);
    expect(points.map(({ version: id, x, y }) => [id, x, y])).toEqual([
      ['v1', 0, 0],
      ['v3', 100, 20],
    ]);
    expect(stepLine(points, 100)).toBe('M0 0H100V20H100');
    expect(stepLine([], 100)).toBe('');
  });
});

describe('dropped files', () => {
  const files = ['a.txt', 'b.txt'].map((name) => new File(['x'], name));
  const listing = {
    path: [],
    entries: ['a.txt', 'a (2).txt'].map((name) => ({
      name,
      kind: 'file' as const,
      sizeBytes: 1,
      modified: '',
      mode: '',
    })),
  };

  it('keep, replace or leave what is there', () => {
    const names = (choice: 'keepBoth' | 'replace' | 'skip') =>
      nameFiles(files, choice, listing).map((one) => one.name);
    expect(namesTaken(['a.txt', 'b.txt'], listing)).toEqual(['a.txt']);
    expect(names('keepBoth')).toEqual(['a (3).txt', 'b.txt']);
    expect(names('replace')).toEqual(['a.txt', 'b.txt']);
    expect(names('skip')).toEqual(['b.txt']);
  });
});
