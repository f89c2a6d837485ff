/** Removed lines above the text that came in their place, for the view of one text. */
import { ensureSyntaxTree } from '@codemirror/language';
import { StateEffect, StateField } from '@codemirror/state';
import type { EditorState, Extension } from '@codemirror/state';
import { Decoration, EditorView, WidgetType } from '@codemirror/view';
import type { DecorationSet } from '@codemirror/view';
import { classHighlighter, highlightTree } from '@lezer/highlight';
import type { Line } from '$lib/backend/bindings';
import { piecesOf } from '$lib/history/diff';
import type { LineChange } from '$lib/history/diff';
import { words } from '$lib/words';
import { lineButton, restoreButton, setHere, unseenTag } from './diff-lines';
import type { Restore } from './diff-lines';

/** Removed lines are drawn even where nobody looks: this many at first, and more when asked for. */
const DRAWN_AT_ONCE = 1000;

type Token = { from: number; to: number; classes: string };
/** The coloured parts of lines, by their numbers before. */
export type Tokens = ReadonlyMap<number, readonly Token[]>;

/** Colours the removed lines. */
export const setTokens = StateEffect.define<Tokens>();

/** The time that the colours may take, in milliseconds; without them the lines are plain. */
const PARSE_MS = 200;

/** The coloured parts of removed lines, by the text before, whose language is known. */
export function tokensOf(before: EditorState, changes: readonly LineChange[]): Tokens {
  const tokens = new Map<number, Token[]>();
  const last = changes.findLast(({ removed }) => removed.length > 0);
  if (!last) return tokens;
  const end = before.doc.line(last.oldFrom + last.removed.length - 1).to;
  const tree = ensureSyntaxTree(before, end, PARSE_MS);
  if (!tree) return tokens;
  for (const { oldFrom, removed } of changes) {
    for (let number = oldFrom; number < oldFrom + removed.length; number += 1) {
      const line = before.doc.line(number);
      const parts: Token[] = [];
      const take = (from: number, to: number, classes: string) =>
        parts.push({
          from: Math.max(from, line.from) - line.from,
          to: Math.min(to, line.to) - line.from,
          classes,
        });
      highlightTree(tree, classHighlighter, take, line.from, line.to);
      tokens.set(number, parts);
    }
  }
  return tokens;
}

/** A piece of a line in its colours. */
function colouredParts(text: string, from: number, tokens: readonly Token[]): (Node | string)[] {
  const parts: (Node | string)[] = [];
  const end = from + text.length;
  let at = from;
  for (const token of tokens) {
    const [start, stop] = [Math.max(token.from, at), Math.min(token.to, end)];
    if (start >= stop) continue;
    if (start > at) parts.push(text.slice(at - from, start - from));
    const coloured = document.createElement('span');
    coloured.className = token.classes;
    coloured.textContent = text.slice(start - from, stop - from);
    parts.push(coloured);
    at = stop;
  }
  if (at < end) parts.push(text.slice(at - from));
  return parts;
}

function drawLine(line: Line, numbers: string, tokens: readonly Token[]): HTMLElement {
  const drawn = document.createElement('div');
  drawn.className = 'cm-removedLine';
  drawn.dataset['tag'] = 'removed';
  drawn.dataset['numbers'] = numbers;
  drawn.append(unseenTag('removed'));
  let at = 0;
  for (const { text, changed } of piecesOf(line.text, line.spans)) {
    const parts = colouredParts(text, at, tokens);
    if (changed) {
      const mark = document.createElement('mark');
      mark.append(...parts);
      drawn.append(mark);
    } else drawn.append(...parts);
    at += text.length;
  }
  if (line.text === '') drawn.append(document.createElement('br'));
  return drawn;
}

class RemovedLines extends WidgetType {
  constructor(
    readonly change: LineChange,
    readonly numbers: (line: number) => string,
    readonly tokens: Tokens,
    readonly isHere: boolean,
    /** Takes the change back. */
    readonly button: (() => HTMLElement) | undefined,
  ) {
    super();
  }
  override eq({ change, tokens, isHere }: RemovedLines): boolean {
    return this.change === change && this.tokens === tokens && this.isHere === isHere;
  }
  override get estimatedHeight(): number {
    return Math.min(this.change.removed.length, DRAWN_AT_ONCE) * 18;
  }
  toDOM(view: EditorView): HTMLElement {
    const lines = document.createElement('div');
    this.#drawFrom(0, lines, view);
    return lines;
  }

  /** Draws the next lines, and a button for those after them. */
  #drawFrom(first: number, lines: HTMLElement, view: EditorView): void {
    const end = first + DRAWN_AT_ONCE;
    this.change.removed.slice(first, end).forEach((line, index) => {
      const number = this.change.oldFrom + first + index;
      const drawn = drawLine(line, this.numbers(number), this.tokens.get(number) ?? []);
      if (this.isHere) drawn.dataset['here'] = 'true';
      if (this.button && first + index === 0) drawn.append(this.button());
      lines.append(drawn);
    });
    const left = this.change.removed.length - end;
    if (left > 0)
      lines.append(
        lineButton(words.diff.more(left), (button) => {
          button.remove();
          this.#drawFrom(end, lines, view);
          view.requestMeasure();
          view.contentDOM.focus({ preventScroll: true });
        }),
      );
  }
}

type Shown = { here: number; tokens: Tokens };

export function removedLines(
  changes: readonly LineChange[],
  linesAfter: number,
  numbers: (line: number) => string,
  onrestore: Restore,
): Extension {
  const draw = ({ doc }: EditorState, { here, tokens }: Shown): DecorationSet =>
    Decoration.set(
      changes.flatMap((change, index) => {
        if (change.removed.length === 0) return [];
        const button = onrestore && (() => restoreButton(index, onrestore));
        const widget = new RemovedLines(change, numbers, tokens, index === here, button);
        const isLast = change.newFrom > linesAfter;
        const at = isLast ? doc.length : doc.line(change.newFrom).from;
        return Decoration.widget({
          widget,
          block: true,
          side: isLast && linesAfter > 0 ? 1 : -1,
        }).range(at);
      }),
    );
  const shown = StateField.define<Shown>({
    create: () => ({ here: -1, tokens: new Map() }),
    update: (known, { effects }) =>
      effects.reduce((now, effect) => {
        if (effect.is(setHere)) return { ...now, here: effect.value };
        return effect.is(setTokens) ? { ...now, tokens: effect.value } : now;
      }, known),
  });
  return [
    shown,
    EditorView.decorations.compute([shown], (state) => draw(state, state.field(shown))),
  ];
}
