/** The words of the settings, and of the memory of the program. */
import { pluralIn } from '../plural';

const plural = pluralIn('en-GB');

/** A setting as a person knows it. `zero` is what 0 stands for, `unit` what is counted. */
export type SettingWords = {
  label: string;
  hint?: string;
  unit?: string;
  zero?: string;
  choices?: Record<string, string>;
};

const names: Record<string, SettingWords> = {
  theme: {
    label: 'Theme',
    hint: 'System follows your desktop',
    choices: { system: 'System', light: 'Light', dark: 'Dark' },
  },
  'close-to-tray': {
    label: 'Keep running in the tray when the window is closed',
    hint: 'Backups that run go on. Quit from the tray.',
  },
  'start-at-login': {
    label: 'Start when you log in',
    hint: 'Undercroft starts in the tray, so that backups run by themselves',
  },
  notifications: {
    label: 'Notifications',
    hint: 'What the desktop tells you of',
    choices: { problems: 'Problems', all: 'Problems and successes', off: 'Off' },
  },
  backup: {
    label: 'Back up automatically',
    hint: 'When off, backups run only by hand',
  },
  'backup-schedule': {
    label: 'Usual time of backups',
    hint: 'For plans without a schedule of their own',
  },
  'backup-retention-days': {
    label: 'Keep backups for',
    hint: 'For plans without a retention of their own',
    unit: 'days',
    zero: 'the usual retention',
  },
  'backup-destination': {
    label: 'Usual destination',
    hint: 'For new plans, and for backups that name none',
  },
  'warn-after-days': {
    label: 'Warn when the last backup is older than',
    unit: 'days',
    zero: 'never warn',
  },
  compression: {
    label: 'Compression of backups',
    hint: 'For new data; Maximum is slower',
    choices: { auto: 'Automatic', off: 'Off', max: 'Maximum' },
  },
  'quota-gb': {
    label: 'Limit of the library',
    hint: 'You are warned before it is reached',
    unit: 'GB',
    zero: 'no limit',
  },
  'project-limit-gb': {
    label: 'Largest project to import or create',
    unit: 'GB',
    zero: 'any size',
  },
  'trash-days': {
    label: 'Empty the trash after',
    unit: 'days',
    zero: 'never',
  },
  cleanup: {
    label: 'Clean up automatically',
    hint: 'The steps are on the page of the clean-up',
  },
  'cleanup-schedule': { label: 'Time of the clean-up' },
  'maintain-histories': {
    label: 'Thin and compact versions automatically',
    hint: 'While the computer is idle',
  },
  'archive-after-days': {
    label: 'A project is idle after',
    hint: 'Days without a change',
    unit: 'days',
    zero: 'never',
  },
  'archive-idle': {
    label: 'Archive idle projects automatically',
    hint: 'As part of the clean-up',
  },
  'archive-compression': {
    label: 'Compression of archives',
    choices: { balanced: 'Balanced', fast: 'Fast', best: 'Smallest' },
  },
  threads: {
    label: 'Threads that work at once',
    unit: 'threads',
    zero: 'as many as the computer has',
  },
  'password-keeper': {
    label: 'Where passwords of destinations are kept',
    hint: 'Automatic takes the keyring where there is one',
    choices: { auto: 'Automatic', keyring: 'Keyring', file: 'File in the library' },
  },
};

export const settingsWords = {
  settings: {
    title: 'Settings',
    names,
    isZero: (meaning: string) => `0: ${meaning}`,
    search: 'Search settings',
    none: (find: string) => `No setting has “${find}”`,
    noneHint: 'Search for a word of its name, or of what it does.',
    showAll: 'Show all settings',
    language: 'Language',
    languageSystem: 'As the system',
    languageHint: 'The window is loaded again',
    languageWaits: 'Can be changed once backups are set up',
    groups: {
      appearance: 'Appearance',
      window: 'Window',
      backups: 'Backups',
      storage: 'Storage',
      versions: 'Versions',
      archive: 'Archive',
      advanced: 'Advanced',
    },
    noTray: 'This desktop shows no tray, so closing the window quits.',
    library: 'Library',
    libraryPath: 'Place',
    settingsFile: 'Settings file',
    version: 'Version',
    platform: 'Platform',
    isDefault: 'Default',
    defaultValue: (value: string) => `Default: ${value}`,
    sourceNames: {
      default: 'default',
      file: 'settings file',
      environment: 'environment',
      flag: 'flag',
    },
    on: 'On',
    off: 'Off',
    allDestinations: 'All',
    dailyAt: 'Daily at',
    otherTimes: 'Other times…',
    daily: 'Daily…',
    wholeNumber: (most: string) => `A whole number from 0 to ${most}`,
    saved: 'Saved',
    reset: 'Reset',
    resetNamed: (name: string, value: string) => `Reset ${name} to its default: ${value}`,
    resetAll: 'Reset all…',
    resetAllTitle: 'Reset all settings',
    resetAllLine: (count: number) =>
      plural(count, {
        one: '1 setting goes back to its default.',
        other: '# settings go back to their defaults.',
      }),
    resetDone: 'All settings have their defaults',
    fixed: (source: string) => `Set by the ${source}; change it there`,
    transfer: 'Export and import',
    transferLine: 'Take your settings to another computer',
    transferHint: 'A file with every setting. No password is in it.',
    export: 'Export…',
    exported: (file: string) => `Settings exported to ${file}`,
    import: 'Import…',
    importFile: 'File of settings',
    importTitle: 'Import settings',
    importLine: (file: string) => `From ${file}. Nothing changes before you import.`,
    importConfirm: (count: number) =>
      plural(count, { one: 'Change 1 setting', other: 'Change # settings' }),
    importSame: 'Nothing to change: your settings are those of the file.',
    importNow: 'Now',
    importNew: 'In the file',
    importSetting: 'Setting',
    importFixed: (names: string) => `Set by the environment or a flag, so they stay: ${names}`,
    importUnknown: (names: string) => `Not known to this version, so left out: ${names}`,
    imported: 'Settings imported',
    keyboard: 'Keyboard',
    commandLine: 'Command line',
    commandLineHint:
      'Everything here can be done on the command line too. The command palette shows how.',
    health: 'Self-check',
    healthHint: 'What Undercroft finds when it looks at itself',
  },

  memory: {
    title: 'Memory',
    held: 'Content held',
    used: (used: string, capacity: string) => `${used} of ${capacity}`,
    entries: 'Files held',
    found: 'Found when asked for',
    notAsked: 'not asked yet',
    evicted: 'Made way for others',
    drafts: 'Drafts',
    draftsLine: (count: number, size: string) =>
      `${plural(count, { one: '1 draft', other: '# drafts' })}, ${size}`,
    journal: 'Its journal on disk',
    export: 'Export drafts…',
    import: 'Import drafts…',
    exportTitle: 'Export drafts',
    importTitle: 'Import drafts',
    exportLine: 'All drafts of all projects are copied into a folder.',
    importLine: 'Drafts that were exported are taken back from their folder.',
    exported: (count: number) =>
      plural(count, { one: '1 draft exported', other: '# drafts exported' }),
    imported: (count: number) =>
      plural(count, { one: '1 draft imported', other: '# drafts imported' }),
    left: (count: number) =>
      plural(count, {
        one: '1 was left: what is there is as new, or newer.',
        other: '# were left: what is there is as new, or newer.',
      }),
  },
};
