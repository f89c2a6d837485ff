/** Every word that a user sees, in English. */
import { archiveWords } from './en/archives';
import { backupsWords } from './en/backups';
import { cleanupWords } from './en/cleanup';
import { concernWords } from './en/concerns';
import { consoleWords } from './en/console';
import { dashboardWords } from './en/dashboard';
import { destinationWords } from './en/destinations';
import { fileWords } from './en/files';
import { firstRunWords } from './en/first-run';
import { frameWords } from './en/frame';
import { gitWords } from './en/git';
import { historyWords } from './en/history';
import { planWords } from './en/plans';
import { projectLifeWords } from './en/project-life';
import { projectWords } from './en/projects';
import { recoveryWords } from './en/recovery';
import { restoringWords } from './en/restoring';
import { runWords } from './en/runs';
import { searchWords } from './en/search';
import { settingsWords } from './en/settings';
import { snapshotWords } from './en/snapshots';
import { storageWords } from './en/storage';
import { pluralIn } from './plural';

const locale = 'en-GB';
const plural = pluralIn(locale);

export const en = {
  locale,
  product: 'Undercroft',

  units: {
    bytes: (count: number, figure: string) =>
      plural(count, { one: '1 byte', other: `${figure} bytes` }),
    files: (count: number) => plural(count, { one: '1 file', other: '# files' }),
    items: (count: number) => plural(count, { one: '1 item', other: '# items' }),
    projects: (count: number) => plural(count, { one: '1 project', other: '# projects' }),
    destinations: (count: number) =>
      plural(count, { one: '1 destination', other: '# destinations' }),
    snapshots: (count: number) => plural(count, { one: '1 backup', other: '# backups' }),
    warnings: (count: number) => plural(count, { one: '1 warning', other: '# warnings' }),
    runs: (count: number) => plural(count, { one: '1 run', other: '# runs' }),
    percent: (value: number) => `${value} %`,
  },

  time: {
    justNow: 'just now',
    yesterday: 'yesterday',
    today: 'today',
    days: { today: 'Today', yesterday: 'Yesterday' },
    span: (from: string, until: string) => `${from}–${until}`,
    tomorrow: 'tomorrow',
    minutesAgo: (count: number) => `${count} min ago`,
    hoursAgo: (count: number) => `${count} h ago`,
    daysAgo: (count: number) => plural(count, { one: '1 day ago', other: '# days ago' }),
    moment: (date: string, clock: string) => `${date}, ${clock}`,
    seconds: (count: number) => `${count} s`,
    minutes: (minutes: number, seconds: number) =>
      seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`,
    hours: (hours: number, minutes: number) =>
      minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`,
    underASecond: 'under 1 s',
    never: 'never',
  },

  status: {
    protected: 'Protected',
    attention: 'Needs attention',
    running: 'Backing up',
    archived: 'Archived',
    trashed: 'Removed',
    inTrash: 'In the trash',
    active: 'Active',
    folderMissing: 'Folder away',
    reachable: 'Reachable',
    away: 'Away',
    protection: 'Protection',
  },

  common: {
    add: 'Add',
    cancel: 'Cancel',
    save: 'Save',
    undo: 'Undo',
    copy: 'Copy',
    copied: 'Copied',
    copyNamed: (what: string) => `Copy ${what}`,
    more: 'More',
    moreFor: (name: string) => `More for ${name}`,
    none: 'none',
    all: 'All',
    any: 'Any',
    showAll: (count: string) => `Show all ${count}`,
    loading: 'Loading',
    filter: 'Filter',
    clearFilter: 'Clear filters',
    sortBy: (column: string) => `Sort by ${column}`,
    back: 'Back',
    optional: 'optional',
    commandLine: 'Same on the command line',
    copyCommand: 'Copy the command',
    notKnown: 'not known',
  },

  missing: {
    title: 'Nothing here',
    line: 'This address leads nowhere; what it named may have been removed.',
    home: 'Go to the dashboard',
  },

  ...archiveWords,
  ...backupsWords,
  ...cleanupWords,
  ...concernWords,
  ...consoleWords,
  ...dashboardWords,
  ...destinationWords,
  ...fileWords,
  ...firstRunWords,
  ...frameWords,
  ...gitWords,
  ...historyWords,
  ...planWords,
  ...projectLifeWords,
  ...projectWords,
  ...recoveryWords,
  ...restoringWords,
  ...runWords,
  ...searchWords,
  ...settingsWords,
  ...snapshotWords,
  ...storageWords,
};
