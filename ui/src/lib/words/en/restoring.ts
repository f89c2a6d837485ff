/** The words of restoring: all copies of a file, the search over all backups, and the doctor. */
import { pluralIn } from '../plural';

const plural = pluralIn('en-GB');

export const restoringWords = {
  restorePlan: {
    counting: 'Counting what that would do…',
    create: (count: number) =>
      plural(count, { one: '1 file is written', other: '# files are written' }),
    replace: (count: number) =>
      plural(count, { one: '1 file is replaced', other: '# files are replaced' }),
    keep: (count: number) =>
      plural(count, {
        one: '1 file is there already and stays',
        other: '# files are there already and stay',
      }),
    freeSpace: (bytes: string, free: string) => `${bytes} are written; ${free} are free there`,
    freeSpaceUnknown: (bytes: string) => `${bytes} are written`,
    tooLittle: 'There is not enough room.',
    replaced: 'Files that are replaced',
  },

  copies: {
    title: 'All copies',
    show: 'All copies',
    line: 'Each content of this file, in its history, in every backup and archive, newest first.',
    none: 'No copy is known',
    noneLine: 'It is in no version, and in no backup or archive that was looked through.',
    version: 'In the history',
    backups: (count: number) => plural(count, { one: 'in 1 backup', other: 'in # backups' }),
    archives: (count: number) => plural(count, { one: 'in 1 archive', other: 'in # archives' }),
    archiveOf: (when: string) => `Archive of ${when}`,
    look: 'Show',
    hide: 'Hide',
    restoreFrom: (where: string) => `Restore from ${where}`,
    away: 'its drive is away',
    damaged: 'The archive is damaged here: this file can no longer be read from it',
    unread: (name: string, when: string) => `The archive of ${name}, ${when}, cannot be read.`,
  },

  doctor: {
    title: 'Doctor',
    line: 'Looks for whatever could keep Undercroft from doing its work.',
    check: 'Look again',
    looking: 'Looking…',
    well: 'All is well.',
    findings: (errors: number, warnings: number) =>
      [
        errors > 0
          ? plural(errors, { one: '1 thing is broken', other: '# things are broken' })
          : '',
        warnings > 0
          ? plural(warnings, { one: '1 thing to look at', other: '# things to look at' })
          : '',
      ]
        .filter(Boolean)
        .join(', '),
    levels: { error: 'Broken', warning: 'Look at this', ok: 'Good' },
    fixed: 'Done; looked again',
    open: 'Open the doctor',
    areas: {
      library: 'Library',
      catalog: 'Catalog',
      destination: 'Destination',
      project: 'Project',
      plan: 'Plan',
      machine: 'Machine',
      settings: 'Settings',
    } as Record<string, string>,
  },
};
