/** The words of runs: their parts, their log, and the calendar, in English. */
import { pluralIn } from '../plural';

const plural = pluralIn('en-GB');

export const runWords = {
  runs: {
    plan: 'Plan',
    destination: 'Destination',
    kind: 'What',
    calendar: 'Calendar',
    parts: 'Parts',
    colAdded: 'Added',
    log: 'Log',
    logEmpty: 'Nothing was written down.',
    exportText: 'Export as text',
    exportJson: 'Export as JSON',
    export: 'Export the log',
    planned: 'Planned for',
    late: (span: string) => `${span} later than planned`,
    levels: { info: 'Note', warning: 'Warning', error: 'Error' },
    pause: 'Pause',
    resume: 'Resume',
    pauseNamed: (title: string) => `Pause ${title}`,
    resumeNamed: (title: string) => `Resume ${title}`,
    paused: 'Paused',
    openBackup: 'Browse',
    again: 'Run the plan again',
    none: 'No run yet',
    noneHint: 'What a plan does is written down here, part by part.',
  },

  calendar: {
    title: 'Calendar of runs',
    previous: 'Earlier month',
    next: 'Later month',
    today: 'Today',
    day: (date: string, runs: number, planned: number) =>
      [
        date,
        runs > 0 ? plural(runs, { one: '1 run', other: '# runs' }) : '',
        planned > 0 ? plural(planned, { one: '1 planned', other: '# planned' }) : '',
      ]
        .filter(Boolean)
        .join(', '),
    nothing: 'nothing',
    planned: 'Planned',
    runsOf: (date: string) => `Runs of ${date}`,
    legend: 'What the signs mean',
    noneThatDay: 'Nothing ran that day.',
  },
};
