/** The press of a button: busy for as long as what it began lasts, and deaf to more presses meanwhile. */
export class Press {
  busy = $state(false);
  readonly #act: (event: Event) => unknown;

  constructor(act: (event: Event) => unknown) {
    this.#act = act;
  }

  take = async (event: Event): Promise<void> => {
    // A form is not submitted by it either.
    if (this.busy) return event.preventDefault();
    const begun = this.#act(event);
    if (!(begun instanceof Promise)) return;
    this.busy = true;
    try {
      await begun;
    } finally {
      this.busy = false;
    }
  };
}
