/** The state that a picture and its table share: what is pointed at, focused and selected. */
import { untrack } from 'svelte';
import type { UsageRow, UsageView } from '$lib/backend/bindings';
import { formatSize } from '$lib/format/size';
import { sharePercent } from '$lib/storage/rows';
import { nameOfKey } from '$lib/storage/tones';
import type { Tone } from '$lib/storage/tones';
import { words } from '$lib/words';

type Point = { x: number; y: number };

const text = words.storage;

export class PictureState {
  /** The row under the pointer, and the one of the table that it is a part of. */
  pointed = $state.raw<UsageRow | null>(null);
  readonly hovered = $derived(this.pointed?.key ?? null);
  hoveredRow = $state.raw<string | null>(null);
  tip = $state.raw<{ row: UsageRow; top: UsageRow; at: Point } | null>(null);
  focused = $state.raw<string | null>(null);
  selected = $state.raw<UsageRow | null>(null);
  /** The row of the table that the selected one is, or is a part of. */
  selectedRow = $state.raw<string | null>(null);
  readonly selectedKey = $derived(this.selected?.key ?? null);
  /** The colour of a row, or of a part of the row `top`: one in the picture, its table and its legend. */
  readonly toneOf: (row: UsageRow, top?: UsageRow) => Tone;
  readonly #view: () => UsageView | undefined;
  readonly #onopen: (key: string) => void;

  constructor(
    view: () => UsageView | undefined,
    toneOf: (row: UsageRow, top?: UsageRow) => Tone,
    onopen: (key: string) => void,
  ) {
    this.#view = view;
    this.toneOf = toneOf;
    this.#onopen = onopen;
  }

  /** Selects a row, or a part of the row `top`. */
  select(row: UsageRow, top: UsageRow = row): void {
    this.selected = row;
    this.selectedRow = top.key;
    this.focused = row.key;
  }

  focus(row: UsageRow, top: UsageRow): void {
    if (untrack(() => this.selectedKey) !== row.key) this.select(row, top);
  }

  hover(row: UsageRow, top: UsageRow, at: PointerEvent | null): void {
    this.pointed = row;
    this.hoveredRow = top.key;
    this.tip = at ? { row, top, at: { x: at.clientX, y: at.clientY } } : null;
  }

  leave(): void {
    this.pointed = null;
    this.hoveredRow = null;
    this.tip = null;
  }

  open(row: UsageRow): void {
    if (!row.canOpen) return;
    this.leave();
    this.#onopen(row.key);
  }

  /** Nothing of a place that is shown no more stays selected. */
  clear(): void {
    this.leave();
    this.selected = null;
    this.selectedRow = null;
    this.focused = null;
  }

  nameOf(row: UsageRow): string {
    // One word for a layer, here and in the legend.
    if (row.kind === 'layer' && row.layer) return text.layers[row.layer];
    return nameOfKey(row.key) ?? ((row.kind === 'rest' ? '' : row.name) || text.kinds[row.kind]);
  }

  placeName(): string {
    const view = this.#view();
    return (view?.key ? (nameOfKey(view.key) ?? view.trail.at(-1)?.name) : '') || text.whole;
  }

  /** The share of the place that is shown. */
  shareOf(row: UsageRow): string {
    return sharePercent(row.bytes, this.#view()?.bytes ?? 0);
  }

  describe(row: UsageRow, top: UsageRow): string {
    const within = row === top ? '' : text.within(this.nameOf(top));
    const marks = row.rebuildable ? `, ${text.rebuildable}` : '';
    const size = formatSize(row.bytes);
    const share = text.shareOf(this.shareOf(row), this.placeName());
    return text.tile(this.nameOf(row), size + within, share + marks);
  }
}
