/** The desktop's tray, played by tray_host.py: what stands in it, and clicks on it. */

import { createInterface } from 'node:readline';
import { until } from './webdriver.mjs';

/**
 * @typedef {object} Entry
 * @property {number} id
 * @property {string} label
 * @property {boolean} enabled
 * @property {boolean} separator
 * @property {Entry[]} children What a submenu holds.
 *
 * @typedef {object} Item
 * @property {string} title
 * @property {string} status
 * @property {{ title: string, text: string, icons: number }} tooltip
 * @property {{ width: number, height: number, hash: string }[]} icon
 * @property {Entry[]} menu
 */

export class Tray {
  /** @param {import('./desktop.mjs').Desktop} desktop */
  static async start(desktop) {
    const tray = new Tray(desktop.python('tray_host.py'));
    await tray.#reply();
    return tray;
  }

  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.child = child;
    const lines = createInterface({ input: /** @type {NodeJS.ReadableStream} */ (child.stdout) });
    this.lines = lines[Symbol.asyncIterator]();
  }

  /** The item, once it is as `fits` says. @param {string} what @param {(item: Item) => boolean} fits @returns {Promise<Item>} */
  async shows(what, fits) {
    /** @type {Item | null} */
    let last = null;
    const look = async () => ((last = await this.#ask({ do: 'item' })) && fits(last) ? last : undefined);
    try {
      return await until(`the tray shows ${what}`, look);
    } catch (error) {
      throw new Error(`${/** @type {Error} */ (error).message}; it shows ${JSON.stringify(last)}`);
    }
  }

  /** Whether anything stands in the tray. */
  async isEmpty() {
    return (await this.#ask({ do: 'item' })) === null;
  }

  /** Clicks an entry of the menu or of a submenu; false when it cannot be clicked. @param {string} label */
  click(label) {
    return this.#ask({ do: 'click', label });
  }

  /** Clicks the icon. */
  activate() {
    return this.#ask({ do: 'activate' });
  }

  /** What the desktop was asked to notify. @returns {Promise<{ summary: string, body: string }[]>} */
  notified() {
    return this.#ask({ do: 'notified' });
  }

  /** What the icon of a state must look like, by its picture. @param {string} path @returns {Promise<Item['icon'][0]>} */
  picture(path) {
    return this.#ask({ do: 'picture', path });
  }

  /** @param {object} request */
  async #ask(request) {
    this.child.stdin?.write(`${JSON.stringify(request)}\n`);
    return this.#reply();
  }

  async #reply() {
    const { value } = await this.lines.next();
    const { reply, error } = JSON.parse(value);
    if (error) throw new Error(error);
    return reply;
  }
}
