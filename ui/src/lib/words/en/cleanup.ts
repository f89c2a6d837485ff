/** The words of the automatic clean-up of the library, in English. */

export const cleanupWords = {
  libraryCleanup: {
    title: 'Clean-up',
    next: 'Next automatic clean-up',
    last: 'Last clean-up',
    off: 'does not run automatically',
    never: 'never',
    freed: (bytes: string) => `freed ${bytes}`,
    report: 'Show report',
    change: 'Change',
    setting: 'Clean-up',
    settingHint: 'Frees space by emptying the trash, thinning out versions, and more.',
    open: 'Show what can go',
  },
};
