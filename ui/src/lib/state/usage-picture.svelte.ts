/** The picture of the storage: the place that is shown, and the parts of its largest rows. */
import type { Backend } from '$lib/backend/backend';
import type { UsageBy, UsageRow, UsageView, WireError } from '$lib/backend/bindings';
import { restKey } from '$lib/storage/rows';
import { asWireError } from './resource.svelte';
import { answered, asked, unanswered } from './unanswered';

export type PicturePlace = { key: string; by: UsageBy };

const ROWS = 200;
const PARTS = 80;
/** The rows that show their parts: so many of a level, and none that is a smaller share of the whole. */
const LEVELS = [
  { most: 14, share: 0.015 },
  { most: 14, share: 0.02 },
  { most: 12, share: 0.02 },
];

export class UsagePicture {
  /** The place that is shown: the one asked for, or the one before while it is on its way. */
  view = $state.raw<UsageView | undefined>();
  error = $state.raw<WireError | null>(null);
  #parts = $state.raw<ReadonlyMap<string, readonly UsageRow[]>>(new Map());
  readonly #backend: Backend;
  readonly #views = new Map<string, UsageView>();
  readonly #fresh = new Set<string>();
  #turn = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get pending(): boolean {
    return this.view === undefined && this.error === null;
  }

  /** Shows a place: at once where it was shown before. */
  async show(place: PicturePlace): Promise<void> {
    const turn = ++this.#turn;
    const again = () => void this.show(place);
    asked(this, again);
    const known = this.#views.get(nameOf(place));
    if (known) this.#take(known);
    try {
      const view = known ?? (await this.#load(place, ROWS));
      if (turn !== this.#turn) return;
      if (!known) this.#take(view);
      await this.#loadParts(view, turn);
      if (turn === this.#turn) answered(this);
    } catch (cause) {
      if (turn !== this.#turn) return;
      this.error = asWireError(cause);
      unanswered(this, again);
    }
  }

  /** Loads the place again, after a count or a change. */
  async reload(place: PicturePlace): Promise<void> {
    this.#views.clear();
    this.#fresh.clear();
    await this.show(place);
  }

  /** The parts of a row, once they are loaded. */
  partsOf = (row: UsageRow): readonly UsageRow[] | undefined => {
    const { by } = this.view ?? { by: 'place' as const };
    return this.#parts.get(nameOf({ key: row.key, by }));
  };

  #take(view: UsageView): void {
    this.view = view;
    this.error = null;
  }

  async #load(place: PicturePlace, limit: number): Promise<UsageView> {
    const shown = await this.#backend.call('usage_show', { ...place, limit });
    // The rest of every place comes with the same key, and a picture shows that of several.
    const rows = shown.rows.map((row) => (row.key ? row : { ...row, key: restKey(place.key) }));
    const view = { ...shown, rows };
    if (limit === ROWS) this.#views.set(nameOf(place), view);
    return view;
  }

  /** Each level comes all together, so that the picture is drawn anew once and not row by row. */
  async #loadParts(view: UsageView, turn: number): Promise<void> {
    let rows: readonly UsageRow[] = view.rows;
    for (const { most, share } of LEVELS) {
      const large = rows
        .filter((row) => row.canOpen && row.bytes >= share * view.bytes)
        .sort((left, right) => right.bytes - left.bytes)
        .slice(0, most);
      const loaded = await Promise.all(large.map((row) => this.#partsOf(row, view.by)));
      if (turn !== this.#turn) return;
      for (const [name] of loaded) this.#fresh.add(name);
      this.#parts = new Map([...this.#parts, ...loaded]);
      rows = loaded.flatMap(([, parts]) => parts);
    }
  }

  /** The parts of a project begin with those of its folder: that all of it is files needs no frame. */
  async #partsOf(row: UsageRow, by: UsageBy): Promise<[string, readonly UsageRow[]]> {
    const [name, parts] = await this.#partsAt({ key: row.key, by });
    const folder = parts.find(({ kind, layer }) => kind === 'layer' && layer === 'working');
    if (row.kind !== 'project' || !folder?.canOpen) return [name, parts];
    const [, inside] = await this.#partsAt({ key: folder.key, by });
    if (inside.length === 0) return [name, parts];
    return [name, [...inside, ...parts.filter((part) => part !== folder)]];
  }

  async #partsAt(place: PicturePlace): Promise<[string, readonly UsageRow[]]> {
    const name = nameOf(place);
    const known = this.#views.get(name)?.rows;
    const fresh = known ?? (this.#fresh.has(name) ? this.#parts.get(name) : undefined);
    if (fresh) return [name, fresh];
    // A row whose parts cannot be had is drawn whole.
    const view = await this.#load(place, PARTS).catch(() => null);
    return [name, view?.rows ?? []];
  }
}

function nameOf({ key, by }: PicturePlace): string {
  return `${by} ${key}`;
}
