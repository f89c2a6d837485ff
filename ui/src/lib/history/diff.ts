/** A diff as it is drawn: its changes, the texts on both sides, and what is left out between. */
import type { Line, Hunk } from '$lib/backend/bindings';

export type Piece = { text: string; changed: boolean };
export type GapRow = { kind: 'gap'; lines: number };
export type InlineRow = { kind: 'line'; line: Line; hunk: number; starts: boolean };

/** Cuts a line where its changed spans begin and end. Spans that make no sense are left alone. */
export function piecesOf(text: string, spans: readonly (readonly number[])[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const [start = 0, end = 0] of spans) {
    if (start < at || end <= start) continue;
    if (start > at) pieces.push({ text: text.slice(at, start), changed: false });
    pieces.push({ text: text.slice(start, end), changed: true });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), changed: false });
  return pieces;
}

/** The number of unchanged lines before each hunk. */
function gapBefore(hunks: readonly Hunk[], index: number): GapRow | null {
  const hunk = hunks[index];
  if (!hunk) return null;
  const before = hunks[index - 1];
  const end = before ? before.newStart + before.newLines : 1;
  const lines = hunk.newStart - end;
  return lines > 0 ? { kind: 'gap', lines } : null;
}

/** The first line of every run of changes inside the hunks: where n and p stop. */
function startsChange(lines: readonly Line[], index: number): boolean {
  const here = lines[index];
  const before = lines[index - 1];
  return here !== undefined && here.tag !== 'same' && (!before || before.tag === 'same');
}

export function inlineRows(hunks: readonly Hunk[]): (GapRow | InlineRow)[] {
  let change = -1;
  return hunks.flatMap((hunk, index) => {
    const gap = gapBefore(hunks, index);
    const rows = hunk.lines.map((line, at): InlineRow => {
      const starts = startsChange(hunk.lines, at);
      if (starts) change += 1;
      return { kind: 'line', line, hunk: change, starts };
    });
    return gap ? [gap, ...rows] : rows;
  });
}

/** A run of lines that are gone, and those that came in their place. */
export type LineChange = {
  /** The numbers, before and after, of its first line, or of the line that it comes before. */
  oldFrom: number;
  newFrom: number;
  removed: Line[];
  added: Line[];
};

export function changesOf(hunks: readonly Hunk[]): LineChange[] {
  return hunks.flatMap((hunk) => {
    const changes: LineChange[] = [];
    // A hunk without lines of a side has all of the other: there is nothing around it.
    let oldFrom = hunk.oldLines > 0 ? hunk.oldStart : 1;
    let newFrom = hunk.newLines > 0 ? hunk.newStart : 1;
    hunk.lines.forEach((line, index) => {
      if (startsChange(hunk.lines, index))
        changes.push({ oldFrom, newFrom, removed: [], added: [] });
      if (line.tag !== 'same') changes.at(-1)?.[line.tag].push(line);
      if (line.tag !== 'added') oldFrom += 1;
      if (line.tag !== 'removed') newFrom += 1;
    });
    return changes;
  });
}

export function countChanges(hunks: readonly Hunk[]): number {
  return changesOf(hunks).length;
}

/** The lines of a text in the form of the engine: each ends with a line break. */
export function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

/** The lines before, by those after and all changes. */
export function linesBefore(after: readonly string[], changes: readonly LineChange[]): string[] {
  let at = 0;
  const parts = changes.flatMap(({ newFrom, removed, added }) => {
    const same = after.slice(at, newFrom - 1);
    at = newFrom - 1 + added.length;
    return [same, removed.map((line) => line.text)];
  });
  return [...parts, after.slice(at)].flat();
}

/** A stretch of unchanged lines that is not shown at first. */
export type Fold = { oldFrom: number; newFrom: number; lines: number };

const SHOWN_AROUND = 3;
const FEWEST_FOLDED = 4;

export function foldsOf(changes: readonly LineChange[], linesAfter: number): Fold[] {
  const folds: Fold[] = [];
  let old = 1;
  let now = 1;
  for (let index = 0; index <= changes.length; index += 1) {
    const change = changes[index];
    const from = index > 0 ? now + SHOWN_AROUND : now;
    const until = change ? change.newFrom - SHOWN_AROUND : linesAfter + 1;
    if (until - from >= FEWEST_FOLDED)
      folds.push({ oldFrom: old + from - now, newFrom: from, lines: until - from });
    if (change) {
      old = change.oldFrom + change.removed.length;
      now = change.newFrom + change.added.length;
    }
  }
  return folds;
}

/** The change before or after one, staying at the ends. */
export function stepChange(at: number, by: -1 | 1, count: number): number {
  return count === 0 ? -1 : Math.min(count - 1, Math.max(0, at + by));
}
