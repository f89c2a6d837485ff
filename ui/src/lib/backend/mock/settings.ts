/** Made-up settings, and what a change makes of them. */
import type { SettingsChange, SettingsView } from '../bindings';

const SETTINGS: SettingsView = {
  theme: 'system',
  closeToTray: true,
  trayHintShown: false,
  libraryPath: '/home/mira/.local/share/undercroft',
  settingsFile: '/home/mira/.local/share/undercroft/settings.toml',
  all: [
    {
      key: 'theme',
      value: 'system',
      default: 'system',
      allowed: 'system, light or dark',
      purpose: 'The look of the window',
      source: 'default',
    },
    {
      key: 'threads',
      value: '0',
      default: '0',
      allowed: 'a whole number from 0 to 256',
      purpose: 'How many threads may work at once; 0 takes what the machine has',
      source: 'environment',
    },
    {
      key: 'compression',
      value: 'max',
      default: 'auto',
      allowed: 'auto, off or max',
      purpose: 'How hard new backup data is compressed',
      source: 'file',
    },
  ],
  sources: { theme: 'file', closeToTray: 'default', library: 'environment' },
};

export function mockSettings(): SettingsView {
  return structuredClone(SETTINGS);
}

export function settingsAfter(settings: SettingsView, change: SettingsChange): SettingsView {
  const { set = {}, ...rest } = change;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value != null));
  const all = settings.all.map((setting) =>
    setting.key in set
      ? {
          ...setting,
          value: set[setting.key] ?? setting.default,
          source: set[setting.key] == null ? ('default' as const) : ('file' as const),
        }
      : setting,
  );
  return { ...settings, ...given, all };
}
