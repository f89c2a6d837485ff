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
  },

  diagnostics: {
    title: 'Diagnostics',
    row: 'Details for a bug report',
    hint: 'Version, settings, sizes, findings and errors, as one file to read and save',
    open: 'Diagnostics…',
    line: 'This is what will be saved. It holds no passwords, keys or tokens, and no file contents.',
    names: 'Include names of projects, folders and files',
    namesHint: 'Otherwise they are replaced.',
    save: 'Save…',
    saved: (path: string) => `Saved as ${path}`,
  },

  help: {
    title: 'Help',
    pages: 'Pages of the help',
    /** In another language: that the help is not. */
    language: '',
    search: 'Search the help',
    none: 'No page has all of these words',
    missing: 'There is no such page',
    missingLine: 'The list has all pages of the help.',
    all: 'All pages',
    forPage: 'Help for this page',
    at: (page: string, heading: string) => `${page}: ${heading}`,
  },
};
