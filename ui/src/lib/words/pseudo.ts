/**
 * English that shows where words are missing and where room is: each text in brackets, with accents,
 * and almost half as long again.
 */
import type { Words } from '.';

const ACCENTED: Record<string, string> = Object.fromEntries(
  [...'aàcçdðeégĝhĥiîjĵkķlļnñoôrŕsšuûwŵyýzžAÅCÇDÐEÉGĜHĤIÎJĴKĶLĻNÑOÔRŔSŠUÛWŴYÝZŽ']
    .map((letter, at, all) => [letter, all[at + 1] ?? letter])
    .filter((_, at) => at % 2 === 0),
);
const LONGER = 0.4;
/** Words that are the same in every language, or are read by a program. */
const AS_THEY_ARE = new Set(['locale', 'product', 'placeholder']);

export const OPENS = '[!!! ';
export const CLOSES = ' !!!]';

/** The same words, strange; what a text is handed (names, sizes) stays as it is. */
export function pseudo(words: Words): Words {
  return strange(words, []) as Words;
}

function strange(value: unknown, handed: readonly string[]): unknown {
  if (typeof value === 'string') return value && OPENS + longer(value, handed) + CLOSES;
  if (typeof value === 'function')
    return (...given: unknown[]) => strange(value(...given), given.filter(isText));
  if (Array.isArray(value)) return value.map((one) => strange(one, handed));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      AS_THEY_ARE.has(key) ? inner : strange(inner, handed),
    ]),
  );
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Accents on the letters, save those that were handed in, and a tail that breaks as words do. */
function longer(text: string, handed: readonly string[]): string {
  const tail = '~'.repeat(Math.ceil(text.length * LONGER)).replace(/~{6}(?=~)/g, '~~~~~~ ');
  return `${accentBetween(text, handed)} ${tail}`;
}

function accentBetween(text: string, [data, ...others]: readonly string[]): string {
  if (data === undefined) return [...text].map((letter) => ACCENTED[letter] ?? letter).join('');
  return text
    .split(data)
    .map((part) => accentBetween(part, others))
    .join(data);
}
