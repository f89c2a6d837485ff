/** A desktop of its own for a test: a display, a session bus, a home, and nothing of the caller's. */

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PATIENCE, Page, until } from './webdriver.mjs';

const here = resolve(fileURLToPath(import.meta.url), '..');
const root = resolve(here, '../..');

const profile = process.env.UNDERCROFT_PROFILE ?? 'debug';

/** The program under test, with the pages inside it: what is measured is measured as it ships, by `UNDERCROFT_PROFILE=release`. */
export const binary = join(resolve(root, process.env.CARGO_TARGET_DIR || 'target'), profile, 'undercroft-desktop');

/** Debian's Python: the bindings to GTK and D-Bus are installed for it. */
const python = '/usr/bin/python3';

/** Everything that runs for a test: nothing of it outlives this process. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => process.exit(1));
}

/**
 * @typedef {object} Look
 * @property {boolean} [dark] Whether the desktop's theme is dark.
 * @property {string} [home] The home, if it shall be another than one of its own.
 */

/** Starts a desktop; whatever the test starts on it ends with it. @param {Look} [look] */
export async function startDesktop(look = {}) {
  if (!existsSync(binary)) throw new Error(`${binary} is not built; see tests/e2e/README.md`);
  const desktop = new Desktop(look.home);
  try {
    await desktop.start(look);
    return desktop;
  } catch (error) {
    await desktop.stop();
    throw error;
  }
}

export class Desktop {
  /** @type {import('node:child_process').ChildProcess[]} */
  #children = [];
  /** @type {Page[]} */
  #pages = [];

  /** @param {string} [home] */
  constructor(home) {
    this.folder = mkdtempSync(join(tmpdir(), 'undercroft-e2e-'));
    this.home = home ?? this.#makeFolder('home');
    this.library = join(this.folder, 'library');
    /** @type {NodeJS.ProcessEnv} */
    this.env = {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      HOME: this.home,
      XDG_RUNTIME_DIR: this.#makeFolder('run'),
      UNDERCROFT_HOME: this.library,
      GDK_BACKEND: 'x11',
      NO_AT_BRIDGE: '1',
      GSETTINGS_BACKEND: 'memory',
    };
  }

  /** @param {Look} look */
  async start({ dark }) {
    if (dark) this.env.GTK_THEME = 'Adwaita:dark';
    const screen = ['-screen', '0', '1360x860x24', '-nolisten', 'tcp', '-noreset'];
    const display = this.spawn('Xvfb', ['-displayfd', '3', ...screen], ['ignore', 'ignore', 'ignore', 'pipe']);
    this.env.DISPLAY = `:${await firstLine(display, 3)}`;
    const bus = this.spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], ['ignore', 'pipe', 'ignore']);
    this.env.DBUS_SESSION_BUS_ADDRESS = await firstLine(bus, 1);
  }

  /** Opens the window under a driver. @param {...string} args */
  async open(...args) {
    const port = await freePort();
    this.spawn('WebKitWebDriver', [`--port=${port}`], undefined, { TAURI_WEBVIEW_AUTOMATION: 'true' });
    const driver = `http://127.0.0.1:${port}`;
    await until('the driver answers', () => fetch(`${driver}/status`).then((r) => r.ok, () => false));
    const page = await Page.open(driver, binary, args);
    this.#pages.push(page);
    return page;
  }

  /** Starts the program as from a menu, without a driver. @param {...string} args */
  launch(...args) {
    return this.spawn(binary, args);
  }

  /** Starts one of the Python helpers beside this file. @param {string} name @param {...string} args */
  python(name, ...args) {
    return this.spawn(python, [join(here, name), ...args], ['pipe', 'pipe', 'inherit']);
  }

  /** Makes the mouse or the keyboard of this display do something. @param {...(string | number)} words */
  async xdotool(...words) {
    const { code, output } = await finished(this.spawn('xdotool', words.map(String)));
    if (code !== 0) throw new Error(`xdotool ${words.join(' ')} failed`);
    return output.trim();
  }

  /** The id of the window with this title, once it shows. @param {string} title */
  windowTitled(title) {
    return until(`a window is called ${title}`, () => this.#shown(title));
  }

  /** Answers the dialog of this title with a key. @param {string} title @param {string} key */
  async answer(title, key) {
    const dialog = await this.windowTitled(title.replace('?', '.'));
    await until(`${title} has the keyboard`, () => this.#focus(dialog));
    await this.xdotool('key', key);
  }

  /** Answers the folder dialog of this title with a path, as one types it. @param {string} title @param {string} path */
  async chooseFolder(title, path) {
    const dialog = await this.windowTitled(title);
    const isGone = async () => (await this.#shown(title)) !== dialog;
    let presses = 0;
    await until(`the dialog took ${path}`, async () => {
      // A key that comes after this dialog went would be pressed in the window below it.
      if ((await isGone()) || !(await this.#focus(dialog))) return isGone();
      // The first Return may only take over what GTK completed. What busy GTK swallowed is typed
      // again, and so is what went to a window that came to have the keyboard.
      if (presses % 5 === 0) {
        await this.xdotool('key', 'ctrl+l', 'ctrl+a');
        await this.xdotool('type', '--delay', 5, path);
      }
      presses += 1;
      await this.xdotool('key', 'Return');
      await sleep(300);
      return isGone();
    });
  }

  /** Whether the window of this title shows. @param {string} [title] */
  async shows(title = 'Undercroft') {
    return (await this.#shown(title)) !== '';
  }

  /** The id of the window with this title, if it shows. @param {string} title */
  async #shown(title) {
    const search = ['search', '--onlyvisible', '--name', `^${title}$`];
    const { output } = await finished(this.spawn('xdotool', search));
    return output.trim().split('\n').at(-1) ?? '';
  }

  /** Gives the keyboard to this window, and says whether it could have it. @param {string} window */
  async #focus(window) {
    const { code } = await finished(this.spawn('xdotool', ['windowfocus', '--sync', window]));
    return code === 0;
  }

  /** Waits until the window is hidden or gone. */
  isHidden() {
    return until('the window is hidden', async () => !(await this.shows()));
  }

  /** Keeps a picture of the whole display, dialogs included. @param {string} file */
  async picture(file) {
    await finished(this.python('picture.py', file));
  }

  /** Clicks the close button of the window. */
  async closeWindow() {
    const window = await this.windowTitled('Undercroft');
    await finished(this.python('close_window.py', window));
  }

  /** @param {string} program @param {string[]} args @param {any} [stdio] @param {object} [more] */
  spawn(program, args, stdio = ['ignore', 'pipe', 'inherit'], more = {}) {
    const child = spawn(program, args, { env: { ...this.env, ...more }, stdio, cwd: this.home });
    this.#children.push(child);
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.on('error', (error) => console.error(`${program}: ${error.message}`));
    return child;
  }

  async stop() {
    for (const page of this.#pages) await page.close().catch(() => undefined);
    for (const child of this.#children.reverse()) await end(child);
    await removeFolder(this.folder);
  }

  /** @param {string} name */
  #makeFolder(name) {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    chmodSync(folder, 0o700);
    return folder;
  }
}

/** How a program ended, and what it printed. @param {import('node:child_process').ChildProcess} child */
export async function finished(child) {
  let output = '';
  child.stdout?.on('data', (part) => (output += part));
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  const code = await new Promise((done) => child.once('close', done));
  clearTimeout(late);
  return { code, output };
}

/** @param {import('node:child_process').ChildProcess} child */
async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(late);
}

/** @param {import('node:child_process').ChildProcess} child @param {number} channel @returns {Promise<string>} */
function firstLine(child, channel) {
  const stream = /** @type {import('node:stream').Readable} */ (child.stdio[channel]);
  return new Promise((done, fail) => {
    createInterface({ input: stream }).once('line', done);
    child.once('exit', (code) => fail(new Error(`${child.spawnfile} ended with ${code} before it was ready`)));
  });
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((done, fail) => {
    const server = createServer().once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => done(port));
    });
  });
}

/**
 * Removes a folder into which a process that ends may still write; `rmSync` tries again without looking what is new.
 * @param {string} folder
 */
async function removeFolder(folder) {
  for (let left = 20; ; left -= 1) {
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}
