/** The lines that versions added and removed, asked for a few versions at a time behind the list. */
import type { Backend } from '$lib/backend/backend';
import type { VersionLines } from '$lib/backend/bindings';

/** So many are asked for in one request. */
const AT_ONCE = 50;

export class LineCountsState {
  known = $state.raw<ReadonlyMap<string, VersionLines>>(new Map());
  readonly #backend: Backend;
  readonly #asked = new Set<string>();
  #waiting: string[] = [];
  #busy = false;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Counts those that are not counted yet, the first first. A version never changes. */
  async count(versions: readonly string[]): Promise<void> {
    this.#waiting = versions.filter((id) => !this.#asked.has(id));
    if (this.#busy) return;
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const asked = this.#waiting.splice(0, AT_ONCE);
      const counted = await this.#ask(asked);
      // What the engine left for another time is asked for again, as long as it counts any.
      const done = counted.length > 0 ? counted.map(({ version }) => version) : asked;
      for (const id of done) this.#asked.add(id);
      this.#waiting.unshift(...asked.filter((id) => !this.#asked.has(id)));
      this.known = new Map([...this.known, ...counted.map((one) => [one.version, one] as const)]);
    }
    this.#busy = false;
  }

  /** Without an answer the list goes without these counts. */
  async #ask(versions: string[]): Promise<VersionLines[]> {
    try {
      return await this.#backend.call('version_lines', { versions });
    } catch {
      return [];
    }
  }
}
