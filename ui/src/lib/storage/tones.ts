/** The colour of a row in a picture of the storage: one tone for a class, layer or age, or for a branch of a sunburst. */
import type { FileClass, UsageLayer, UsageRow, UsageView } from '$lib/backend/bindings';
import { parseTime } from '$lib/format/time';
import { words } from '$lib/words';
import { inOrder } from './rows';

export type AgeStep = 0 | 1 | 2 | 3 | 4 | 5;
export type Tone =
  | `class-${FileClass | 'kept'}`
  | `layer-${UsageLayer}`
  | `age-${AgeStep}`
  | `branch-${number}`
  | 'rest';
export type ToneSum = { tone: Tone; name: string; bytes: number };

const DAY = 86_400_000;
/** The days up to which each step of age goes; the last step has no end. */
const AGE_DAYS = [1, 7, 30, 91, 365];
const AGES = ['day', 'week', 'month', 'quarter', 'year', 'older'];
/** The branches that have a hue of their own; the smaller ones share that of the rest. */
const BRANCHES = 8;

export function ageStep(modified: string | null | undefined, now: number): AgeStep {
  const days = modified ? (now - parseTime(modified)) / DAY : Infinity;
  const step = AGE_DAYS.findIndex((most) => days <= most);
  return (step < 0 ? AGE_DAYS.length : step) as AgeStep;
}

type Shown = Pick<UsageView, 'by' | 'key'>;

/**
 * The tone of a row: its age where the picture is divided by age, its layer where all is divided by
 * layer, and its class everywhere else, also inside of one layer. What Undercroft keeps is one class.
 */
export function toneOf(row: UsageRow, { by, key }: Shown, now: number): Tone {
  if (row.kind === 'rest') return 'rest';
  if (by === 'age') return `age-${ageStep(row.modified, now)}`;
  if (by === 'layer' && key === '' && row.layer) return `layer-${row.layer}`;
  if (row.kind === 'destination') return 'class-kept';
  return row.layer && row.layer !== 'working' ? 'class-kept' : `class-${row.class}`;
}

/**
 * The tones of the branches of a sunburst, by the keys of the rows: hues of their own, the largest
 * first, unless the picture is divided by what has a colour.
 */
export function branchTones(view: Shown & Pick<UsageView, 'rows'>, now: number): Map<string, Tone> {
  const coloured = view.by !== 'place' && view.key === '';
  const tones = inOrder(view.rows).map((row, index): [string, Tone] => {
    if (coloured) return [row.key, toneOf(row, view, now)];
    return [row.key, row.kind !== 'rest' && index < BRANCHES ? `branch-${index}` : 'rest'];
  });
  return new Map(tones);
}

/** The name of the custom property that holds the colour. */
export function colourOf(tone: Tone): string {
  return tone === 'rest' ? 'var(--class-other)' : `var(--${tone})`;
}

export function nameOfTone(tone: Tone): string {
  if (tone === 'rest') return words.storage.rest;
  const [family, name] = tone.split('-') as [string, string];
  if (family === 'branch') return '';
  if (family === 'layer') return words.storage.layers[name as UsageLayer];
  if (family === 'age') return words.storage.ages[Number(name)] ?? '';
  return words.storage.classes[name as FileClass | 'kept'];
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

/** The key of the space that the library keeps free for clean-ups. */
const RESERVE = 'layer:catalog/reserve';

/** The short name of a layer, a type or an age by the key of its row, and of the reserve; null for any other key. */
export function nameOfKey(key: string): string | null {
  if (key === RESERVE) return words.storage.reserve;
  const [, family, name] = /^(layer|type|age):(\w+)$/.exec(key) ?? [];
  if (!family || !name) return null;
  if (family === 'age') return words.storage.ages[AGES.indexOf(name)] ?? null;
  return nameOfTone((family === 'type' ? `class-${name}` : `layer-${name}`) as Tone) || null;
}
