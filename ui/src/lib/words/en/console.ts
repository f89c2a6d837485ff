/** The words around commands in words, of the help, and of the diagnostics. */
import { pluralIn } from '../plural';

const plural = pluralIn('en-GB');

export const consoleWords = {
  console: {
    title: 'Answer',
    near: 'Did you mean',
    run: 'Enter to run',
    open: 'Enter to open',
    more: (count: number) => plural(count, { one: '1 more line', other: '# more lines' }),
    setting: (key: string, purpose: string) => `${key}: ${purpose}`,
  },

  help: {
    title: 'Help',
    pages: 'Pages of the help',
    search: 'Search the help',
    none: 'No page has all of these words',
    missing: 'There is no such page',
    missingLine: 'The list has all pages of the help.',
    all: 'All pages',
    forPage: 'Help for this page',
    at: (page: string, heading: string) => `${page}: ${heading}`,
  },
};
