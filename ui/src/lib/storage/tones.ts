/** The colour of a row in a picture of the storage: one tone for a class, layer or age, wherever it appears. */
import type { FileClass, UsageLayer, UsageRow, UsageView } from '$lib/backend/bindings';
import { parseTime } from '$lib/format/time';
import { words } from '$lib/words';

export type AgeStep = 0 | 1 | 2 | 3 | 4 | 5;
export type Tone = `class-${FileClass}` | `layer-${UsageLayer}` | `age-${AgeStep}` | 'rest';
export type ToneSum = { tone: Tone; name: string; bytes: number };

const DAY = 86_400_000;
/** The days up to which each step of age goes; the last step has no end. */
const AGE_DAYS = [7, 30, 90, 365, 3 * 365];

export function ageStep(modified: string | null | undefined, now: number): AgeStep {
  const days = modified ? (now - parseTime(modified)) / DAY : Infinity;
  const step = AGE_DAYS.findIndex((most) => days <= most);
  return (step < 0 ? AGE_DAYS.length : step) as AgeStep;
}

/**
 * The tone of a row: its age where the picture is divided by age, its layer where all is divided by
 * layer, and its class everywhere else, also inside of one layer.
 */
export function toneOf(
  row: UsageRow,
  { by, key }: Pick<UsageView, 'by' | 'key'>,
  now: number,
): Tone {
  if (row.kind === 'rest') return 'rest';
  if (by === 'age') return `age-${ageStep(row.modified, now)}`;
  if (by === 'layer' && key === '' && row.layer) return `layer-${row.layer}`;
  return `class-${row.class}`;
}

/** The name of the custom property that holds the colour. */
export function colourOf(tone: Tone): string {
  return tone === 'rest' ? 'var(--class-other)' : `var(--${tone})`;
}

export function nameOfTone(tone: Tone): string {
  if (tone === 'rest') return words.storage.rest;
  const [family, name] = tone.split('-') as [string, string];
  if (family === 'layer') return words.storage.layers[name as UsageLayer];
  if (family === 'age') return words.storage.ages[Number(name)] ?? '';
  return words.storage.classes[name as FileClass];
}

/** The tones that are drawn, the most bytes first: the legend of a picture. */
export function sumTones(drawn: readonly { tone: Tone; bytes: number }[]): ToneSum[] {
  const sums = new Map<Tone, number>();
  for (const { tone, bytes } of drawn) sums.set(tone, (sums.get(tone) ?? 0) + bytes);
  return [...sums]
    .map(([tone, bytes]) => ({ tone, bytes, name: nameOfTone(tone) }))
    .sort(
      (left, right) =>
        Number(left.tone === 'rest') - Number(right.tone === 'rest') || right.bytes - left.bytes,
    );
}
