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
};
