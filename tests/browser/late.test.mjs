/**
 * An engine that answers late, with errors, or not at all, on every page: nothing is said before it is known,
 * nothing moves, nothing is done twice, and every failure has its words and its way on.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EXPLAINED, RecordedSite } from './recorded-site.mjs';
import { go, startBrowser } from './site.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** Of all that can move in a window, as browsers count it: what a search adds to its list is more than this. */
const MOST_SHIFT = 0.02;
/** So many pages are looked at side by side. */
const SIDE_BY_SIDE = 4;
/** What tells of work under way, or of a search that goes on, and is meant to go. */
const UNDER_WAY = /…$|^\d+ versions?$|Same on the command line/;
/** Without these no page is shown at all. */
const FRAME = ['app_info', 'settings_show'];

/** @type {RecordedSite} */ let site;
/** @type {import('playwright-core').Browser} */ let browser;
/** @type {ReturnType<typeof addressesOf>} */ let known;
before(async () => {
  [site, browser] = await Promise.all([RecordedSite.start(), startBrowser()]);
  known = addressesOf(site);
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

test('late answers: nothing is said before it is known, and nothing moves', async () => {
  site.manner = (name) => ({ late: 300 + (hashOf(name) % 700) });
  await eachPage(known.pages, async (page, address) => {
    await page.addInitScript(observe);
    const faults = [];
    const calls = follow(page);
    await page.goto(`${site.origin}/${address}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    if (calls.open > 0 && address !== '#/nowhere' && (await page.locator('.empty').count()) > 0) faults.push('is empty before the answer');
    await calls.settled();
    await page.waitForFunction(() => document.querySelector('.skeleton') === null);
    const { taken, shifts } = await page.evaluate(() => {
      const { seen, shifts: all, textsNow } = /** @type {any} */ (window);
      const now = textsNow();
      const gone = [...seen].filter(([text, count]) => count > (now.get(text) ?? 0)).map(([text]) => text);
      return { taken: gone, shifts: all };
    });
    const lies = taken.filter((/** @type {string} */ text) => !UNDER_WAY.test(text));
    if (lies.length > 0) faults.push(`said and took back: ${lies.join(' | ')}`);
    const shift = shifts.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.value, 0);
    const most = address.startsWith('#/search') ? 2 * MOST_SHIFT : MOST_SHIFT;
    if (shift > most) faults.push(`moved ${shift.toFixed(3)}: ${shifts.map((/** @type {any} */ one) => one.what).join('; ')}`);
    return faults;
  });
});

test('late answers: a page that was left does not come back over the next', async () => {
  const { pairs } = known;
  await eachPage(pairs, async (page, [first, second]) => {
    const calls = follow(page);
    site.manner = () => ({});
    await page.goto(`${site.origin}/#/help`);
    await shown(page, calls);
    const id = /[0-9a-f]{32,}(?=\D*$)/.exec(first)?.[0] ?? 'nothing';
    site.manner = (_, request) => ({ late: JSON.stringify(request).includes(id) ? 700 : 20 });
    await go(page, first);
    await page.waitForTimeout(150);
    await go(page, second);
    await shown(page, calls);
    const became = await contentOf(page);
    await page.reload();
    await shown(page, calls);
    const wanted = await contentOf(page);
    return became === wanted ? [] : [`became ${became}\ninstead of ${wanted}`];
  }, 1);
});

test('late answers: what is pressed is busy, and a second press asks for nothing', async () => {
  const { project, workspace, plan, destination, lost } = known;
  site.manner = () => ({});
  const faults = [];
  for (const { at, press, open, ask } of [
    { at: '#/', press: 'main >> role=button[name="Back up everything"]', ask: 'plan_run' },
    { at: '#/backups', press: '[data-testid=plan-run] >> nth=0', ask: 'plan_run' },
    { at: `#/projects/${project}`, press: '[data-testid=backup-now] >> nth=0', ask: 'backup_run' },
    { at: `#/plans/${plan}`, press: '[data-testid=plan-save]', ask: 'plan_save' },
    { at: `#/projects/${project}/history/main`, open: '[data-testid=save-version]', press: '[role=dialog] button[type=submit]', ask: 'version_save' },
    { at: `#/backups/${destination}?view=verification`, press: '[data-testid=drill]', ask: 'drill' },
    { at: `#/projects/${lost}`, press: '[data-testid=backup-now] >> nth=0', ask: 'backup_run' },
    { at: '#/doctor', press: 'main >> role=button[name="Look again"]', ask: 'doctor' },
  ]) {
    const page = await newPage(faults, at);
    const calls = follow(page);
    await page.goto(`${site.origin}/${at}`);
    await shown(page, calls);
    if (open) await page.locator(open).click();
    await shown(page, calls);
    site.manner = (name) => (name === ask ? { late: 500 } : {});
    const before = site.calls.length;
    const button = page.locator(press);
    try {
      await button.waitFor({ timeout: 20_000 });
      const busy = await button.evaluate(async (/** @type {HTMLButtonElement} */ one) => {
        one.click();
        one.click();
        await new Promise((done) => setTimeout(done, 100));
        const state = one.isConnected && !one.disabled && one.getAttribute('aria-busy') !== 'true' ? 'is not busy' : '';
        one.click();
        return state;
      });
      if (busy) faults.push(`${at}: ${ask} ${busy}`);
      await calls.settled();
      const asked = site.calls.slice(before).filter(({ name }) => name === ask).map(({ request }) => JSON.stringify(request));
      if (asked.length === 0) faults.push(`${at}: ${ask} was not asked for`);
      if (new Set(asked).size < asked.length) faults.push(`${at}: ${ask} was asked for ${asked.length} times`);
    } catch (error) {
      faults.push(`${at}: ${ask}: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
    }
    site.manner = () => ({});
    await page.context().close();
  }
  assert.deepEqual(faults, []);
});

test('errors: each page says what happened, and is whole again when the engine is', async () => {
  const kinds = /** @type {const} */ (['explained', 'http', 'broken']);
  await eachPage(known.asking, async (page, address, index) => {
    const faults = [];
    const fail = kinds[index % kinds.length];
    page.failing = fail;
    const calls = follow(page);
    await page.goto(`${site.origin}/${address}`);
    await shown(page, calls, false);
    const notes = page.locator('main').getByTestId('error-note');
    if ((await notes.count()) === 0) faults.push('does not say what happened');
    for (const note of await notes.all())
      if ((await note.getByRole('button', { name: 'Try again' }).count()) === 0) faults.push('an error has no way on');
    if (fail === 'explained' && !(await notes.first().innerText()).includes(EXPLAINED.why)) faults.push('gives no reason');
    for (const what of ['.skeleton', '.empty'])
      if ((await page.locator(`main ${what}`).count()) > 0) faults.push(`shows ${what}`);
    page.failing = undefined;
    await notes.first().getByRole('button', { name: 'Try again' }).click();
    await shown(page, calls);
    if ((await notes.count()) > 0) faults.push('is not whole again');
    const healed = await contentOf(page);
    await page.reload();
    await shown(page, calls);
    if (healed !== (await contentOf(page))) faults.push(`became ${healed}\ninstead of ${await contentOf(page)}`);
    return faults;
  });
});

/** @param {RecordedSite} of */
function addressesOf({ backend }) {
  const { projects, destinations, snapshots, workspaces, versions, plans } = backend.library;
  const [{ id: project }] = projects;
  const other = projects.find((/** @type {any} */ one) => one.name === 'ledger-migration').id;
  const [{ id: destination }, { id: second }] = destinations;
  const held = snapshots.filter((/** @type {any} */ one) => one.destination === destination);
  const [{ id: workspace }] = workspaces;
  const mine = versions.filter((/** @type {any} */ one) => one.workspace === workspace);
  const P = `#/projects/${project}`;
  const backups = `#/backups/${destination}`;
  const asking = [
    '#/',
    '#/projects',
    P,
    `${P}/files/main/now`,
    `${P}/history/main`,
    `${P}/file-history/main/README.md`,
    `${P}/diff/main?from=${mine[4].id}&to=${mine[0].id}`,
    `${P}/workspaces`,
    `${P}/git/main`,
    `${P}/rules`,
    `#/browse/${destination}/${snapshots[0].id}?project=${project}`,
    '#/backups',
    ...[backups, ...['trash', 'verification', 'keys', 'maintenance'].map((view) => `${backups}?view=${view}`)],
    `#/plans/${plans[0].id}`,
    '#/plans/new',
    '#/search?text=main',
    '#/archive',
    '#/archive?show=trash',
    ...['picture', 'findings', 'growth', 'trend'].map((view) => `#/storage?view=${view}`),
    '#/cleanup',
    ...['runs', 'events', 'calendar', 'undo'].map((show) => `#/activity?show=${show}`),
    '#/doctor',
  ];
  return {
    project,
    workspace,
    destination,
    plan: plans[0].id,
    lost: other,
    asking,
    pages: [...asking, `${P}/files/main/${mine[3].id}`, '#/recover', '#/help', '#/settings', '#/nowhere'],
    pairs: /** @type {[string, string][]} */ ([
      [P, `#/projects/${other}`],
      [`${P}/files/main/now`, `#/projects/${other}/files/main/now`],
      [`${P}/history/main`, `#/projects/${other}/history/main`],
      [`${P}/files/main/${mine[3].id}`, `${P}/files/main/${mine[5].id}`],
      [backups, `#/backups/${second}`],
      [`#/plans/${plans[0].id}`, `#/plans/${plans[1].id}`],
      [`#/browse/${destination}/${held[0].id}`, `#/browse/${destination}/${held[1].id}`],
      [P, '#/backups'],
    ]),
  };
}

/**
 * Looks at each of some places, in a window of its own, and fails with all that is wrong.
 * @template T @param {readonly T[]} places @param {(page: any, place: T, index: number) => Promise<string[]>} look
 */
async function eachPage(places, look, sideBySide = SIDE_BY_SIDE) {
  /** @type {string[]} */ const faults = [];
  const left = [...places.entries()];
  const walk = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [index, place] = next;
      const page = await newPage(faults, String(place));
      try {
        faults.push(...(await look(page, place, index)).map((fault) => `${place}: ${fault}`));
      } catch (error) {
        faults.push(`${place}: ${error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : error}`);
      }
      await page.context().close();
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, walk));
  site.manner = () => ({});
  assert.deepEqual(faults, []);
}

/** A window of its own, in which nothing may be thrown or complained of. @param {string[]} faults @param {string} what @returns {Promise<any>} */
async function newPage(faults, what) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce' });
  const page = /** @type {any} */ (await context.newPage());
  page.setDefaultTimeout(60_000);
  page.on('pageerror', (/** @type {Error} */ error) => faults.push(`${what}: threw ${error.stack}`));
  page.on('console', (/** @type {any} */ message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(`${what}: ${message.text()}`);
  });
  // Windows side by side fail each by itself.
  await page.route('**/api/call/*', async (/** @type {import('playwright-core').Route} */ route) => {
    const name = route.request().url().split('/').at(-1) ?? '';
    if (!page.failing || FRAME.includes(name)) return route.continue();
    if (page.failing === 'broken') return route.abort('connectionreset');
    if (page.failing === 'http') return route.fulfill({ status: 500, contentType: 'text/html', body: '<h1>No</h1>' });
    return route.fulfill({ status: 500, contentType: 'application/json', body: JSON.stringify(EXPLAINED) });
  });
  return page;
}

/** The calls of a page that have no answer yet. @param {Page} page */
function follow(page) {
  const calls = { open: 0, settled };
  let last = Date.now();
  const isCall = (/** @type {import('playwright-core').Request} */ request) => request.url().includes('/api/call/');
  page.on('request', (request) => isCall(request) && ((calls.open += 1), (last = Date.now())));
  for (const end of /** @type {const} */ (['requestfinished', 'requestfailed']))
    page.on(/** @type {any} */ (end), (/** @type {any} */ request) => isCall(request) && ((calls.open -= 1), (last = Date.now())));
  return calls;

  /** What one answer leads to is asked for within moments. */
  async function settled() {
    const begun = (last = Date.now());
    while (calls.open > 0 || Date.now() - last < 300) {
      if (Date.now() - begun > 60_000) throw new Error(`${calls.open} calls have no answer`);
      await new Promise((done) => setTimeout(done, 30));
    }
  }
}

/** Waits until a page is there whole. @param {Page} page @param {ReturnType<typeof follow>} calls */
async function shown(page, calls, whole = true) {
  await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });
  await calls.settled();
  if (!whole) return;
  await page.waitForFunction(() => document.querySelector('.skeleton') === null);
  await calls.settled();
}

/** @param {Page} page */
async function contentOf(page) {
  // Messages in the title bar come and go, and times go on while one looks.
  const text = await page.locator('main .content').innerText();
  return text.replace(/just now|\d+ (min|s) ago/g, 'now').replace(/\s+/g, ' ');
}

/** @param {string} name */
function hashOf(name) {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
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
      shifts.push({ value: entry.value, what: entry.sources.map((/** @type {any} */ { node, previousRect: a, currentRect: b }) => `${nameOf(node)} ${a.x},${a.y} to ${b.x},${b.y}`).join(', ') });
  }).observe({ type: 'layout-shift', buffered: true });
  Object.assign(window, { seen, shifts, textsNow });
}
