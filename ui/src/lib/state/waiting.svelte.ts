/** How long a page or a dialog has had a place to fill: whether its wait is to be told. */
import { createContext } from 'svelte';
import { askAgain } from './unanswered';

const LATE_MS = 10_000;

export class Waiting {
  late = $state(false);
  #places = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Notes a place that waits for its content, until the returned function is called. */
  begin(): () => void {
    if (this.#places === 0) this.#start();
    this.#places += 1;
    return () => {
      this.#places -= 1;
      if (this.#places === 0) this.#stop();
    };
  }

  /** Asks for all that is awaited once more. */
  again(): void {
    this.#stop();
    this.#start();
    askAgain();
  }

  #start(): void {
    this.#timer = setTimeout(() => (this.late = true), LATE_MS);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.late = false;
  }
}

export const [getWaiting, setWaiting] = createContext<Waiting>();
