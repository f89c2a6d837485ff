/** The state of a list: its columns, its order, and the row that the keyboard is on. */
import { words } from '$lib/words';

export type Column<T> = {
  id: string;
  label: string;
  /** The grid track: `1fr`, `96px`, `minmax(0, 2fr)`. */
  width: string;
  align?: 'end';
  /** Shown only where the list is at least this wide. */
  showFrom?: number;
  /** Compares two rows; without it the column does not sort. */
  compare?: (left: T, right: T) => number;
  /** The rows come in this order, so that nothing has to be sorted. */
  given?: boolean;
  /** The label is for screen readers only. */
  unlabelled?: boolean;
};
export type Sort = { column: string; descending: boolean };
export type GridOptions<T> = {
  rows: () => readonly T[];
  key: (row: T) => string;
  columns: Column<T>[];
  sort?: Sort;
  /** The key of the active row, where the owner of the list holds it: it then takes `onactive`. */
  active?: () => string | null;
  /** Called when the user moves to another row. */
  onactive?: (row: T) => void;
  /** The key of a row that is open beside the list: when it changes, it becomes the active one. */
  opened?: () => string | null;
  /** The rows that lie folded in a row; null for a row that holds none. */
  inside?: (row: T) => readonly T[] | null;
  /** The rows in a row that are shown even while it is folded. */
  standing?: (row: T) => readonly T[];
  /** Whether a row is unfolded as long as the user has not said otherwise. */
  unfolded?: (row: T) => boolean;
};

export class GridState<T> {
  readonly #options: GridOptions<T>;
  #lastIndex = 0;
  #lastKey: string | null = null;
  sort = $state.raw<Sort | null>(null);
  width = $state(1024);
  readonly columns = $derived.by(() =>
    this.#options.columns.filter((column) => (column.showFrom ?? 0) <= this.width),
  );
  readonly tracks = $derived(this.columns.map((column) => column.width).join(' '));
  /** The rows that the user unfolded or folded, by their keys. */
  #folds = $state.raw<ReadonlyMap<string, boolean>>(new Map());
  readonly #tops = $derived.by(() => this.#sorted(this.#options.rows()));
  readonly rows = $derived.by(() => (this.isTree ? this.#unfolded() : this.#tops));
  /** The row that a row lies in, by its key. */
  readonly #parents = $derived.by(
    () =>
      new Map(this.#tops.flatMap((top) => this.#inside(top).map((row) => [this.key(row), top]))),
  );
  #ownKey = $derived.by(() => (this.#lastKey = this.#options.opened?.() ?? this.#lastKey));
  readonly activeKey = $derived.by(() =>
    this.#options.active ? this.#options.active() : this.#ownKey,
  );
  /** The index of the active row; -1 when there is none or it is filtered out. */
  readonly activeIndex = $derived.by(() => this.#indexOf(this.activeKey));

  constructor(options: GridOptions<T>) {
    this.#options = options;
    this.sort = options.sort ?? null;
  }

  key(row: T): string {
    return this.#options.key(row);
  }

  get active(): T | undefined {
    return this.rows[this.activeIndex];
  }

  sortBy(column: string): void {
    const same = this.sort?.column === column;
    this.sort = { column, descending: same ? !this.sort?.descending : false };
  }

  /** Moves the active row to an index and returns the index that it came to. */
  moveTo(index: number): number {
    const bounded = Math.max(0, Math.min(this.rows.length - 1, index));
    const row = this.rows[bounded];
    this.#lastIndex = bounded;
    if (row !== undefined && this.key(row) !== this.activeKey) this.#activate(row);
    return bounded;
  }

  get isTree(): boolean {
    return this.#options.inside !== undefined;
  }

  /** Whether a row shows the rows that lie in it; undefined for one that holds none. */
  isOpen(row: T): boolean | undefined {
    if (!this.#options.inside?.(row)) return undefined;
    return this.#folds.get(this.key(row)) ?? this.#options.unfolded?.(row) ?? false;
  }

  isInside(row: T): boolean {
    return this.isTree && this.#parents.has(this.key(row));
  }

  setOpen(row: T, open: boolean): void {
    this.#folds = new Map([...this.#folds, [this.key(row), open]]);
  }

  /** Unfolds the active row or folds it, or goes from a row to the one that it lies in. Returns
   * the index of the active row. */
  fold(open: boolean): number {
    const row = this.active;
    if (row === undefined) return -1;
    const parent = this.#parents.get(this.key(row));
    if (this.isOpen(row) !== undefined) this.setOpen(row, open);
    else if (parent !== undefined && !open) return this.moveTo(this.#indexOf(this.key(parent)));
    return this.activeIndex;
  }

  #inside(row: T): readonly T[] {
    return this.#options.inside?.(row) ?? [];
  }

  #unfolded(): readonly T[] {
    return this.#tops.flatMap((top) =>
      this.isOpen(top)
        ? [top, ...this.#sorted(this.#inside(top))]
        : [top, ...(this.#options.standing?.(top) ?? [])],
    );
  }

  #activate(row: T): void {
    this.#options.onactive?.(row);
    if (this.#options.active) return;
    this.#lastKey = this.key(row);
    this.#ownKey = this.#lastKey;
  }

  #sorted(rows: readonly T[]): readonly T[] {
    const column = this.#options.columns.find((known) => known.id === this.sort?.column);
    if (!column || !this.sort) return rows;
    const { descending } = this.sort;
    if (column.given) return descending ? rows.toReversed() : rows;
    const { compare } = column;
    if (!compare) return rows;
    return rows.toSorted((left, right) =>
      descending ? compare(right, left) : compare(left, right),
    );
  }

  /** The last known place is looked at first: in a list of a million, a search would be felt. */
  #indexOf(key: string | null): number {
    if (key === null) return -1;
    const guess = this.rows[this.#lastIndex];
    if (guess !== undefined && this.key(guess) === key) return this.#lastIndex;
    return this.rows.findIndex((row) => this.key(row) === key);
  }
}

const collator = new Intl.Collator(words.locale, { numeric: true, sensitivity: 'base' });

export function byText<T>(read: (row: T) => string): (left: T, right: T) => number {
  return (left, right) => collator.compare(read(left), read(right));
}

export function byNumber<T>(read: (row: T) => number): (left: T, right: T) => number {
  return (left, right) => read(left) - read(right);
}
