/** The words of the chosen language. A second language is a second file of the type `Words`. */
import { en } from './en';

export type Words = typeof en;
export const words: Words = en;
