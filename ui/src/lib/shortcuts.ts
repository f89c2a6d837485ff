/** The keys of the UI, for the sheet and the settings. What they do is where it belongs. */
import { readPreference, writePreference } from './view-preferences';
import { words } from './words';

export type Shortcut = { keys: string[]; label: string; then?: boolean };
export type ShortcutGroup = { title: string; shortcuts: Shortcut[] };

const text = words.shortcuts;
const SINGLE = 'keys.single';

/** Whether keys without Ctrl, such as letters, do something: who speaks to a machine may not want that. */
export const singleKeysOn = (): boolean => readPreference(SINGLE, ['on', 'off'], 'on') === 'on';
export const setSingleKeys = (on: boolean): void => writePreference(SINGLE, on ? 'on' : 'off');

export const shortcutGroups: ShortcutGroup[] = [
  {
    title: text.everywhere,
    shortcuts: [
      { keys: ['Ctrl', 'K'], label: text.palette },
      { keys: ['?'], label: text.help },
      { keys: ['F1'], label: words.help.forPage },
      { keys: ['G', 'D'], label: text.goDashboard, then: true },
      { keys: ['G', 'P'], label: text.goProjects, then: true },
      { keys: ['G', 'B'], label: text.goBackups, then: true },
      { keys: ['G', 'F'], label: text.goSearch, then: true },
      { keys: ['G', 'R'], label: text.goArchive, then: true },
      { keys: ['G', 'U'], label: text.goStorage, then: true },
      { keys: ['G', 'A'], label: text.goActivity, then: true },
      { keys: ['G', 'S'], label: text.goSettings, then: true },
      { keys: ['G', 'H'], label: text.goHelp, then: true },
      { keys: ['A'], label: text.addProject },
      { keys: ['J'], label: text.jobs },
      { keys: ['Ctrl', 'Z'], label: text.undo },
      { keys: ['Esc'], label: text.dismiss },
    ],
  },
  {
    title: text.lists,
    shortcuts: [
      { keys: ['/'], label: text.filter },
      { keys: ['↑', '↓'], label: text.move },
      { keys: ['Home', 'End'], label: text.ends },
      { keys: ['Enter'], label: text.open },
      { keys: ['Esc'], label: text.close },
    ],
  },
  {
    title: text.project,
    shortcuts: [
      { keys: ['B'], label: text.backUp },
      { keys: ['F2'], label: text.rename },
      { keys: ['Del'], label: text.forget },
    ],
  },
  {
    title: text.browse,
    shortcuts: [
      { keys: ['Backspace'], label: text.up },
      { keys: ['R'], label: text.restore },
    ],
  },
  {
    title: text.history,
    shortcuts: [
      { keys: ['['], label: text.olderVersion },
      { keys: [']'], label: text.newerVersion },
      { keys: ['Shift', '←', '→'], label: text.olderDay },
      { keys: ['Home', 'End'], label: text.timelineEnds },
      { keys: ['+', '-'], label: text.zoomTimeline },
      { keys: ['N'], label: text.nextChange },
      { keys: ['P'], label: text.previousChange },
    ],
  },
];
