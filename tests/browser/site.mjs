/** `undercroft serve` over a library of its own, and Debian's Chromium to look at it. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = resolve(fileURLToPath(import.meta.url), '../../..');

/** The program under test. */
export const program = join(resolve(root, process.env.CARGO_TARGET_DIR || 'target'), 'debug/undercroft');

/** Where screenshots of failures go. */
const pictures = join(root, 'test-results');

export const CHROMIUM = '/usr/bin/chromium';
const QUIET = [
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];

/** How long a page may take to show something, in milliseconds. */
const PATIENCE = 60_000;

/**
 * @typedef {object} Serving What is served, where it is not a new library by the program under test.
 * @property {string} [program]
 * @property {string} [library] One that is there already.
 * @property {string} [within] The folder that the site's own folder is made in.
 */

/** A server over a library of its own, in a folder of its own. */
export class Site {
  /** @type {string[]} Links that were printed and not used. */
  #links = [];
  /** @type {(() => void)[]} */
  #waiting = [];

  /** @param {Serving} [serving] */
  static async start(serving = {}) {
    const site = new Site(serving);
    await site.#listen();
    return site;
  }

  /** @param {Serving} serving */
  constructor({ program: served = program, library, within = tmpdir() }) {
    if (!existsSync(served)) throw new Error(`${served} is not built: npm test -- build browser`);
    this.folder = mkdtempSync(join(within, 'undercroft-browser-'));
    this.library = library ?? join(this.folder, 'library');
    this.server = spawn(served, ['--json', '--library', this.library, 'serve'], {
      env: { PATH: process.env.PATH, HOME: this.makeFolder('home'), LANG: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.said = '';
    this.server.stderr.on('data', (part) => (this.said += part));
    this.ended = new Promise((done) => this.server.on('close', done));
  }

  async #listen() {
    const lines = createInterface({ input: this.server.stdout });
    const listening = new Promise((done, fail) => {
      lines.on('line', (line) => {
        const message = JSON.parse(line);
        if (message.message_type === 'listening') done(message);
        if (message.message_type !== 'link') return;
        this.#links.push(message.url);
        this.#waiting.shift()?.();
      });
      this.ended.then(() => fail(new Error(`undercroft serve ended:\n${this.said}`)));
    });
    const { port, token_file: tokenFile } = await listening;
    this.origin = `http://127.0.0.1:${port}`;
    this.token = readFileSync(tokenFile, 'utf8').trim();
  }

  /** A link that lets one browser in. */
  async link() {
    if (this.#links.length === 0) await new Promise((done) => this.#waiting.push(() => done(undefined)));
    return /** @type {string} */ (this.#links.shift());
  }

  /** Calls a use case as a script does. @param {string} name @param {object} [request] @returns {Promise<any>} */
  async call(name, request = {}) {
    const reply = await fetch(`${this.origin}/api/call/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    const body = await reply.json();
    assert.ok(reply.ok, `${name} answered ${reply.status}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Points a folder out, as typing it does. @param {string} path @returns {Promise<string>} */
  async place(path) {
    return (await this.call('place_type', { path })).id;
  }

  /** @param {string} path */
  async addProject(path) {
    return this.call('project_add', { place: await this.place(path), tags: [] });
  }

  /** @param {string} name */
  async addDestination(name) {
    const place = await this.place(this.makeFolder(name));
    return this.call('destination_add', {
      place,
      name,
      password: { type: 'typed', password: 'a long password' },
      create: true,
    });
  }

  /** Backs up and waits until it is done. @param {{ id: string }} project @param {{ id: string }} destination */
  async backUp(project, destination) {
    const { id } = await this.call('backup_run', { project: project.id, destination: destination.id });
    return this.finished(id);
  }

  /** Makes the first version of a project, and waits until its changes are noticed. @template {{ id: string }} P @param {P} project @param {number} [patience] @returns {Promise<P>} */
  async keep(project, patience) {
    const { id } = await this.call('history_start', { project: project.id });
    const { state, outcome } = await this.finished(id, patience);
    assert.equal(state, 'succeeded', JSON.stringify(outcome));
    await this.until(async () => {
      const states = await this.call('watch_list');
      return states.some(
        (/** @type {any} */ one) => one.project === project.id && ['watching', 'limited'].includes(one.state),
      );
    }, patience);
    return project;
  }

  /** Waits until a project has this many versions, and gives them, newest first. @param {{ id: string }} project @param {number} count @returns {Promise<any[]>} */
  async versions(project, count) {
    const [main] = await this.call('workspace_list', { project: project.id });
    /** @type {any[]} */ let versions = [];
    await this.until(async () => {
      versions = await this.call('version_list', { workspace: main.id });
      return versions.length >= count;
    });
    return versions;
  }

  /** @param {() => Promise<boolean>} holds @param {number} [patience] */
  async until(holds, patience = PATIENCE) {
    for (const end = Date.now() + patience; Date.now() < end;) {
      if (await holds()) return;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`It does not come to hold: ${holds}`);
  }

  /** Waits for a job's end. @param {string} id @param {number} [patience] @returns {Promise<any>} */
  async finished(id, patience = PATIENCE) {
    for (const end = Date.now() + patience; Date.now() < end;) {
      const job = (await this.call('job_list')).find((/** @type {any} */ one) => one.id === id);
      if (!['queued', 'running'].includes(job.state)) return job;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`The job ${id} does not end`);
  }

  /** @param {string} name */
  makeFolder(name) {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  async stop() {
    this.server.kill('SIGTERM');
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What the browser is always started with. */
export function flags() {
  return [...QUIET, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
}

/** Starts the browser, with scroll bars where they are to be dragged. @param {{ scrollBars?: boolean }} [look] */
export function startBrowser({ scrollBars = false } = {}) {
  const ignoreDefaultArgs = scrollBars ? ['--hide-scrollbars'] : [];
  return chromium.launch({ executablePath: CHROMIUM, args: flags(), ignoreDefaultArgs });
}

/**
 * Opens the pages in a window of their own, signed in, runs a test in it, and fails when a page
 * threw, opened a dialog of the browser's, or broke the content security policy.
 * @param {import('playwright-core').Browser} browser @param {Site} site @param {string} name
 * @param {(page: import('playwright-core').Page) => Promise<void>} run
 * @param {import('playwright-core').BrowserContextOptions} [look]
 */
export async function visit(browser, site, name, run, look = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    reducedMotion: 'reduce',
    ...look,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const faults = watch(page);
  try {
    await page.goto(await site.link());
    await page.getByRole('navigation').first().waitFor();
    await run(page);
    assert.deepEqual(faults, [], 'the pages did something that they must not');
  } catch (error) {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true }).catch(() => {});
    throw error;
  } finally {
    await context.close();
  }
}

/** @param {import('playwright-core').Page} page */
function watch(page) {
  /** @type {string[]} */
  const faults = [];
  page.on('pageerror', (error) => faults.push(`threw: ${error.stack ?? error.message}`));
  page.on('dialog', (dialog) => (faults.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) faults.push(message.text());
  });
  return faults;
}

/** Goes to a page by its address. @param {import('playwright-core').Page} page @param {string} hash */
export async function go(page, hash) {
  await page.evaluate((to) => {
    window.location.hash = to;
  }, hash);
}
