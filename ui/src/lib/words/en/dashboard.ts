/** The words of the dashboard and of the activity. */

import { pluralIn } from '../plural';

const plural = pluralIn('en-GB');

export const dashboardWords = {
  dashboard: {
    sentenceLabel: 'Health',
    needsAttention: 'Needs attention',
    nothingNeeds: 'Nothing needs you right now.',
    recentRuns: 'Recent runs',
    noRuns: 'No run yet. The first backup will appear here.',
    destinations: 'Destinations',
    noDestinations: 'No destination yet',
    noDestinationsHint:
      'A destination is a folder on another drive where backups are kept, encrypted.',
    totals: 'Totals',
    projects: 'Projects',
    protected: 'Protected',
    attention: 'Need attention',
    size: 'Size of all projects',
    running: 'Running now',
    runningNow: (what: string) => `Running: ${what}`,
    backUpAll: 'Back up everything',
    free: (free: string, total: string) => `${free} free of ${total}`,
    addDestinationFor: 'Add destination',
    openProject: 'Open',
  },

  activity: {
    title: 'Activity',
    events: 'Events',
    runs: 'Runs',
    tabs: 'What to show',
    filter: 'Filter by words',
    kind: 'Kind',
    state: 'Outcome',
    project: 'Project',
    empty: 'Nothing has happened yet',
    emptyHint: 'Whatever Undercroft does is written down here.',
    noMatch: 'Nothing matches',
    colTime: 'Time',
    colWhat: 'What',
    colKind: 'Kind',
    colOutcome: 'Outcome',
    colTook: 'Took',
    colData: 'Data',
    details: 'Details',
    openProject: 'Open project',
    older: 'Show older',
    undoable: 'Undo',
    undo: 'Undo…',
    undoNow: 'Undo',
    undoTitle: 'Undo this',
    undoLine: {
      workspace: (what: string) => `${what}. What is there now is saved as a version first.`,
      project: (what: string) => `${what}. It comes back to the list and to its place.`,
      archive: (what: string) => `${what}. It comes back to the archive.`,
      backups: (what: string) => `${what}. They come back to the destination.`,
    },
    undoBlocked: (why: string) => `Cannot be undone: ${why}`,
    until: (date: string) => `until ${date}`,
    colUntil: 'Possible',
    undoEmpty: 'Nothing to undo',
    undoEmptyHint: 'Restores, deletions and what is moved to the trash are listed here.',
    eventsOf: (count: number) => plural(count, { one: '1 event', other: '# events' }),
  },
};
