/** Windows side by side over recorded answers, in one browser, each answered in its own manner. */

import assert from 'node:assert/strict';
import { RecordedSite, recording } from '../pictures/recorded-site.mjs';
import { startBrowser } from './site.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('../pictures/recorded-site.mjs').Library} Library */
/** @typedef {import('../pictures/recorded-site.mjs').Manner} Manner */

/** So many places are looked at side by side. */
const SIDE_BY_SIDE = 4;
/** How long a page may take to show something, in milliseconds. */
const PATIENCE = 20_000;
/** What an answer leads to comes within so many milliseconds: a delay of the page's own, and a call. */
const SOON = 200;

/** One window of the browser; its manner can be changed at any time. */
export class Window {
  /** The calls that came, in their order. @type {{ name: string, request: any }[]} */
  calls = [];
  /** @type {Manner} */
  manner = {};
  /** What answers it, and where. @type {{ library: Library, origin: string } | undefined} */
  #served;
  /** The calls that have no answer yet. */
  #open = 0;
  #last = performance.now();

  /** @param {RecordedSite} site @param {Page} page @param {number} number @param {boolean} changes Whether what is done in it changes the library: the next place gets another. */
  constructor(site, page, number, changes) {
    this.changes = changes;
    this.site = site;
    this.page = page;
    this.number = number;
    const isCall = (/** @type {import('playwright-core').Request} */ request) => request.url().includes('/api/call/');
    const count = (/** @type {number} */ by) => (/** @type {import('playwright-core').Request} */ request) => {
      if (!isCall(request)) return;
      this.#open += by;
      this.#last = performance.now();
    };
    page.on('request', count(1));
    page.on('requestfinished', count(-1));
    page.on('requestfailed', count(-1));
  }

  /** Opens an address as if nothing had been opened before, and waits for its title. @param {string} address @param {Library} [library] */
  async open(address, library = 'full') {
    await this.load(address, library);
    await this.heading();
  }

  /** Opens an address of which it is not known that it comes. @param {string} address @param {Library} [library] */
  async load(address, library = 'full') {
    await this.page.goto('about:blank');
    this.calls = [];
    this.#open = 0;
    if (this.changes || this.#served?.library !== library)
      this.#served = { library, origin: await this.site.open(library, this.number, this.#manner()) };
    await this.page.goto(this.#served.origin + address, { waitUntil: 'commit' });
  }

  /** @returns {Manner} */
  #manner() {
    return {
      before: (name, request) => {
        this.calls.push({ name, request });
        return this.manner.before?.(name, request);
      },
      told: (reply, name) => (this.manner.told ? this.manner.told(reply, name) : reply),
    };
  }

  /** Goes to an address as a link does. @param {string} hash */
  async go(hash) {
    await this.page.evaluate((to) => {
      window.location.hash = to;
    }, hash);
  }

  heading() {
    return this.page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
  }

  /** Waits until everything that was asked is answered, and nothing more is asked. @param {number} [held] So many calls have no answer yet. */
  async settle(held = 0) {
    const begun = (this.#last = performance.now());
    while (this.#open > held || performance.now() - this.#last < SOON) {
      if (performance.now() - begun > PATIENCE) throw new Error(`${this.#open} calls have no answer`);
      await new Promise((done) => setTimeout(done, 20));
    }
    await this.painted();
  }

  /** Waits until what is there is painted. */
  async painted() {
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  /** Waits until a page is there whole. */
  async shown() {
    await this.heading();
    await this.settle();
    await this.page.waitForFunction(() => document.querySelector('.skeleton') === null);
  }

  /** The words of the page, once two pictures have the same: a label that is sized by its place comes or goes after. */
  async content() {
    for (let before; ; await this.painted()) {
      const now = (await this.page.locator('main .content').innerText()).replace(/\s+/g, ' ');
      if (now === before) return now;
      before = now;
    }
  }
}

/** A browser, and the server that all of its windows are answered by. */
export class RecordedWindows {
  #windows = 0;

  static async start() {
    const [site, browser] = await Promise.all([RecordedSite.start(), startBrowser()]);
    return new RecordedWindows(site, browser);
  }

  /** @param {RecordedSite} site @param {import('playwright-core').Browser} browser */
  constructor(site, browser) {
    this.site = site;
    this.browser = browser;
  }

  async stop() {
    await this.browser.close();
    this.site.stop();
  }

  /**
   * Looks at each of some places, several side by side, and fails with all that is wrong.
   * @template T @param {readonly T[]} places @param {(window: Window, place: T, index: number) => Promise<string[]>} look
   * @param {{ width?: number, height?: number, changes?: boolean, atStart?: () => void }} [wanted] The size of the windows; whether the
   *   library is changed in them; what runs in them first.
   */
  async each(places, look, { width = 1280, height = 860, changes = false, atStart } = {}) {
    /** @type {string[]} */ const faults = [];
    const left = [...places.entries()];
    const walk = async () => {
      const context = await this.browser.newContext({
        viewport: { width, height },
        reducedMotion: 'reduce',
        timezoneId: 'UTC',
        locale: 'en-GB',
      });
      await context.clock.setFixedTime(recording.now);
      if (atStart) await context.addInitScript(atStart);
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      const window = new Window(this.site, page, (this.#windows += 1), changes);
      let what = '';
      page.on('pageerror', (error) => faults.push(`${what}: threw ${error.stack}`));
      page.on('dialog', (dialog) => (faults.push(`${what}: dialog ${dialog.message()}`), dialog.dismiss()));
      page.on('console', (message) => {
        const isExpected = /Failed to load resource/.test(message.text());
        if (message.type() === 'error' && !isExpected) faults.push(`${what}: ${message.text()}`);
      });
      for (let next = left.shift(); next; next = left.shift()) {
        const [index, place] = next;
        what = nameOf(place);
        window.manner = {};
        await look(window, place, index).then(
          (found) => faults.push(...found.map((fault) => `${what}: ${fault}`)),
          (error) => faults.push(`${what}: ${error.message.split('\n').slice(0, 4).join(' ')}`),
        );
      }
      await context.close();
    };
    await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, places.length) }, walk));
    assert.deepEqual(faults, []);
  }
}

/** @param {any} place */
function nameOf(place) {
  return (typeof place === 'string' ? place : place.what).slice(0, 110);
}
