/** Everything that can be done from the palette, and which of it a search means. */
import type { Icon as IconType } from '$lib/icon';

export type CommandGroup =
  'project' | 'act' | 'navigate' | 'projects' | 'history' | 'settings' | 'help';
export type Command = {
  id: string;
  group: CommandGroup;
  label: string;
  /** Other words that somebody may look for it by. */
  also?: string;
  icon: IconType;
  keys?: string[];
  /** The same on the command line; empty when there is no such thing. */
  hint: string;
  run: () => void;
};

/** The groups that are shown before anything is typed; histories, settings and help are found by their words. */
export const GROUP_ORDER: CommandGroup[] = ['project', 'act', 'navigate', 'projects'];

/** Groups of which only the nearest are shown: there are many, and few are meant. */
const MOST: Partial<Record<CommandGroup, number>> = { history: 6, settings: 6, help: 6 };

/** Keeps the commands that a search means, the nearest first, grouped in a fixed order. */
export function findCommands(commands: Command[], search: string): [CommandGroup, Command[]][] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const scored = commands
    .map((command, order) => ({ command, order, score: score(command, words) }))
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

/** The first commands of all groups together. */
export function firstOf(
  groups: [CommandGroup, Command[]][],
  most: number,
): [CommandGroup, Command[]][] {
  let left = most;
  return groups
    .map(([group, found]): [CommandGroup, Command[]] => {
      const kept = found.slice(0, Math.max(left, 0));
      left -= found.length;
      return [group, kept];
    })
    .filter(([, kept]) => kept.length > 0);
}

function orderOfAppearance(groups: CommandGroup[]): CommandGroup[] {
  return [...new Set(groups)];
}

/**
 * 0 when a word is neither in the label nor among the other words; more, the nearer each stands to the
 * start of a word of the label.
 */
function score(command: Command, words: string[]): number {
  const label = command.label.toLowerCase();
  const also = command.also?.toLowerCase().split(' ') ?? [];
  let total = 1;
  for (const word of words) {
    const found = scoreWord(label, word) || Number(also.some((other) => other.startsWith(word)));
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
