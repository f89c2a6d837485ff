/** The colours of the tokens, computed: text can be read, shapes can be seen, and no two tones look alike. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(`${import.meta.dirname}/../styles/global.css`, 'utf8');
const TOKEN = /--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);/g;
const tokens = [...css.matchAll(TOKEN)];
const themes = {
  light: new Map(tokens.map(([, name = '', light = '']) => [name, light])),
  dark: new Map(tokens.map(([, name = '', , dark = '']) => [name, dark])),
};

const GROUNDS = ['ground', 'surface', 'raised', 'sunken', 'hover', 'accent-soft'];
const PRESSED = ['pressed', 'track', 'thumb'];
const TONES = ['accent', 'good', 'warn', 'bad', 'run'];
const INKS = ['ink', 'ink-2', 'ink-3'];
/** What lies on what, with at least 4.5 for text and 3 for what only has to be seen. */
const TEXTS: [string, string[]][] = [
  ...[...INKS, ...TONES, 'accent-strong'].map((ink): [string, string[]] => [ink, GROUNDS]),
  ...['ink', 'ink-2'].map((ink): [string, string[]] => [ink, PRESSED]),
  ...['good', 'warn', 'bad', 'run'].map((tone): [string, string[]] => [tone, [`${tone}-soft`]]),
  ...['good', 'warn', 'bad', 'run'].flatMap((tone) =>
    INKS.map((ink): [string, string[]] => [ink, [`${tone}-soft`]]),
  ),
  ...['keyword', 'string', 'number', 'comment', 'type', 'name'].map((part): [string, string[]] => [
    `code-${part}`,
    ['surface', 'sunken', 'added-soft', 'removed-soft'],
  ]),
  ['ink', ['added-strong', 'removed-strong']],
  ['on-accent', ['accent', 'accent-strong']],
];
const SHAPES: [string, string[]][] = [
  ['control-line', ['ground', 'surface', 'raised']],
  ...TONES.map((tone): [string, string[]] => [tone, PRESSED]),
];
/** How far apart two tones are at least, in OKLab: what can be told without a second look. */
const APART = 0.085;

const channels = (hex: string) =>
  [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = channels(hex);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Björn Ottosson's OKLab, from linear sRGB. */
function oklab(hex: string): number[] {
  const [r = 0, g = 0, b = 0] = channels(hex);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function distance(one: string, other: string): number {
  const there = oklab(other);
  return Math.hypot(...oklab(one).map((part, at) => part - (there[at] ?? 0)));
}

describe.each(Object.entries(themes))('%s', (_, theme) => {
  const colour = (name: string) => {
    const found = theme.get(name);
    if (!found) throw new Error(`There is no token ${name}`);
    return found;
  };
  const tooWeak = (pairs: [string, string[]][], least: number) =>
    pairs
      .flatMap(([name, grounds]) => grounds.map((ground) => ({ name, ground })))
      .map(({ name, ground }) => ({ name, ground, is: contrast(colour(name), colour(ground)) }))
      .filter(({ is }) => is < least);

  it('has text that can be read', () => expect(tooWeak(TEXTS, 4.5)).toEqual([]));
  it('has shapes that can be seen', () => expect(tooWeak(SHAPES, 3)).toEqual([]));
  it('has tones that can be told apart', () => {
    const alike = TONES.flatMap((one, at) =>
      TONES.slice(at + 1).map((other) => ({
        one,
        other,
        is: distance(colour(one), colour(other)),
      })),
    ).filter(({ is }) => is < APART);
    expect(alike).toEqual([]);
  });
});
