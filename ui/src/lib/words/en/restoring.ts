/** The words of restoring: what, from when and where to, the search over all backups, and the self-check. */
import { pluralIn } from '../plural';

const plural = pluralIn('en-GB');

export const restoringWords = {
  restoring: {
    open: 'Restore…',
    title: (what: string) => `Restore ${what}`,
    titleAt: (what: string, when: string) => `Restore ${what} as of ${when}`,
    what: 'What',
    everything: 'Everything',
    wholeBackup: 'the backup',
    morePaths: (count: number) => plural(count, { one: 'and 1 more', other: 'and # more' }),
    from: 'From',
    version: (when: string) => `The version of ${when}`,
    backup: (when: string, destination: string) => `The backup of ${when} on ${destination}`,
    archive: (when: string) => `The archive of ${when}`,
    where: 'Where to',
    inPlace: 'Where it was',
    savedHint: 'What is there now is saved as a version first, so that it can be undone.',
    unsavedHint: 'No version of what is there now is made: what is replaced is lost.',
    nothingThere: 'Nothing is there now.',
    elsewhere: 'Another folder',
    elsewhereHint: 'Choose the folder that receives it.',
    to: 'Into',
    conflict: 'If a file is there already',
    conflicts: { replace: 'Replace it', leave: 'Leave it as it is' },
    conflictHints: {
      replace: 'Files that are only there stay.',
      leave: 'Only files that are missing are written.',
    },
    removeExtra: 'Remove what was not there then',
    removeExtraHint: (count: number) =>
      plural(count, {
        one: '1 file was not there then. Undo brings it back.',
        other: '# files were not there then. Undo brings them back.',
      }),
    keep: 'Keep the archive as well',
    keepHint: 'Otherwise it moves to the trash once the project is back.',
    confirm: 'Restore',
  },

  restoreSummary: {
    title: 'What will happen',
    waits: 'Choose the folder that receives it.',
    nothing: (same: number) =>
      plural(same, {
        one: 'Nothing: the file is there already, and stays.',
        other: 'Nothing: all # files are there already, and stay.',
      }),
    nothingAtAll: 'Nothing: there are no files in it.',
    into: (path: string) => `Into ${path}`,
    writes: (count: number, size: string) =>
      plural(count, { one: `1 file is written, ${size}`, other: `# files are written, ${size}` }),
    replaces: (count: number) =>
      plural(count, {
        one: '1 of them replaces another content',
        other: '# of them replace another content',
      }),
    replacesIt: 'It replaces what is there now',
    removes: (count: number) =>
      plural(count, {
        one: '1 file that was not there then is removed',
        other: '# files that were not there then are removed',
      }),
    stay: (count: number) =>
      plural(count, {
        one: '1 file is there already and stays',
        other: '# files are there already and stay',
      }),
    verified: 'Each file is verified as it is written',
    savedFirst: 'What is there now is saved as a version first',
    wholeProject: 'The project is in use again, with all its versions',
    free: (free: string) => `${free} are free there`,
    tooLittle: 'There is not enough space.',
    changes: 'Files that change',
    taken: 'Files that are there already',
  },

  times: {
    show: 'All times',
    label: 'As it was',
    none: 'No other time of this file is known',
    noneLine: 'It is in no version, and in no backup or archive that can be read.',
    version: 'History',
    backups: (count: number) => plural(count, { one: 'in 1 backup', other: 'in # backups' }),
    archives: (count: number) => plural(count, { one: 'in 1 archive', other: 'in # archives' }),
    archiveOf: (when: string) => `Archive of ${when}`,
    look: 'Show',
    hide: 'Hide',
    lookAt: (when: string) => `Show the content of ${when}`,
    from: 'Read from',
    away: 'Its drive is away',
    damaged: 'The archive is damaged here: this file can no longer be read from it',
    unread: (name: string, when: string) => `The archive of ${name}, ${when}, cannot be read.`,
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
