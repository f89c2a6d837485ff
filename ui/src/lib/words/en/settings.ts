/** The words of the settings, and of the memory of the program. */
import { pluralIn } from '../plural';

const plural = pluralIn('en-GB');

export const settingsWords = {
  settings: {
    title: 'Settings',
    appearance: 'Appearance',
    theme: 'Theme',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    themeHint: 'System follows your desktop',
    language: 'Language',
    languageSystem: 'As the system',
    languageHint: 'The window is loaded again',
    languageWaits: 'Can be changed once backups are set up',
    window: 'Window',
    closeToTray: 'Keep running in the tray when the window is closed',
    closeToTrayHint: 'Backups that run go on. Quit from the tray.',
    noTray: 'This desktop shows no tray, so closing the window quits.',
    library: 'Library',
    libraryPath: 'Place',
    settingsFile: 'Settings file',
    version: 'Version',
    platform: 'Platform',
    sources: 'Where each value comes from',
    sourcesHint:
      'Defaults give way to the file, the file to the environment, the environment to flags.',
    sourceNames: {
      default: 'default',
      file: 'settings file',
      environment: 'environment',
      flag: 'flag',
    },
    advanced: 'Advanced',
    allDestinations: 'All',
    allowed: (purpose: string, allowed: string) => `${purpose}: ${allowed}`,
    reset: (value: string) => `Back to the default: ${value}`,
    fixed: (source: string) => `Set by the ${source}; change it there`,
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
    drafts: 'Session work',
    draftsLine: (count: number, size: string) =>
      `${plural(count, { one: '1 draft', other: '# drafts' })}, ${size}`,
    journal: 'Its journal on disk',
    export: 'Export session work…',
    import: 'Import session work…',
    exportTitle: 'Export session work',
    importTitle: 'Import session work',
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
