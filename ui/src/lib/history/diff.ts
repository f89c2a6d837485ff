/** A diff as rows to draw: pairs side by side or one under the other, with what is left out between. */
import type { Line, Hunk } from '$lib/backend/bindings';

export type Piece = { text: string; changed: boolean };
export type GapRow = { kind: 'gap'; lines: number; heading: string };
export type InlineRow = { kind: 'line'; line: Line; hunk: number; starts: boolean };
export type SplitRow = {
  kind: 'pair';
  left: Line | null;
  right: Line | null;
  hunk: number;
  starts: boolean;
};

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
  const heading = `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`;
  return lines > 0 ? { kind: 'gap', lines, heading } : null;
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

export function splitRows(hunks: readonly Hunk[]): (GapRow | SplitRow)[] {
  let change = -1;
  const rows: (GapRow | SplitRow)[] = [];
  hunks.forEach((hunk, index) => {
    const gap = gapBefore(hunks, index);
    if (gap) rows.push(gap);
    let at = 0;
    while (at < hunk.lines.length) {
      const line = hunk.lines[at];
      if (line === undefined) break;
      if (line.tag === 'same') {
        rows.push({ kind: 'pair', left: line, right: line, hunk: change, starts: false });
        at += 1;
        continue;
      }
      const end = endOfChange(hunk.lines, at);
      const block = hunk.lines.slice(at, end);
      change += 1;
      rows.push(...pairUp(block, change));
      at = end;
    }
  });
  return rows;
}

function endOfChange(lines: readonly Line[], from: number): number {
  const end = lines.findIndex((line, index) => index > from && line.tag === 'same');
  return end < 0 ? lines.length : end;
}

/** The removed lines beside the added ones, as far as both go. */
function pairUp(block: readonly Line[], hunk: number): SplitRow[] {
  const removed = block.filter((line) => line.tag === 'removed');
  const added = block.filter((line) => line.tag === 'added');
  return Array.from({ length: Math.max(removed.length, added.length) }, (_, index) => ({
    kind: 'pair',
    left: removed[index] ?? null,
    right: added[index] ?? null,
    hunk,
    starts: index === 0,
  }));
}

export function countChanges(hunks: readonly Hunk[]): number {
  return hunks.reduce(
    (sum, hunk) => sum + hunk.lines.filter((_, index) => startsChange(hunk.lines, index)).length,
    0,
  );
}

/** The change before or after one, staying at the ends. */
export function stepChange(at: number, by: -1 | 1, count: number): number {
  return count === 0 ? -1 : Math.min(count - 1, Math.max(0, at + by));
}
