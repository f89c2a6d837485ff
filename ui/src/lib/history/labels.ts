/** Labels of triggers, changes and watch states: an icon or a tone, and a word each. */
import Bot from '@lucide/svelte/icons/timer';
import FileMinus from '@lucide/svelte/icons/file-minus';
import FilePen from '@lucide/svelte/icons/file-pen';
import FilePlus from '@lucide/svelte/icons/file-plus';
import FileSymlink from '@lucide/svelte/icons/file-output';
import FileCog from '@lucide/svelte/icons/file-cog';
import Import from '@lucide/svelte/icons/import';
import Save from '@lucide/svelte/icons/save';
import Undo from '@lucide/svelte/icons/undo-2';
import type { ChangeKind, Trigger, Version, WatchStatus } from '$lib/backend/bindings';
import type { Tone } from '$lib/tone';
import type { Icon } from '$lib/icon';
import { words } from '$lib/words';

type Look = { icon: Icon; word: string };

export const TRIGGER_LABELS: Record<Trigger, Look> = {
  automatic: { icon: Bot, word: words.history.triggers.automatic },
  manual: { icon: Save, word: words.history.triggers.manual },
  beforeRestore: { icon: Undo, word: words.history.triggers.beforeRestore },
  import: { icon: Import, word: words.history.triggers.import },
};

export const CHANGE_LABELS: Record<ChangeKind, Look & { sign: string }> = {
  added: { icon: FilePlus, word: words.history.changes.added, sign: '+' },
  modified: { icon: FilePen, word: words.history.changes.modified, sign: '~' },
  removed: { icon: FileMinus, word: words.history.changes.removed, sign: '−' },
  renamed: { icon: FileSymlink, word: words.history.changes.renamed, sign: '→' },
  metadata: { icon: FileCog, word: words.history.changes.metadata, sign: '·' },
};

export const WATCH_LABELS: Record<WatchStatus, { tone: Tone; text: string }> = {
  off: { tone: 'idle', text: words.watch.states.off },
  importing: { tone: 'run', text: words.watch.states.importing },
  watching: { tone: 'good', text: words.watch.states.watching },
  limited: { tone: 'warn', text: words.watch.states.limited },
  paused: { tone: 'idle', text: words.watch.states.paused },
  missing: { tone: 'warn', text: words.watch.states.missing },
};

/** "+3 ~1 −2": what a version changed, as short as it gets; empty where it changed nothing. */
export function changeCounts(version: Version): { sign: string; count: number; word: string }[] {
  const counted = [
    { look: CHANGE_LABELS.added, count: version.added },
    { look: CHANGE_LABELS.modified, count: version.modified },
    { look: CHANGE_LABELS.removed, count: version.removed },
    { look: CHANGE_LABELS.renamed, count: version.renamed },
  ];
  return counted
    .filter((one) => one.count > 0)
    .map(({ look, count }) => ({ sign: look.sign, word: look.word, count }));
}

/** The title of a version: the user's name for it, else the first line of its message. */
export function titleOf(version: Version): string {
  return version.name || version.message.split('\n')[0] || words.history.triggers[version.trigger];
}
