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
  readonly #fetch: (signal: AbortSignal) => Promise<T>;
  #question = new AbortController();
  #asking = false;
  #again = false;

  constructor(fetch: (signal: AbortSignal) => Promise<T>) {
    this.#fetch = fetch;
  }

  /** True until the first answer: the moment for a skeleton. */
  get pending(): boolean {
    return this.value === undefined && this.error === null;
  }

  /** Asks again. Only the newest question's answer counts, the one before ends; an error keeps the last value. */
  async reload(): Promise<void> {
    const { signal } = this.#begin();
    const again = () => void this.reload();
    untrack(() => (this.loading = true));
    asked(this, again);
    try {
      const value = await this.#fetch(signal);
      if (signal.aborted) return;
      this.value = value;
      this.error = null;
    } catch (cause) {
      if (signal.aborted) return;
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

  /** Waits for no answer any more: nobody looks at it. */
  drop(): void {
    this.#question.abort();
    dropped(this);
  }

  clear(): void {
    this.drop();
    this.value = undefined;
    this.error = null;
    this.loading = false;
  }

  #begin(): AbortController {
    this.#question.abort();
    return (this.#question = new AbortController());
  }
}

/** A resource of the component that is being set up: what it asked for ends with it. */
export function ownResource<T>(fetch: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const resource = new Resource(fetch);
  $effect(() => () => resource.drop());
  return resource;
}

export function asWireError(cause: unknown): WireError {
  return cause instanceof BackendError ? cause.wire : unexpectedFault(cause);
}
