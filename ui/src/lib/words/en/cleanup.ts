/** The words of the clean-up of the library, in English. */
import { pluralIn } from '../plural';

const plural = pluralIn('en-GB');

export const cleanupWords = {
  libraryCleanup: {
    title: 'Clean-up',
    line: 'Frees space step by step. From the trash, only what has expired is removed.',
    now: 'Clean up now',
    steps: 'Steps',
    step: {
      emptyTrash: 'Empty expired trash',
      clearCaches: 'Clear caches',
      thinVersions: 'Thin out versions',
      compactVersions: 'Compact versions',
      archiveIdle: 'Archive idle projects',
      forgetBackups: 'Remove expired backups',
      pruneBackups: 'Free unused backup space',
    },
    hint: {
      emptyTrash:
        'Removes projects, archives and freed files that were in the trash for long enough.',
      clearCaches: 'Removes what work that was interrupted left in the cache.',
      thinVersions: 'Removes versions that the retention rule no longer keeps.',
      compactVersions: 'Stores versions in less space, and removes what no version needs.',
      archiveIdle: 'Compresses projects that were not changed for a long time.',
      forgetBackups: 'Moves backups that no retention policy keeps to the trash.',
      pruneBackups: 'Removes data that no backup needs any more.',
    },
    include: (step: string) => `Include: ${step}`,
    byItself: 'Runs automatically',
    notByItself: 'Only when you choose it',
    upTo: (bytes: string) => `up to ${bytes}`,
    nothing: 'Nothing to free',
    items: (count: number) => plural(count, { one: '1 item', other: '# items' }),
    showItems: (step: string) => `Show what goes: ${step}`,
    hideItems: (step: string) => `Hide what goes: ${step}`,
    more: (count: number) => plural(count, { one: 'and 1 more', other: 'and # more' }),
    frees: (bytes: string) => `Frees ${bytes}`,
    freesUpTo: (bytes: string) => `Frees up to ${bytes}`,
    freesNothing: 'There is nothing to free in these steps.',
    next: 'Next run',
    last: 'Last run',
    off: 'Does not run automatically',
    never: 'never',
    freed: (bytes: string) => `freed ${bytes}`,
    report: 'Show report',
    setting: 'Clean-up',
    settingHint: 'Frees space by emptying the trash, thinning out versions, and more.',
    open: 'Open clean-up',
  },
};
