/** Pages are laid out from the start of a line to its end, so that they can be read from the right too. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { keyAlongText } from '$lib/reading-direction';

const components = import.meta.glob<string>('../**/*.svelte', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const files = {
  ...components,
  '../styles/global.css': readFileSync(`${import.meta.dirname}/../styles/global.css`, 'utf8'),
};

const PHYSICAL =
  /^\s*(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)|border-(?:top|bottom)-(?:left|right)-radius|left|right|float)\s*:|text-align: (?:left|right)|style:(?:left|right|margin-left|margin-right)\b/gm;
/** Offsets with four values that differ to the left and to the right. */
const FOUR = /^\s*(?:margin|padding|inset): +(\S+) (\S+) (\S+) (\S+);$/gm;

/** Places that a pointer or a picture measures from the left. */
const MEASURED = [
  '../lib/components/storage/PictureTip.svelte',
  '../lib/components/storage/TrendChart.svelte',
  '../lib/components/storage/Treemap.svelte',
];

afterEach(() => document.documentElement.removeAttribute('dir'));

describe('the direction of text', () => {
  it('is no side of the screen in any style', () => {
    const found = Object.entries(files)
      .filter(([path]) => !MEASURED.includes(path))
      .flatMap(([path, text]) => [
        ...[...text.matchAll(PHYSICAL)].map(([one]) => `${path}: ${one.trim()}`),
        ...[...text.matchAll(FOUR)]
          .filter(([, , right, , left]) => right !== left)
          .map(([one]) => `${path}: ${one.trim()}`),
      ]);
    expect(found).toEqual([]);
    expect(Object.keys(files).length).toBeGreaterThan(100);
  });

  it('turns the arrow keys', () => {
    expect(keyAlongText('ArrowRight')).toBe('ArrowRight');
    document.documentElement.dir = 'rtl';
    expect(keyAlongText('ArrowRight')).toBe('ArrowLeft');
    expect(keyAlongText('ArrowLeft')).toBe('ArrowRight');
    expect(keyAlongText('Enter')).toBe('Enter');
  });
});
