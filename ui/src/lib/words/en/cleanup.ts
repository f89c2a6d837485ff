/** The words of the automatic clean-up of the library, in English. */

export const cleanupWords = {
  libraryCleanup: {
    title: 'Clean-up',
    does: 'Automatically removes expired trash, old automatic versions, backups that no plan keeps, and what nothing needs; what you named, pinned or saved stays.',
    next: 'Next automatic clean-up',
    last: 'Last clean-up',
    off: 'does not run automatically',
    never: 'never',
    freed: (bytes: string) => `freed ${bytes}`,
    freedNothing: 'nothing to free',
    report: 'Show report',
    change: 'Change',
    setting: 'Clean-up',
    settingHint: 'Frees space by emptying the trash, thinning out versions, and more.',
    open: 'Show what can go',
  },
};
