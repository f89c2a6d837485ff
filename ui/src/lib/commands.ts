/** Everything that can be done from the palette, and which of it a search means. */
import type { Icon as IconType } from '$lib/icon';

export type CommandGroup = 'project' | 'act' | 'navigate' | 'projects' | 'settings' | 'help';
export type Command = {
  id: string;
  group: CommandGroup;
  label: string;
  icon: IconType;
  keys?: string[];
  /** The same on the command line; empty when there is no such thing. */
  hint: string;
  run: () => void;
};

/** The groups that are shown before anything is typed; settings and help are found by their words. */
export const GROUP_ORDER: CommandGroup[] = ['project', 'act', 'navigate', 'projects'];

/** Groups of which only the nearest are shown: there are many, and few are meant. */
const MOST: Partial<Record<CommandGroup, number>> = { settings: 6, help: 6 };

/** Keeps the commands that a search means, the nearest first, grouped in a fixed order. */
export function findCommands(commands: Command[], search: string): [CommandGroup, Command[]][] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const scored = commands
    .map((command, order) => ({ command, order, score: score(command.label.toLowerCase(), words) }))
    .filter((entry) => entry.score > 0)
    .sort((left, right) => right.score - left.score || left.order - right.order);
  const groups =
    search === '' ? GROUP_ORDER : orderOfAppearance(scored.map((s) => s.command.group));
  return groups
    .map((group): [CommandGroup, Command[]] => [
      group,
      scored
        .filter((entry) => entry.command.group === group)
        .map((entry) => entry.command)
        .slice(0, MOST[group]),
    ])
    .filter(([, found]) => found.length > 0);
}

function orderOfAppearance(groups: CommandGroup[]): CommandGroup[] {
  return [...new Set(groups)];
}

/** 0 when a word is not in the label at all; more, the nearer each stands to a word's start. */
function score(label: string, words: string[]): number {
  let total = 1;
  for (const word of words) {
    const found = scoreWord(label, word);
    if (found === 0) return 0;
    total += found;
  }
  return total;
}

function scoreWord(label: string, word: string): number {
  const at = label.indexOf(word);
  if (at === 0) return 4;
  if (at > 0) return /[\s\-_/]/.test(label[at - 1] ?? '') ? 3 : 2;
  return initials(label).includes(word) ? 1 : 0;
}

function initials(label: string): string {
  return label
    .split(/[\s\-_/]+/)
    .map((part) => part[0] ?? '')
    .join('');
}
