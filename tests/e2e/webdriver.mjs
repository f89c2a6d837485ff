/** A small WebDriver client over fetch: what these tests need of it, and no more. */

import { setTimeout as sleep } from 'node:timers/promises';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** How many milliseconds something may take to come to pass: many, since a busy machine is no fault. */
export const PATIENCE = 60_000;

/** The window as a user meets it. */
export class Page {
  /** @param {string} driver Address of the driver. @param {string} session */
  constructor(driver, session) {
    this.base = `${driver}/session/${session}`;
  }

  /** Opens a session on a program. @param {string} driver @param {string} binary @param {string[]} args */
  static async open(driver, binary, args = []) {
    const options = { binary, args };
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options } };
    const { sessionId } = await send('POST', `${driver}/session`, { capabilities });
    return new Page(driver, sessionId);
  }

  /** Ends the session, and the program with it. */
  async close() {
    await send('DELETE', this.base);
  }

  /** Runs a function in the page with these arguments; a promise is waited for.
   * @param {Function} run @param {...unknown} args @returns {Promise<any>} */
  async run(run, ...args) {
    const script = `
      const done = arguments[arguments.length - 1];
      Promise.resolve((${run}).apply(null, Array.from(arguments).slice(0, -1)))
        .then((value) => done({ value }), (error) => done({ error: error instanceof Error ? String(error) : error }));`;
    const outcome = await this.#post('execute/async', { script, args });
    if ('error' in outcome) throw new Refused(outcome.error);
    return outcome.value;
  }

  /** Runs a use case over the page's own bridge. @param {string} name @param {object} [request] */
  call(name, request = {}) {
    return this.run((name, request) => window.__TAURI_INTERNALS__.invoke('call', { name, request }), name, request);
  }

  /** Notes the events that the program tells the page from now on; `heard` gives them back. */
  async listen() {
    await this.run(() => {
      const tauri = window.__TAURI_INTERNALS__;
      window.heardEvents ??= [];
      const handler = tauri.transformCallback((message) => window.heardEvents.push(message.payload));
      return tauri.invoke('plugin:event|listen', { event: 'undercroft', target: { kind: 'Any' }, handler });
    });
  }

  /** The events of this type that came since `listen`. @param {string} type @returns {Promise<any[]>} */
  heard(type) {
    return this.run((type) => window.heardEvents.filter((event) => event.type === type), type);
  }

  /** The first element that matches, once there is one. @param {string} selector */
  async find(selector) {
    return new Element(this, await until(`${selector} is there`, () => this.#query(selector)));
  }

  /** Clicks the first element that matches, whichever that is when nothing is in the way. @param {string} selector */
  async click(selector) {
    await until(`${selector} can be clicked`, async () => {
      const found = await this.#query(selector);
      return found && new Element(this, found).tryClick();
    });
  }

  /** The first element with this test id, once there is one. @param {string} id */
  testId(id) {
    return this.find(`[data-testid="${id}"]`);
  }

  /** The first element with this test id that holds this text. @param {string} id @param {string} text */
  withText(id, text) {
    return until(`${id} says ${text}`, async () => {
      for (const found of await this.#queryAll(`[data-testid="${id}"]`)) {
        const element = new Element(this, found);
        if ((await element.text().catch(() => '')).includes(text)) return element;
      }
      return undefined;
    });
  }

  /** The visible element of this role whose accessible name matches, once there is one.
   * @param {string} role @param {string | RegExp} name */
  async role(role, name) {
    return until(`${role} "${name}" is there`, () => this.#withRole(role, name));
  }

  /** Waits until the page shows this text. @param {string | RegExp} text */
  async sees(text, patience = PATIENCE) {
    const holds = (/** @type {string} */ all) => (text instanceof RegExp ? text.test(all) : all.includes(text));
    await until(`the page says ${text}`, async () => holds(await this.text()), patience).catch(async (error) => {
      throw new Error(`${error.message}\nIt says:\n${await this.text()}`);
    });
  }

  /** All visible text. @returns {Promise<string>} */
  text() {
    return this.run(() => document.body.innerText);
  }

  /** Presses keys where the focus is. @param {string} keys */
  async press(keys) {
    const actions = [...keys].flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ]);
    await this.#post('actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  /** Presses a key while another is held. @param {string} held @param {string} key */
  async chord(held, key) {
    const actions = [
      ...[held, key].map((value) => ({ type: 'keyDown', value })),
      ...[key, held].map((value) => ({ type: 'keyUp', value })),
    ];
    await this.#post('actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  /** Presses the mouse at one point of the page, and lets go at another. @typedef {{ x: number, y: number }} Point
   * @param {Point} from @param {Point} to */
  async drag(from, to) {
    const point = ({ x, y }) => ({ type: 'pointerMove', duration: 0, origin: 'viewport', x: Math.round(x), y: Math.round(y) });
    const between = [1, 2, 3].map((n) => ({ x: from.x + ((to.x - from.x) * n) / 4, y: from.y + ((to.y - from.y) * n) / 4 }));
    const actions = [
      ...[point(from), { type: 'pointerDown', button: 0 }],
      ...[...between, to].map(point),
      { type: 'pointerUp', button: 0 },
    ];
    await this.#post('actions', { actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }] });
  }

  /** Gives the window this size. @param {number} width @param {number} height */
  async resize(width, height) {
    await this.#post('window/rect', { x: 0, y: 0, width, height });
  }

  /** A picture of the page, as PNG. */
  async screenshot() {
    return Buffer.from(await send('GET', `${this.base}/screenshot`), 'base64');
  }

  /** @param {string} selector */
  async #query(selector) {
    try {
      return await this.#post('element', { using: 'css selector', value: selector });
    } catch (error) {
      if (error instanceof Refused && error.message.includes('no such element')) return undefined;
      throw error;
    }
  }

  /** @param {string} selector @returns {Promise<Record<string, string>[]>} */
  #queryAll(selector) {
    return this.#post('elements', { using: 'css selector', value: selector });
  }

  /** @param {string} role @param {string | RegExp} name */
  async #withRole(role, name) {
    const found = await this.#queryAll(candidates(role));
    for (const one of found.map((element) => new Element(this, element))) {
      if (await one.is(role, name).catch(() => false)) return one;
    }
    return undefined;
  }

  /** @param {string} path @param {object} body */
  #post(path, body) {
    return send('POST', `${this.base}/${path}`, body);
  }
}

/** Something in the page. */
export class Element {
  /** @param {Page} page @param {Record<string, string>} reference */
  constructor(page, reference) {
    this.page = page;
    this.reference = reference;
    this.base = `${page.base}/element/${reference[ELEMENT]}`;
  }

  /** Whether it shows, has this role and this accessible name. @param {string} role @param {string | RegExp} name */
  async is(role, name) {
    if (!(await send('GET', `${this.base}/displayed`))) return false;
    const label = await this.label();
    if (typeof name === 'string' ? label !== name : !name.test(label)) return false;
    return (await send('GET', `${this.base}/computedrole`)) === role;
  }

  /** Its accessible name. @returns {Promise<string>} */
  label() {
    return send('GET', `${this.base}/computedlabel`);
  }

  /** The first element within it that matches, once there is one. @param {string} selector */
  async find(selector) {
    const look = { using: 'css selector', value: selector };
    const found = await until(`${selector} is there`, async () => {
      const [first] = await send('POST', `${this.base}/elements`, look);
      return first;
    });
    return new Element(this.page, found);
  }

  /** Clicks it, once nothing is in the way; what sticks to the edge of a page is not, in its middle. */
  async click() {
    await until('it can be clicked', async () => {
      if (await this.tryClick()) return true;
      await this.page.run((/** @type {HTMLElement} */ element) => element.scrollIntoView({ block: 'center' }), this.reference);
      return false;
    });
  }

  /** Clicks it; nothing when something is in the way. */
  tryClick() {
    return send('POST', `${this.base}/click`, {}).then(
      () => true,
      (error) => {
        if (!/^element (not interactable|click intercepted)/.test(error.message)) throw error;
      },
    );
  }

  /** Types text into it. @param {string} text */
  async type(text) {
    await send('POST', `${this.base}/value`, { text });
  }

  /** Types text instead of what is in it. @param {string} text */
  async fill(text) {
    await send('POST', `${this.base}/clear`, {});
    await this.type(text);
  }

  /** Its visible text. @returns {Promise<string>} */
  text() {
    return this.page.run((/** @type {HTMLElement} */ element) => element.innerText, this.reference);
  }
}

/** An answer that the driver, or the page, gave instead of a result. */
export class Refused extends Error {
  /** @param {unknown} reason */
  constructor(reason) {
    super(typeof reason === 'string' ? reason : JSON.stringify(reason));
    this.reason = reason;
  }
}

/** Waits until `look` finds something. @template T @param {string} what @param {() => Promise<T> | T} look */
export async function until(what, look, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await Promise.resolve().then(look).catch(againIfStale);
    if (found) return found;
    if (Date.now() > end) throw new Error(`Waited ${patience} ms in vain until ${what}`);
    await sleep(50);
  }
}

/** What the page replaced while the driver looked at it is looked for again. @param {Error} error @returns {undefined} */
function againIfStale(error) {
  if (!error.message.startsWith('stale element reference')) throw error;
}

/** What can have a role: asking each element of a page would take long. @param {string} role */
function candidates(role) {
  /** @type {Record<string, string>} */
  const known = {
    button: 'button, [role=button]',
    link: 'a[href], [role=link]',
    textbox: 'input, textarea, [role=textbox]',
    heading: 'h1, h2, h3, h4, h5, h6, [role=heading]',
    row: 'tr, [role=row]',
    radio: 'input[type=radio], [role=radio]',
    checkbox: 'input[type=checkbox], [role=checkbox]',
    dialog: 'dialog, [role=dialog]',
    alert: '[role=alert]',
  };
  return known[role] ?? `[role=${role}]`;
}

/** @param {string} method @param {string} url @param {object} [body] @returns {Promise<any>} */
async function send(method, url, body) {
  const response = await fetch(url, { method, body: body && JSON.stringify(body) });
  const { value } = /** @type {any} */ (await response.json());
  if (!response.ok) throw new Refused(`${value.error}: ${value.message}`);
  return value;
}
