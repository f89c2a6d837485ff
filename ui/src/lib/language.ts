/** The language of the pages: what the user chose, else the first of the system's that is known. */
import { readPreference, writePreference } from './view-preferences';
import { LANGUAGES, speak, type Language, type Speech, words } from './words';

export const LANGUAGE_CHOICES = ['system', 'en', 'de'] as const;
export type LanguageChoice = (typeof LANGUAGE_CHOICES)[number];

const KEY = 'language';
/** Names a language in the address, for who works on the pages. */
const QUERY = 'language';
const SPEECHES: readonly Speech[] = ['en', 'de', 'pseudo', 'pseudo-rtl'];

const isLanguage = (name: string): name is Language => name in LANGUAGES;

/** The first of these that there are words for; English where there is none. */
export function languageFor(wanted: readonly string[]): Language {
  const known = wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '').find(isLanguage);
  return known ?? 'en';
}

export function chosenLanguage(): LanguageChoice {
  return readPreference(KEY, LANGUAGE_CHOICES, 'system');
}

/** Loads the words, and tells the document its language and direction. */
export async function applyLanguage(): Promise<void> {
  const named = new URLSearchParams(location.search).get(QUERY);
  const choice = chosenLanguage();
  const speech: Speech =
    SPEECHES.find((one) => one === named) ??
    (choice === 'system' ? languageFor(navigator.languages) : choice);
  await speak(speech);
  document.documentElement.lang = words.locale;
  document.documentElement.dir = speech === 'pseudo-rtl' ? 'rtl' : 'ltr';
}

/** Keeps the choice, and loads the page again where it is: words are read once. */
export function chooseLanguage(choice: LanguageChoice): void {
  writePreference(KEY, choice);
  const query = new URLSearchParams(location.search);
  if (!query.has(QUERY)) return location.reload();
  query.delete(QUERY);
  location.search = query.toString();
}
