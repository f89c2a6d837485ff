/**
 * An engine that answers late, with errors, or not at all, on every page: nothing is said before it is known,
 * nothing moves, nothing is done twice, and every failure has its words and its way on.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { asking, atDestination, ids, inProject, pages, pairs } from './recorded-addresses.mjs';
import { RecordedWindows } from './recorded-windows.mjs';

/** @typedef {import('./recorded-windows.mjs').Window} Window */
/** @typedef {import('../pictures/recorded-site.mjs').Failure} Failure */

/** Of all that can move in a window, as browsers count it: what a search adds to its list is more than this. */
const MOST_SHIFT = 0.02;
/** What tells of work under way, or of a search that goes on, and is meant to go. */
const UNDER_WAY = /…$|^\d+ versions?$|Same on the command line/;
/** Without these no page is shown at all. */
const FRAME = ['app_info', 'settings_show'];

/** What the engine says of a call that fails. */
const EXPLAINED = {
  code: 'internal',
  what: 'The catalog cannot be read',
  why: 'The disk does not answer',
  next: 'Look at the disk, then try again',
};
/** An error that the engine explains, a page of HTTP's own, and a connection that breaks. @type {Failure[]} */
const FAILURES = [
  { status: 500, type: 'application/json', body: JSON.stringify(EXPLAINED) },
  { status: 500, type: 'text/html', body: '<h1>No</h1>' },
  'broken',
];

/** @type {RecordedWindows} */ let windows;
/** What the pages say when they are whole. @type {Map<string, string>} */ const whole = new Map();
before(async () => {
  windows = await RecordedWindows.start();
});
after(() => windows?.stop());

test('late answers: nothing is said before it is known, and nothing moves', () =>
  windows.each(
    pages,
    async (window, address) => {
      const { page } = window;
      /** @type {string[]} */ const faults = [];
      const answers = new HeldAnswers(window, (name) => !FRAME.includes(name));
      await window.open(address);
      await answers.asked();
      if (answers.held > 0 && address !== '#/nowhere' && (await page.locator('.empty').count()) > 0)
        faults.push('is empty before the answer');
      await answers.letGoOneByOne();
      await window.shown();
      whole.set(address, await window.content());
      const { taken, shifts } = await page.evaluate(() => {
        const { seen, shifts: all, textsNow } = /** @type {any} */ (globalThis);
        const now = textsNow();
        const gone = [...seen].filter(([text, count]) => count > (now.get(text) ?? 0)).map(([text]) => text);
        return { taken: gone, shifts: all };
      });
      const lies = taken.filter((/** @type {string} */ text) => !UNDER_WAY.test(text));
      if (lies.length > 0) faults.push(`said and took back: ${lies.join(' | ')}`);
      const shift = shifts.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.value, 0);
      const most = address.startsWith('#/search') ? 2 * MOST_SHIFT : MOST_SHIFT;
      if (shift > most)
        faults.push(`moved ${shift.toFixed(3)}: ${shifts.map((/** @type {any} */ one) => one.what).join('; ')}`);
      return faults;
    },
    { atStart: observe },
  ));

test('late answers: a page that was left does not come back over the next', () =>
  windows.each(pairs, async (window, { first, then, about }) => {
    await window.open('#/help');
    await window.shown();
    const answers = new HeldAnswers(window, (_, request) => JSON.stringify(request).includes(about));
    await window.go(first);
    await answers.asked();
    await window.go(then);
    await answers.asked();
    await answers.letGoOneByOne();
    await window.shown();
    const became = await window.content();
    const wanted = whole.get(then) ?? (await contentOf(window, then));
    return became === wanted ? [] : [`became ${became}\ninstead of ${wanted}`];
  }));

/** An act: where, what leads to its button, the button, and what it asks for. @type {{ what: string, at: string, open?: string[], press: string, ask: string }[]} */
const ACTS = [
  { at: '#/', press: 'main >> role=button[name="Back up everything"]', ask: 'plan_run' },
  { at: '#/backups', press: '[data-testid=plan-run] >> nth=0', ask: 'plan_run' },
  { at: inProject, press: '[data-testid=backup-now] >> nth=0', ask: 'backup_run' },
  { at: `#/plans/${ids.plan}`, press: '[data-testid=plan-save]', ask: 'plan_save' },
  {
    at: `${inProject}/history/main`,
    open: ['[data-testid=save-version]'],
    press: '[role=dialog] button[type=submit]',
    ask: 'version_save',
  },
  { at: `${atDestination}?view=verification`, press: '[data-testid=drill]', ask: 'drill' },
  { at: `#/projects/${ids.lost}`, press: '[data-testid=backup-now] >> nth=0', ask: 'backup_run' },
  { at: '#/doctor', press: 'main >> role=button[name="Look again"]', ask: 'doctor' },
  {
    at: `#/backups/${ids.second}?view=trash`,
    open: ['[data-testid=empty-trash]'],
    press: '[data-testid=confirm]',
    ask: 'trash_empty',
  },
  { at: '#/cleanup', open: ['[data-testid=free-chosen]'], press: '[data-testid=free-confirm]', ask: 'library_cleanup' },
  { at: '#/storage', press: '[data-testid=rescan]', ask: 'usage_scan' },
].map((act) => ({ what: `${act.at} ${act.ask}`, ...act }));

test('late answers: what is pressed is busy, and a second press asks for nothing', () =>
  windows.each(
    ACTS,
    async (window, { at, open = [], press, ask }) => {
      const { page } = window;
      /** @type {string[]} */ const faults = [];
      await window.open(at);
      await window.shown();
      for (const way of open) {
        await page.locator(way).click();
        await window.settle();
      }
      const answers = new HeldAnswers(window, (name) => name === ask);
      const before = window.calls.length;
      const state = await page.locator(press).evaluate(async (/** @type {HTMLButtonElement} */ one) => {
        one.click();
        one.click();
        await new Promise((done) => setTimeout(done, 100));
        const isBusy = !one.isConnected || one.disabled || one.getAttribute('aria-busy') === 'true';
        one.click();
        return isBusy ? '' : 'is not busy';
      });
      if (state) faults.push(state);
      await answers.asked();
      await answers.letGoOneByOne();
      await window.settle();
      const asked = window.calls
        .slice(before)
        .flatMap(({ name, request }) => (name === ask ? [JSON.stringify(request)] : []));
      if (asked.length === 0) faults.push('was not asked for');
      if (new Set(asked).size < asked.length) faults.push(`was asked for ${asked.length} times`);
      return faults;
    },
    { changes: true },
  ));

test('errors: each page says what happened, and is whole again when the engine is', () =>
  windows.each(asking, async (window, address, index) => {
    const { page } = window;
    /** @type {string[]} */ const faults = [];
    const failure = FAILURES[index % FAILURES.length];
    window.manner = { before: (name) => (FRAME.includes(name) ? undefined : failure) };
    await window.open(address);
    await window.settle();
    const notes = page.locator('main').getByTestId('error-note');
    const again = notes.getByRole('button', { name: 'Try again' });
    if ((await notes.count()) === 0) faults.push('does not say what happened');
    if ((await again.count()) < (await notes.count())) faults.push('an error has no way on');
    if (failure === FAILURES[0] && !(await notes.first().innerText()).includes(EXPLAINED.why))
      faults.push('gives no reason');
    faults.push(...(await leftOver(page)));
    if (faults.length > 0) return faults;
    window.manner = {};
    await again.first().click();
    await window.shown();
    if ((await notes.count()) > 0) faults.push('is not whole again');
    const healed = await window.content();
    const wanted = whole.get(address) ?? (await contentOf(window, address));
    if (healed !== wanted) faults.push(`became ${healed}\ninstead of ${wanted}`);
    return faults;
  }));

test('errors: an engine that fails from the start has its words, and the pages come when it is back', () =>
  windows.each(
    FAILURES.map((failure, at) => ({ what: `failure ${at}`, failure })),
    async (window, { failure }) => {
      const { page } = window;
      window.manner = { before: () => failure };
      await window.load('#/projects');
      const again = page.getByRole('button', { name: 'Try again' });
      await again.first().waitFor();
      await window.settle();
      const faults = await leftOver(page);
      window.manner = {};
      await again.first().click();
      await window.shown();
      if ((await page.getByTestId('project-row').count()) === 0) faults.push('does not come back');
      return faults;
    },
  ));

const LONG = 'Words that took long to type';
/** A form: where, what opens it, what is typed into its fields, its button, and what it asks for. */
const FORMS = [
  {
    at: `${inProject}/history/main`,
    open: ['[data-testid=save-version]'],
    fields: { '[role=dialog] textarea, [role=dialog] input[type=text]': LONG },
    ask: 'version_save',
  },
  {
    at: '#/projects',
    open: ['role=button[name="More"]', 'role=menuitem[name=/^New project/]'],
    fields: { '[role=dialog] input[type=text] >> nth=0': LONG },
    ask: 'project_create',
  },
  {
    at: '#/backups',
    open: ['role=button[name="Add destination"] >> nth=0'],
    fields: {
      '[data-testid=place-path]': '/home/mira/new-destination',
      'role=dialog >> role=textbox[name=/^Name/]': LONG,
    },
    ask: 'destination_add',
  },
  {
    at: inProject,
    open: ['[data-testid=project-view] >> role=button[name=/^More for/]', 'role=menuitem[name=/template/]'],
    fields: { '[role=dialog] input[type=text] >> nth=0': 'taken', '[role=dialog] input[type=text] >> nth=1': LONG },
    ask: 'template_make',
  },
  {
    at: `${inProject}/workspaces`,
    open: ['role=button[name="Open another…"]'],
    fields: { '[role=dialog] input[type=text] >> nth=0': LONG },
    ask: 'workspace_open',
  },
  {
    at: `${inProject}/git/main`,
    fields: { 'main form input >> nth=0': LONG },
    press: 'main form button[type=submit]',
    ask: 'git_commit',
  },
].map((form) => ({ what: `${form.at} ${form.ask}`, open: [], press: '[role=dialog] button[type=submit]', ...form }));

test('errors: what was typed is kept', () =>
  windows.each(
    FORMS,
    async (window, { at, open, fields, press, ask }) => {
      const { page } = window;
      await window.open(at);
      await window.shown();
      for (const way of open) await page.locator(way).click();
      window.manner = { before: (name) => (name === ask ? FAILURES[0] : undefined) };
      for (const [field, text] of Object.entries(fields)) await page.locator(field).fill(text);
      await window.settle();
      await page.locator(press).click();
      await window.settle();
      /** @type {string[]} */ const faults = [];
      if (!window.calls.some(({ name }) => name === ask)) faults.push('was not asked for');
      for (const [field, text] of Object.entries(fields)) {
        const kept = await page
          .locator(field)
          .inputValue({ timeout: 2_000 })
          .catch(() => 'no field');
        if (kept !== text) faults.push(`${field} has ${kept}`);
      }
      if (!(await page.locator('body').innerText()).includes(EXPLAINED.what)) faults.push('does not say what happened');
      return faults;
    },
    { changes: true },
  ));

/** What a page says when nothing is late. @param {Window} window @param {string} address */
async function contentOf(window, address) {
  await window.open(address);
  await window.shown();
  return window.content();
}

/** What says that an answer is still to come, or that there is nothing, where neither holds. @param {import('playwright-core').Page} page */
async function leftOver(page) {
  /** @type {string[]} */ const faults = [];
  for (const what of ['.skeleton', '.empty', '[aria-busy=true]'])
    if ((await page.locator(`main ${what}`).count()) > 0) faults.push(`shows ${what}`);
  return faults;
}

/** The answers of a window that are held back, until they are let go in an order of their own. */
class HeldAnswers {
  /** @type {{ name: string, go: () => void }[]} */
  #held = [];

  /** @param {Window} window @param {(name: string, request: any) => boolean} isHeld */
  constructor(window, isHeld) {
    this.window = window;
    window.manner = {
      before: (name, request) => {
        if (isHeld(name, request)) return new Promise((done) => this.#held.push({ name, go: () => done(undefined) }));
      },
    };
  }

  get held() {
    return this.#held.length;
  }

  /** Waits until no more is asked, and all that is not held is answered. */
  async asked() {
    await this.window.settle(Infinity);
  }

  async letGoOneByOne() {
    while (this.#held.length > 0) {
      const [next] = this.#held.sort((a, b) => orderOf(a.name) - orderOf(b.name)).splice(0, 1);
      next?.go();
      // It is painted before the next one comes.
      await this.window.painted();
      if (this.#held.length === 0) await this.asked();
    }
  }
}

/** @param {string} name */
function orderOf(name) {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7) % 700;
}

/** Runs in the page from its start: keeps how often each quiet text was there at most, and what moved. */
function observe() {
  const QUIET = '.empty, .quiet, .none, .hint, .facts';
  const seen = new Map();
  const shifts = /** @type {any[]} */ ([]);
  const textsNow = () => {
    const now = new Map();
    for (const one of document.querySelectorAll(QUIET)) {
      if (one.closest('nav, pre, .cm-editor, [data-announced]') || one.parentElement?.closest(QUIET)) continue;
      const text = one.textContent?.trim().replace(/\s+/g, ' ');
      if (text) now.set(text, (now.get(text) ?? 0) + 1);
    }
    return now;
  };
  const look = () => {
    for (const [text, count] of textsNow()) seen.set(text, Math.max(count, seen.get(text) ?? 0));
  };
  // What is painted counts, not what is there between two frames.
  const eachFrame = () => (document.body && look(), requestAnimationFrame(eachFrame));
  eachFrame();
  const nameOf = (/** @type {any} */ node) =>
    `${(node?.closest ? node : node?.parentElement)?.className ?? ''} “${(node?.textContent ?? '').trim().slice(0, 24)}”`;
  new PerformanceObserver((list) => {
    for (const entry of /** @type {any[]} */ (list.getEntries()))
      shifts.push({
        value: entry.value,
        what: entry.sources
          .map(
            (/** @type {any} */ { node, previousRect: a, currentRect: b }) =>
              `${nameOf(node)} ${a.x},${a.y} to ${b.x},${b.y}`,
          )
          .join(', '),
      });
  }).observe({ type: 'layout-shift', buffered: true });
  Object.assign(globalThis, { seen, shifts, textsNow });
}
