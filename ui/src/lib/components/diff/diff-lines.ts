/** The lines of a text that is one side of a diff: their numbers, what changed in them, and the
 * stretches of unchanged ones that are folded. */
import { RangeSetBuilder, StateEffect, StateField } from '@codemirror/state';
import type { Extension, Text } from '@codemirror/state';
import { Decoration, EditorView, ViewPlugin, WidgetType } from '@codemirror/view';
import type { DecorationSet, ViewUpdate } from '@codemirror/view';
import type { Line } from '$lib/backend/bindings';
import { piecesOf } from '$lib/history/diff';
import { words } from '$lib/words';

/** Marks a change as the one that the user stepped to; -1 for none. */
export const setHere = StateEffect.define<number>();
/** Shows a fold for good, by its index. */
export const unfold = StateEffect.define<number>();

export const hereField = StateField.define<number>({
  create: () => -1,
  update: (here, { effects }) =>
    effects.reduce((at, effect) => (effect.is(setHere) ? effect.value : at), here),
});

export type Side = {
  /** The number of lines of the text; a document without any has an empty one all the same. */
  lines: number;
  /** The text beside a line, by its number. */
  numbers: (line: number) => string;
  /** The changed lines by their numbers, each with the index of its change. */
  changed: ReadonlyMap<number, { line: Line; change: number }>;
  /** The first line of each fold, and the number of its lines. */
  folds: readonly { from: number; lines: number }[];
  /** The changes that are restored from this side, by the numbers of their first lines. */
  restores: ReadonlyMap<number, number>;
  /** Whether its folds are reached by the keyboard: one side's are enough. */
  leads: boolean;
};

/** Takes a change back, by its index; nothing where changes cannot be taken back. */
export type Restore = ((change: number) => void) | undefined;

/** All that a side shows beside its text; `onunfold` is called with the index of a fold. */
export function diffLines(
  side: Side,
  onunfold: (fold: number) => void,
  onrestore: Restore,
): Extension {
  const folds = drawFolds(side, onunfold);
  return [hereField, drawLines(side), drawWords(side), folds, drawButtons(side, onrestore)];
}

/** Only the lines that are looked at are drawn. */
function drawLines(side: Side): Extension {
  const draw = ({ state, visibleRanges }: EditorView): DecorationSet => {
    const lines = new RangeSetBuilder<Decoration>();
    const here = state.field(hereField);
    for (const { from, to } of visibleRanges) {
      for (let at = from; at <= to;) {
        const line = state.doc.lineAt(at);
        if (line.number <= side.lines) lines.add(line.from, line.from, lineAt(line.number, here));
        at = line.to + 1;
      }
    }
    return lines.finish();
  };
  const lineAt = (number: number, here: number) => {
    const changed = side.changed.get(number);
    const attributes: Record<string, string> = { 'data-numbers': side.numbers(number) };
    if (changed) attributes['data-tag'] = changed.line.tag;
    if (changed?.change === here) attributes['data-here'] = 'true';
    return Decoration.line({ attributes });
  };
  class Lines {
    lines: DecorationSet;
    constructor(view: EditorView) {
      this.lines = draw(view);
    }
    update({ view, viewportChanged, geometryChanged, transactions }: ViewUpdate) {
      if (viewportChanged || geometryChanged || transactions.length > 0) this.lines = draw(view);
    }
  }
  return ViewPlugin.fromClass(Lines, { decorations: ({ lines }) => lines });
}

/** The tag of a line for those who do not see its colour. */
class UnseenTag extends WidgetType {
  constructor(readonly tag: 'added' | 'removed') {
    super();
  }
  override eq(other: UnseenTag): boolean {
    return this.tag === other.tag;
  }
  toDOM(): HTMLElement {
    return unseenTag(this.tag);
  }
}

export function unseenTag(tag: 'added' | 'removed'): HTMLElement {
  const unseen = document.createElement('span');
  unseen.className = 'unseen';
  unseen.textContent = `${words.diff.tags[tag]}: `;
  return unseen;
}

/** The words that differ, outside of the colours of the code. */
function drawWords(side: Side): Extension {
  return EditorView.decorations.compute([], ({ doc }) => {
    const marks = new RangeSetBuilder<Decoration>();
    for (const [number, { line }] of side.changed) {
      let { from } = doc.line(number);
      if (line.tag !== 'same')
        marks.add(from, from, Decoration.widget({ widget: new UnseenTag(line.tag), side: -1 }));
      for (const { text, changed } of piecesOf(line.text, line.spans)) {
        if (changed) marks.add(from, from + text.length, Decoration.mark({ tagName: 'mark' }));
        from += text.length;
      }
    }
    return marks.finish();
  });
}

/** The button that takes a change back, at the end of its first line. */
export function restoreButton(change: number, onrestore: NonNullable<Restore>): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'cm-restore';
  button.textContent = words.diff.restoreChange;
  button.ariaLabel = words.diff.restoreChangeOf(change + 1);
  button.dataset['testid'] = 'restore-change';
  button.addEventListener('click', () => onrestore(change));
  return button;
}

class RestoreButton extends WidgetType {
  constructor(
    readonly change: number,
    readonly onrestore: NonNullable<Restore>,
  ) {
    super();
  }
  override eq({ change, onrestore }: RestoreButton): boolean {
    return this.change === change && this.onrestore === onrestore;
  }
  toDOM(): HTMLElement {
    return restoreButton(this.change, this.onrestore);
  }
  override ignoreEvent(): boolean {
    return true;
  }
}

function drawButtons({ restores }: Side, onrestore: Restore): Extension {
  if (!onrestore) return [];
  return EditorView.decorations.compute([], ({ doc }) =>
    Decoration.set(
      [...restores].map(([line, change]) => {
        const widget = new RestoreButton(change, onrestore);
        return Decoration.widget({ widget, side: 1 }).range(doc.line(line).to);
      }),
    ),
  );
}

/** A button in the place of lines; `run` is given its element. */
export function lineButton(label: string, run: (place: HTMLElement) => void): HTMLElement {
  const place = document.createElement('div');
  place.className = 'cm-fold';
  const button = place.appendChild(document.createElement('button'));
  button.type = 'button';
  button.textContent = label;
  button.addEventListener('click', () => run(place));
  return place;
}

class FoldedLines extends WidgetType {
  constructor(
    readonly lines: number,
    readonly leads: boolean,
    readonly show: () => void,
  ) {
    super();
  }
  override eq(other: FoldedLines): boolean {
    return this.lines === other.lines;
  }
  override get estimatedHeight(): number {
    return 28;
  }
  toDOM(view: EditorView): HTMLElement {
    const fold = lineButton(words.diff.unfold(this.lines), () => {
      this.show();
      // The button is gone, and the keyboard goes on in the text.
      view.contentDOM.focus({ preventScroll: true });
    });
    if (!this.leads) {
      const button = fold.firstElementChild as HTMLElement;
      button.tabIndex = -1;
      button.ariaHidden = 'true';
    }
    return fold;
  }
}

function drawFolds(side: Side, onunfold: (fold: number) => void): Extension {
  const fold = (doc: Text, { from, lines }: Side['folds'][number], index: number) => {
    const widget = new FoldedLines(lines, side.leads, () => onunfold(index));
    return Decoration.replace({ widget, block: true, index }).range(
      doc.line(from).from,
      doc.line(from + lines - 1).to,
    );
  };
  return StateField.define<DecorationSet>({
    create: ({ doc }) => Decoration.set(side.folds.map((one, index) => fold(doc, one, index))),
    update: (folds, { effects }) =>
      effects.reduce(
        (left, effect) =>
          effect.is(unfold)
            ? left.update({ filter: (_, __, { spec }) => spec.index !== effect.value })
            : left,
        folds,
      ),
    provide: (field) => EditorView.decorations.from(field),
  });
}
