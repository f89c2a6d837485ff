/** A small line diff for made-up files: hunks with three lines around, and the words that differ. */
import type { Hunk, Line } from '../bindings';

const AROUND = 3;

export function diffTexts(oldText: string, newText: string): Hunk[] {
  return gather(align(linesOf(oldText), linesOf(newText)));
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** By the longest common subsequence; made-up files are short enough for the table. */
function align(before: string[], after: string[]): Line[] {
  const common = table(before, after);
  const lines: Line[] = [];
  let old = 0;
  let now = 0;
  while (old < before.length || now < after.length) {
    if (old < before.length && now < after.length && before[old] === after[now]) {
      lines.push({ tag: 'same', text: before[old] ?? '', old: ++old, new: ++now, spans: [] });
    } else if (
      now >= after.length ||
      (old < before.length && (common[old + 1]?.[now] ?? 0) >= (common[old]?.[now + 1] ?? 0))
    ) {
      lines.push({ tag: 'removed', text: before[old] ?? '', old: ++old, new: null, spans: [] });
    } else {
      lines.push({ tag: 'added', text: after[now] ?? '', old: null, new: ++now, spans: [] });
    }
  }
  return lines;
}

function table(before: string[], after: string[]): number[][] {
  const rows = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  for (let old = before.length - 1; old >= 0; old -= 1) {
    for (let now = after.length - 1; now >= 0; now -= 1) {
      const row = rows[old] as number[];
      const next = rows[old + 1] as number[];
      row[now] =
        before[old] === after[now]
          ? (next[now + 1] ?? 0) + 1
          : Math.max(next[now] ?? 0, row[now + 1] ?? 0);
    }
  }
  return rows;
}

function gather(lines: Line[]): Hunk[] {
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some((line) => line.tag !== 'same'),
  );
  const hunks: Hunk[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    if (!near[at]) continue;
    let end = at;
    while (near[end]) end += 1;
    hunks.push(hunkOf(lines.slice(at, end), lines.slice(0, at)));
    at = end;
  }
  return hunks;
}

function hunkOf(lines: Line[], before: Line[]): Hunk {
  const count = (some: Line[], side: 'old' | 'new') => some.filter((one) => one[side]).length;
  markWords(lines);
  return {
    oldStart: count(before, 'old') + 1,
    oldLines: count(lines, 'old'),
    newStart: count(before, 'new') + 1,
    newLines: count(lines, 'new'),
    lines,
  };
}

/** The spans in which a removed line and the added one in its place differ. */
function markWords(lines: Line[]): void {
  const removed = lines.filter((line) => line.tag === 'removed');
  const added = lines.filter((line) => line.tag === 'added');
  removed.forEach((old, index) => {
    const now = added[index];
    if (!now) return;
    let start = 0;
    while (start < old.text.length && old.text[start] === now.text[start]) start += 1;
    let tail = 0;
    const most = Math.min(old.text.length, now.text.length) - start;
    while (tail < most && old.text.at(-1 - tail) === now.text.at(-1 - tail)) tail += 1;
    if (start === 0 && tail === 0) return;
    old.spans = span(start, old.text.length - tail);
    now.spans = span(start, now.text.length - tail);
  });
}

const span = (start: number, end: number): [number, number][] =>
  end > start ? [[start, end]] : [];
