/** The words of what needs attention, and of the acts that help, in English. */
import { pluralIn } from '../plural';

const plural = pluralIn('en-GB');

export const concernWords = {
  reviewPlaces: {
    title: 'Review recorded folders',
    line: 'The recovered library names these folders. They are read and written only after you confirm them.',
    none: 'Every folder is confirmed',
    confirm: 'Confirm selected',
    confirmed: (count: number) =>
      plural(count, { one: 'Confirmed 1 folder', other: 'Confirmed # folders' }),
  },

  concerns: {
    count: (count: number) =>
      plural(count, { one: '1 thing needs attention', other: '# things need attention' }),
    levels: { error: 'Work may be lost', warning: 'Needs attention' },
    more: (count: number) => plural(count, { one: 'Show 1 more', other: 'Show # more' }),
    fewer: 'Show fewer',
    acts: {
      backUp: 'Back up now',
      locate: 'Locate…',
      review: 'Review',
      restoreLost: 'Restore what is gone…',
      repair: 'Repair…',
      showRun: 'Show run',
      runAgain: 'Run again',
      freeSpace: 'Free space…',
      openArchive: 'Open Archive',
      open: 'Open',
      doctor: 'Open self-check',
      startVersions: 'Start versions',
      resumeWatching: 'Resume watching',
      enterPassword: 'Enter password…',
      confirmHooks: 'Confirm…',
      addDestination: 'Add another destination',
      know: 'I know',
    },
    actFor: (act: string, subject: string) => `${act}: ${subject}`,
    known: (subject: string) => `You will not be told of this again: ${subject}`,
    located: (name: string) => `Found ${name} again`,
    upcoming: 'Upcoming runs',
  },
};
