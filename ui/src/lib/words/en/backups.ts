/** The words of the page of backups: their status, the first set-up, and what the guard noticed. */
import { pluralIn } from '../plural';

const plural = pluralIn('en-GB');

export const backupsWords = {
  overview: {
    paused: (until: string) => `Backups are paused until ${until}.`,
    pausedOpen: 'Backups are paused until you resume them.',
    off: 'Backups are off in Settings: no plan runs automatically.',
    noPlan: 'Nothing is backed up automatically yet.',
    backUpNow: 'Back up now',
    addDestination: 'Add destination',
    newPlan: 'New plan',
    recentRuns: 'Recent runs',
    allRuns: 'All runs',
    calendar: 'Calendar',
    upcoming: 'Coming runs',
    noUpcoming: 'No run is planned.',
    search: 'Search files',
    proven: 'Proven',
    notProvenYet: 'Not proven restorable yet',
    lastProven: 'Last proven restorable',
    inTrash: (count: number) => plural(count, { one: '1 in the trash', other: '# in the trash' }),
    backups: (count: number) => plural(count, { one: '1 backup', other: '# backups' }),
    lastBackup: 'Last backup',
    problems: (count: number) =>
      plural(count, { one: '1 thing found wrong', other: '# things found wrong' }),
    daysSince: (days: number) =>
      days === 0
        ? 'Less than a day since the last backup'
        : plural(days, {
            one: '1 day since the last backup',
            other: '# days since the last backup',
          }),
    passwordMissing: 'Its password must be typed',
    nextRun: 'Next run',
    protection: 'Backups',
    coveredBy: 'Backed up by',
    notCovered: 'No plan backs this project up.',
    provenNever: 'No test restore of its files yet.',
  },

  setup: {
    emptyTitle: 'No backup yet',
    emptyLine:
      'Versions undo mistakes. A backup on another drive brings everything back if the disk fails.',
    recover: 'Get everything back from a backup',
  },

  kit: {
    title: (name: string) => `Recovery kit of ${name}`,
    line: 'What is where, its password, and how to get it back with or without Undercroft. Print it, or keep it away from this machine: without the password nobody can open these backups.',
    label: 'Recovery kit',
    show: 'Show recovery kit',
    print: 'Print',
    save: 'Save into a folder…',
    saved: (path: string) => `Saved ${path}`,
    download: 'Download',
    later: 'Later',
    done: 'I have put it away',
  },

  guard: {
    title: 'Something unusual',
    meant: 'That was meant',
    meantHint: 'Backups go on, and old ones are let go as planned.',
    held: 'Until you answer, no old backup is let go.',
    examples: 'For example',
    answeredMeant: 'Good. Old backups are let go as planned again.',
    reopened: 'The alert is open again. No old backup is let go.',
    restore: {
      deletion: 'Restore what is gone…',
      rewriting: 'Restore what was there…',
    },
    look: 'Open project',
    kinds: {
      deletion: 'Many files are gone',
      rewriting: 'Many files were rewritten at once',
      growth: 'It grew suddenly',
    },
  },
};
