/** A value from the engine: its last state, whether it is loading, and its error. */
import { untrack } from 'svelte';
import { BackendError } from '$lib/backend/backend';
import { unexpectedFault } from '$lib/backend/faults';
import type { WireError } from '$lib/backend/bindings';
import { answered, asked, dropped, unanswered } from './unanswered';

export class Resource<T> {
  value = $state.raw<T | undefined>();
  error = $state.raw<WireError | null>(null);
  loading = $state(false);
  readonly #fetch: () => Promise<T>;
  #turn = 0;
  #asking = false;
  #again = false;

  constructor(fetch: () => Promise<T>) {
    this.#fetch = fetch;
  }

  /** True until the first answer: the moment for a skeleton. */
  get pending(): boolean {
    return this.value === undefined && this.error === null;
  }

  /** Asks again. Only the newest question's answer counts, and an error keeps the last value. */
  async reload(): Promise<void> {
    const turn = ++this.#turn;
    const again = () => void this.reload();
    untrack(() => (this.loading = true));
    asked(this, again);
    try {
      const value = await this.#fetch();
      if (turn !== this.#turn) return;
      this.value = value;
      this.error = null;
    } catch (cause) {
      if (turn !== this.#turn) return;
      this.error = asWireError(cause);
      this.loading = false;
      return unanswered(this, again);
    }
    this.loading = false;
    answered(this);
  }

  /** As `reload`, one question at a time: all that come while one is open are asked as one after it. */
  async reloadInTurn(): Promise<void> {
    this.#again = true;
    if (this.#asking) return;
    this.#asking = true;
    while (this.#again) {
      this.#again = false;
      await this.reload();
    }
    this.#asking = false;
  }

  clear(): void {
    this.#turn += 1;
    dropped(this);
    this.value = undefined;
    this.error = null;
    this.loading = false;
  }
}

export function asWireError(cause: unknown): WireError {
  return cause instanceof BackendError ? cause.wire : unexpectedFault(cause);
}
