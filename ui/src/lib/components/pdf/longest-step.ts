/** The longest step of drawing a page: what is drawn in one go, while nothing else in the window moves. A path is one,
 * and so are a tile of a pattern and a text whose letters are drawings. */
import { OPS } from 'pdfjs-dist/legacy/build/pdf.mjs';

export type OperatorList = { fnArray: readonly number[]; argsArray: readonly unknown[] };
/** A font's letters that are drawings, by their names. */
export type DrawnLetters = Record<string, OperatorList | undefined>;
type LettersOf = (font: string) => DrawnLetters | undefined;

/** A command, beside the numbers of a path. */
const COMMAND = 10;
/** Patterns in patterns: nobody needs more, and a page may try. */
const DEEPEST = 8;

/** Lines that are only stroked take no time to speak of, however many they are. */
const STROKES: ReadonlySet<unknown> = new Set([OPS.stroke, OPS.closeStroke]);

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The longest step, in numbers of paths. */
export function longestStep(page: OperatorList, lettersOf: LettersOf): number {
  return steps(page, lettersOf, 0).reduce((longest, one) => Math.max(longest, one), 0);
}

/** The weight of each command. */
function steps({ fnArray, argsArray }: OperatorList, lettersOf: LettersOf, depth: number) {
  let letters: DrawnLetters | undefined;
  const known = new Map<OperatorList, number>();
  const weightOf = (list: OperatorList) => {
    const weight = known.get(list) ?? sum(list, lettersOf, depth + 1);
    known.set(list, weight);
    return weight;
  };
  return fnArray.map((command, at) => {
    const args = listOf(argsArray[at]);
    switch (command) {
      case OPS.constructPath:
        return STROKES.has(args[0]) ? COMMAND : numbersIn(listOf(args[1])[0]);
      case OPS.setFillColorN:
      case OPS.setStrokeColorN:
        return args[0] === 'TilingPattern' ? weightOf(args[2] as OperatorList) : COMMAND;
      case OPS.setFont:
        letters = lettersOf(String(args[0]));
        return COMMAND;
      case OPS.showText:
        return COMMAND + (letters ? textWeight(listOf(args[0]), letters, weightOf) : 0);
      default:
        return COMMAND;
    }
  });
}

function sum(list: OperatorList, lettersOf: LettersOf, depth: number): number {
  if (depth > DEEPEST) return Infinity;
  return steps(list, lettersOf, depth).reduce((total, one) => total + one, 0);
}

const numbersIn = (path: unknown): number => (path instanceof Float32Array ? path.length : COMMAND);

function textWeight(
  glyphs: readonly unknown[],
  letters: DrawnLetters,
  weightOf: (list: OperatorList) => number,
): number {
  return glyphs.reduce<number>((total, glyph) => {
    const name = (glyph as { operatorListId?: string } | null)?.operatorListId;
    const drawn = name === undefined ? undefined : letters[name];
    return total + (drawn ? weightOf(drawn) : COMMAND);
  }, 0);
}
