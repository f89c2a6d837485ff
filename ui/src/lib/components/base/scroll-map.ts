/**
 * Where a list is looked at when it is taller than a browser can draw: a long way on the scroll bar is
 * taken in proportion, a turn of the wheel as it is.
 */

/** Browsers draw no more than some 16 to 33 million pixels. */
export const TALLEST = 10_000_000;

export type Heights = {
  /** The height that all rows have together. */
  total: number;
  /** The height that is looked at. */
  view: number;
};

export class ScrollMap {
  #scrollTop = 0;
  #top = 0;

  /** The height that is drawn. */
  static drawn(total: number): number {
    return Math.min(total, TALLEST);
  }

  /** The distance of what is looked at from the top of the list, after the list was scrolled. */
  scrolled(scrollTop: number, heights: Heights): number {
    const moved = scrollTop - this.#scrollTop;
    this.#scrollTop = scrollTop;
    const { total, view } = heights;
    const [ends, drawnEnds] = [Math.max(0, total - view), ScrollMap.drawn(total) - view];
    if (total <= TALLEST) this.#top = scrollTop;
    else if (scrollTop <= 0) this.#top = 0;
    // Browsers round heights and distances.
    else if (scrollTop >= drawnEnds - 1) this.#top = ends;
    else if (Math.abs(moved) <= 2 * view) {
      this.#top = Math.min(ends, Math.max(0, this.#top + moved));
    } else this.#top = (scrollTop / drawnEnds) * ends;
    return this.#top;
  }

  /** The place on the scroll bar for a distance from the top of the list. */
  scrollTopOf(top: number, { total, view }: Heights): number {
    if (total <= TALLEST || total <= view) return top;
    return (top / (total - view)) * (TALLEST - view);
  }

  /** Notes where the list was brought to, so that its scrolling moves nothing more. */
  placed(scrollTop: number, top: number): void {
    this.#scrollTop = scrollTop;
    this.#top = top;
  }
}
