/** The differences of two texts by CodeMirror: side by side, or in one text with what is gone
 * between its lines. Which lines differ is the engine's word. Loaded only when a diff is looked at. */
import { Chunk, MergeView } from '@codemirror/merge';
import { EditorState, Text } from '@codemirror/state';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { Hunk, Line } from '$lib/backend/bindings';
import { changesOf, foldsOf, linesBefore, linesOf } from '$lib/history/diff';
import type { Fold, LineChange } from '$lib/history/diff';
import { words } from '$lib/words';
import { colour, readOnlyText } from '../code/code-view';
import { diffLines, setHere, unfold } from './diff-lines';
import type { Restore, Side } from './diff-lines';
import { removedLines, setTokens, tokensOf } from './removed-lines';

export type DiffMode = 'split' | 'inline';
export type DiffView = {
  /** Goes to a change, by its index; -1 is none. */
  goTo: (change: number) => void;
  /** The element that scrolls. */
  scroller: HTMLElement;
  destroy: () => void;
};
export type Difference = { text: string; hunks: readonly Hunk[]; name: string };

type Texts = {
  name: string;
  before: readonly string[];
  after: readonly string[];
  changes: readonly LineChange[];
  folds: readonly Fold[];
  /** The width of the largest number of a line. */
  width: number;
  onrestore: Restore;
};

export function showDiff(
  parent: HTMLElement,
  difference: Difference,
  mode: DiffMode,
  onrestore?: Restore,
): DiffView {
  const changes = changesOf(difference.hunks);
  const after = linesOf(difference.text);
  const before = linesBefore(after, changes);
  const folds = foldsOf(changes, after.length);
  const width = String(Math.max(before.length, after.length, 1)).length;
  const texts = { name: difference.name, before, after, changes, folds, width, onrestore };
  return mode === 'split' ? showBoth(parent, texts) : showOne(parent, texts);
}

const look = EditorView.theme({
  '.cm-content': { padding: '0' },
  '.cm-line, .cm-removedLine': {
    position: 'relative',
    padding: '0 8px 0 calc(var(--numbers) * 1ch + 20px)',
    tabSize: '4',
    overflowWrap: 'anywhere',
  },
  '.cm-line::before, .cm-removedLine::before': {
    content: 'attr(data-numbers)',
    position: 'absolute',
    left: '8px',
    color: 'var(--ink-3)',
    whiteSpace: 'pre',
    userSelect: 'none',
  },
  '[data-tag]::before': { color: 'var(--ink-2)' },
  '[data-tag="added"]': { backgroundColor: 'var(--added-soft)' },
  '[data-tag="removed"]': { backgroundColor: 'var(--removed-soft)' },
  '[data-here]': { boxShadow: 'inset 3px 0 0 var(--accent)' },
  // A system that chooses the colours drops shadows.
  '@media (forced-colors: active)': { '[data-here]': { outline: '1px solid Highlight' } },
  mark: { borderRadius: '2px', color: 'inherit' },
  // On the stronger ground the colours of code are too weak to read.
  'mark [class*="tok-"]': { color: 'inherit' },
  '[data-tag="added"] mark': { backgroundColor: 'var(--added-strong)' },
  '[data-tag="removed"] mark': { backgroundColor: 'var(--removed-strong)' },
  // A text without lines has an empty one all the same.
  '.cm-mergeSpacer, .cm-mergeView & .cm-line:not([data-numbers])': {
    backgroundColor: 'var(--sunken)',
  },
  // The text breaks before the button, and is not covered.
  '.cm-line:has(.cm-restore), .cm-removedLine:has(.cm-restore)': { paddingRight: '124px' },
  '.cm-restore': {
    position: 'absolute',
    top: '0',
    right: '4px',
    padding: '0 8px',
    borderRadius: 'var(--radius-s)',
    backgroundColor: 'var(--surface)',
    color: 'var(--ink-2)',
    fontFamily: 'var(--font)',
  },
  '.cm-restore:hover': { color: 'var(--accent)', textDecoration: 'underline' },
  '.cm-fold': {
    borderBlock: '1px solid var(--line)',
    backgroundColor: 'var(--sunken)',
    color: 'var(--ink-2)',
    fontFamily: 'var(--font)',
  },
  '.cm-fold:first-child': { borderTop: '0' },
  '.cm-fold button': { width: '100%', height: '26px', padding: '0 16px' },
  '.cm-fold button:hover': { color: 'var(--accent)', textDecoration: 'underline' },
  '.cm-fold button:focus-visible': { outlineOffset: '-2px' },
});

const pad = (number: number | null, width: number) => String(number ?? '').padStart(width);
const docOf = (lines: readonly string[]) => Text.of(lines.length > 0 ? [...lines] : ['']);

/** The changed lines of a side by their numbers. */
function changedLines(changes: readonly LineChange[], side: 'old' | 'new'): Side['changed'] {
  const changed = new Map<number, { line: Line; change: number }>();
  changes.forEach(({ oldFrom, newFrom, removed, added }, change) => {
    const [from, lines] = side === 'old' ? [oldFrom, removed] : [newFrom, added];
    lines.forEach((line, index) => changed.set(from + index, { line, change }));
  });
  return changed;
}

/** The changes that are restored at a side: at the lines that are gone, else at those that are new. */
function restoresOf(changes: readonly LineChange[], side: 'old' | 'new'): Side['restores'] {
  return new Map(
    changes.flatMap(({ oldFrom, newFrom, removed }, index): [number, number][] => {
      if (removed.length > 0 !== (side === 'old')) return [];
      return [[side === 'old' ? oldFrom : newFrom, index]];
    }),
  );
}

/** The place of a line in a text; behind the text, as of a line that would follow, for the next. */
function placeOf(doc: Text, lines: number, number: number): number {
  if (lines === 0) return 0;
  return number <= lines ? doc.line(number).from : doc.length + 1;
}

/** Both texts, each change beside its counterpart. */
function showBoth(parent: HTMLElement, texts: Texts): DiffView {
  const { name, before, after, changes, folds, width, onrestore } = texts;
  parent.style.setProperty('--numbers', String(width + 2));
  const onunfold = (fold: number) =>
    [view.a, view.b].forEach((each) => each.dispatch({ effects: unfold.of(fold) }));
  const side = (label: string, lines: readonly string[], which: 'old' | 'new') => {
    const changed = changedLines(changes, which);
    const sign = which === 'old' ? '−' : '+';
    return {
      doc: docOf(lines),
      extensions: textOf(label, onunfold, onrestore, {
        lines: lines.length,
        numbers: (line: number) => `${pad(line, width)} ${changed.has(line) ? sign : ' '}`,
        changed,
        folds: folds.map((fold) => ({
          from: which === 'old' ? fold.oldFrom : fold.newFrom,
          lines: fold.lines,
        })),
        restores: restoresOf(changes, which),
        leads: which === 'new',
      }),
    };
  };
  const view = new MergeView({
    parent,
    a: side(words.diff.sideOf(name, words.diff.before), before, 'old'),
    b: side(words.diff.sideOf(name, words.diff.after), after, 'new'),
    gutter: false,
    highlightChanges: false,
    diffConfig: { override: () => [] },
  });
  const [a, b] = [view.a.state.doc, view.b.state.doc];
  view.chunks = changes.map(({ oldFrom, newFrom, removed, added }) => {
    const old = (line: number) => placeOf(a, before.length, line);
    const now = (line: number) => placeOf(b, after.length, line);
    return new Chunk(
      [],
      old(oldFrom),
      old(oldFrom + removed.length),
      now(newFrom),
      now(newFrom + added.length),
    );
  });
  const callOff = colour([view.a, view.b], name);
  return {
    goTo: (change) => goTo([view.a, view.b], texts, change),
    scroller: view.dom,
    destroy: () => {
      callOff();
      view.destroy();
    },
  };
}

/** The text after, with the removed lines between its own. */
function showOne(parent: HTMLElement, texts: Texts): DiffView {
  const { name, before, after, changes, folds, width, onrestore } = texts;
  parent.style.setProperty('--numbers', String(2 * width + 3));
  const changed = changedLines(changes, 'new');
  const olds = oldNumbers(after.length, changes);
  const numbers = (line: number) => {
    const sign = changed.has(line) ? '+' : ' ';
    return `${pad(olds[line] ?? null, width)} ${pad(line, width)} ${sign}`;
  };
  const removedNumbers = (line: number) => `${pad(line, width)} ${pad(null, width)} −`;
  const onunfold = (fold: number) => view.dispatch({ effects: unfold.of(fold) });
  const side = {
    lines: after.length,
    numbers,
    changed,
    folds: folds.map(({ newFrom, lines }) => ({ from: newFrom, lines })),
    restores: restoresOf(changes, 'new'),
    leads: true,
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: docOf(after),
      extensions: [
        textOf(words.diff.of(name), onunfold, onrestore, side),
        removedLines(changes, after.length, removedNumbers, onrestore),
      ],
    }),
  });
  const callOff = colour([view], name, (language) => {
    const old = EditorState.create({ doc: docOf(before), extensions: language });
    view.dispatch({ effects: setTokens.of(tokensOf(old, changes)) });
  });
  return {
    goTo: (change) => goTo([view], texts, change),
    scroller: view.scrollDOM,
    destroy: () => {
      callOff();
      view.destroy();
    },
  };
}

function textOf(
  label: string,
  onunfold: (fold: number) => void,
  onrestore: Restore,
  side: Side,
): Extension {
  return [readOnlyText(label), diffLines(side, onunfold, onrestore), look];
}

/** The number before of each line after, by its number; nothing for an added one. */
function oldNumbers(lines: number, changes: readonly LineChange[]): (number | null)[] {
  const olds: (number | null)[] = [null];
  let old = 1;
  const sameUntil = (end: number) => {
    while (olds.length < end) olds.push(old++);
  };
  for (const { newFrom, removed, added } of changes) {
    sameUntil(newFrom);
    added.forEach(() => olds.push(null));
    old += removed.length;
  }
  sameUntil(lines + 1);
  return olds;
}

/** Scrolls to a change in the last of the views, and marks it in all. */
function goTo(views: readonly EditorView[], { after, changes }: Texts, at: number): void {
  for (const view of views) view.dispatch({ effects: setHere.of(at) });
  const view = views.at(-1);
  const change = changes[at];
  if (!view || !change) return;
  const { doc } = view.state;
  const place = Math.min(placeOf(doc, after.length, change.newFrom), doc.length);
  view.dispatch({ effects: EditorView.scrollIntoView(place, { y: 'center' }) });
  // Removed lines are above that place, and may be many: the first of them is what to see.
  const outer = view.dom.closest('.cm-mergeView') ?? view.dom;
  view.requestMeasure({
    read: () => outer.querySelector('[data-here="true"]')?.scrollIntoView({ block: 'nearest' }),
  });
}
