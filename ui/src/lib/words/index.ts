/**
 * The words of the chosen language. English comes with the program; a language beside it is a file of
 * the type `Words`, loaded by `speak` before anything that reads words.
 */
import { en } from './en';

export type Words = typeof en;

/** The languages that a user may choose, each by its own name. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;
/** Beside the languages: English made longer and strange, read to the right or to the left. */
export type Speech = Language | 'pseudo' | 'pseudo-rtl';

const loaders: Record<Speech, () => Words | Promise<Words>> = {
  en: () => en,
  de: async () => (await import('./de')).de,
  pseudo: async () => (await import('./pseudo')).pseudo(en),
  'pseudo-rtl': async () => (await import('./pseudo')).pseudo(en),
};

export let words: Words = en;

/** Takes the words of a language. */
export async function speak(speech: Speech): Promise<void> {
  words = await loaders[speech]();
}
