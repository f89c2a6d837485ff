/** So many at a time, the others in the order in which they came; one that is given up waits no longer. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  async take<T>(act: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#next(signal);
    try {
      return await act();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }

  #next(signal?: AbortSignal): Promise<void> {
    return new Promise((begin, giveUp) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        giveUp(signal?.reason);
      };
      const turn = () => {
        signal?.removeEventListener('abort', leave);
        begin();
      };
      this.#waiting.push(turn);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }
}
