/** The words of restoring: all times of a file, the search over all backups, and the self-check. */
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
    title: 'All times of this file',
    show: 'All times of this file',
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

  backupSearch: {
    title: 'Search all backups',
    field: 'A part of a name, or a pattern with * and ?',
    hint: 'Finds files and folders by name in every backup of every destination that can be reached.',
    none: 'Nothing found',
    noneLine: 'Try a part of it, or a pattern such as *.psd.',
    searching: 'Searching…',
    colName: 'Name',
    colBackup: 'Newest backup',
    colDestination: 'Destination',
    colBackups: 'Backups',
    colSize: 'Size',
    colActions: 'Actions',
    open: 'Show',
    openNamed: (name: string) => `Show ${name} in its backup`,
    restore: 'Restore…',
    restoreNamed: (name: string) => `Restore ${name}`,
    count: (count: number) => plural(count, { one: '1 place', other: '# places' }),
  },

  doctor: {
    title: 'Self-check',
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
          ? plural(warnings, { one: '1 thing needs attention', other: '# things need attention' })
          : '',
      ]
        .filter(Boolean)
        .join(', '),
    levels: { error: 'Broken', warning: 'Needs attention', ok: 'Good' },
    fixed: 'Repaired and checked again',
    open: 'Open self-check',
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
