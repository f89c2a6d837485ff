/** A real drag with the mouse: from a window that offers files onto the window under test. */

import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from './webdriver.mjs';

/** Where drag_source.py puts its window. */
const SOURCE = { x: 1300, y: 40 };

export class Drag {
  /** Takes hold of files and moves them to a point of the display.
   * @param {import('./desktop.mjs').Desktop} desktop @param {string[]} paths @param {{ x: number, y: number }} to */
  static async over(desktop, paths, to) {
    const drag = new Drag(desktop, desktop.python('drag_source.py', ...paths));
    await drag.#hears('ready');
    await drag.#move(SOURCE);
    await desktop.xdotool('mousedown', 1);
    for (let step = 1; step <= 4; step += 1) await drag.#move({ x: SOURCE.x - 6 * step, y: SOURCE.y });
    await drag.#hears('dragging');
    for (let step = 1; step <= 10; step += 1) {
      await drag.#move({
        x: Math.round(SOURCE.x + ((to.x - SOURCE.x) * step) / 10),
        y: Math.round(SOURCE.y + ((to.y - SOURCE.y) * step) / 10),
      });
    }
    return drag;
  }

  /** @param {import('./desktop.mjs').Desktop} desktop @param {import('node:child_process').ChildProcess} source */
  constructor(desktop, source) {
    this.desktop = desktop;
    this.source = source;
    /** @type {string[]} */
    this.said = [];
    const lines = createInterface({ input: /** @type {NodeJS.ReadableStream} */ (source.stdout) });
    lines.on('line', (line) => this.said.push(line));
  }

  /** Lets go. */
  async drop() {
    await this.desktop.xdotool('mouseup', 1);
    await this.#hears('done');
    this.source.kill();
  }

  /** Moves back off the window, and lets go there. */
  async abandon() {
    await this.#move(SOURCE);
    await this.drop();
  }

  /** @param {string} word */
  #hears(word) {
    return until(`the drag is ${word}`, () => this.said.includes(word));
  }

  /** @param {{ x: number, y: number }} to */
  async #move({ x, y }) {
    await this.desktop.xdotool('mousemove', x, y);
    await sleep(25);
  }
}
