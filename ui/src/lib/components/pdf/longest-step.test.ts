import { OPS } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { describe, expect, it } from 'vitest';
import { longestStep } from './longest-step';
import type { OperatorList } from './longest-step';

const list = (...commands: [number, unknown[]][]): OperatorList => ({
  fnArray: commands.map(([command]) => command),
  argsArray: commands.map(([, args]) => args),
});
const path = (paint: number, numbers: number): [number, unknown[]] => [
  OPS.constructPath,
  [paint, [new Float32Array(numbers)], [0, 0, 1, 1]],
];
const many = (count: number, command: [number, unknown[]]) =>
  list(...Array.from({ length: count }, () => command));
const none = () => undefined;

describe('the longest step of a page', () => {
  it('is one path and not all of them, for between two the window goes on', () => {
    expect(longestStep(many(1000, path(OPS.fill, 300)), none)).toBe(300);
  });

  it('counts no line that is only stroked', () => {
    expect(longestStep(list(path(OPS.stroke, 1_000_000)), none)).toBeLessThan(100);
  });

  it('is a whole tile of a pattern, also in another', () => {
    const tile = many(1000, path(OPS.fill, 300));
    const within = (inner: OperatorList) =>
      list([OPS.setFillColorN, ['TilingPattern', null, inner]]);
    expect(longestStep(within(tile), none)).toBe(300_000);
    expect(longestStep(within(within(tile)), none)).toBe(300_000);
  });

  it('ends where patterns lie in themselves', () => {
    const args: unknown[] = ['TilingPattern', null];
    const endless = list([OPS.setFillColorN, args]);
    args.push(endless);
    expect(longestStep(endless, none)).toBe(Infinity);
  });

  it('is a text with all of its drawn letters', () => {
    const page = list(
      [OPS.setFont, ['F', 12]],
      [OPS.showText, [Array.from({ length: 20 }, () => ({ operatorListId: 'a' }))]],
    );
    const letters = { a: many(100, path(OPS.fill, 300)) };
    expect(longestStep(page, (font) => (font === 'F' ? letters : undefined))).toBeGreaterThan(
      600_000 - 1,
    );
    expect(longestStep(page, none)).toBeLessThan(100);
  });
});
