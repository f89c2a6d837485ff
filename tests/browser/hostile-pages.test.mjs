/**
 * Every page and dialog over replies in which each name is a hostile one: what a disk can hold, as the engine
 * escapes it, and what a user can type. It is text, does nothing, and leaves every button where it was.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible } from './accessibility.mjs';
import { assertFits } from './layout.mjs';
import { RecordedSite } from './recorded-site.mjs';
import { go, startBrowser, visit } from './site.mjs';

/** Each is put before what a name was, so that no two become one. */
const NAMES = [
  '<img src=x onerror=window.owned=1>',
  '<script>window.owned=1</script>',
  '"><svg onload=window.owned=1>',
  '{@html owned}{constructor}',
  '&lt;b&gt;&amp;',
  'two\\nlines',
  'gpj.\\xe2\\x80\\xaeexe',
  'عربي',
  '%2e%2e%2f#?&=',
  'n'.repeat(235),
];
const TYPED = [
  'gpj.\u202eexe ',
  'a line\nand one more ',
  '👩‍👩‍👧‍👦 🏳️‍🌈 ',
  '<b onclick=window.owned=1>bold</b> ',
  'z'.repeat(10_000),
  'words '.repeat(1_700),
];
/** What is named on a disk, or tells of it. */
const NAMED = new Set(
  'name path display originalPath projectName destinationName planName workspaceName subject host user author branch url title text summary what why next reason examples current folder label sentence'.split(' '),
);
/** What users write as they like, by the use cases that reply it. */
const WRITTEN = new Set(['message', 'note', 'tags', 'description']);
/** Names that the pages know themselves: they are no names of a user's. */
const OURS = /^(settings_|app_info|usage_trend|place_|memory_|help)/;
const SMALL = { viewport: { width: 900, height: 600 } };

/** @type {RecordedSite} */ let site;
/** @type {import('playwright-core').Browser} */ let browser;
/** @type {Record<string, string>} */ let ids;
before(async () => {
  [site, browser] = await Promise.all([RecordedSite.start(), startBrowser()]);
  const { projects, destinations, snapshots, versions, plans, runs } = site.backend.library;
  const [{ id: project }] = projects;
  const mine = versions.filter((/** @type {any} */ one) => one.project === project);
  ids = { project, destination: destinations[0].id, second: destinations[1].id, snapshot: snapshots[0].id, plan: plans[0].id, run: runs[0].id, newest: mine[0].id, older: mine[4].id };
  site.told = (reply, name) => (OURS.test(name) ? reply : hostile(reply, name));
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

test('every page', () =>
  visit(browser, /** @type {any} */ (site), 'hostile pages', async (page) => {
    const P = `#/projects/${ids.project}`;
    const backups = `#/backups/${ids.destination}`;
    await examineAll(page, [
      '#/',
      '#/projects',
      P,
      `${P}/files/main/now`,
      `${P}/history/main`,
      `${P}/file-history/main/README.md`,
      `${P}/diff/main?from=${ids.older}&to=${ids.newest}`,
      `${P}/workspaces`,
      `${P}/git/main`,
      `${P}/rules`,
      `#/browse/${ids.destination}/${ids.snapshot}?project=${ids.project}`,
      '#/backups',
      ...[backups, ...['trash', 'verification', 'keys', 'maintenance'].map((view) => `${backups}?view=${view}`)],
      `#/plans/${ids.plan}`,
      '#/search?text=main',
      `#/search?text=${encodeURIComponent(TYPED.join(''))}`,
      '#/archive',
      '#/archive?show=trash',
      '#/cleanup',
      '#/activity?show=runs',
      `#/activity?show=runs&run=${ids.run}`,
      '#/activity?show=events',
      '#/activity?show=calendar',
      '#/activity?show=undo',
      '#/doctor',
      '#/help',
      '#/settings',
      `#/${TYPED[0]}${NAMES[0]}`,
    ]);
  }, SMALL));

test('the dialogs, the palette, the drawer and the messages', () =>
  visit(browser, /** @type {any} */ (site), 'hostile dialogs', async (page) => {
    const P = `#/projects/${ids.project}`;
    const backups = `#/backups/${ids.destination}`;
    const more = (/** @type {RegExp} */ item) => async () => {
      await page.getByTestId('project-view').getByRole('button', { name: /^More for/ }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await examineAll(page, [
      { at: P, what: 'archive', open: more(/^Archive/) },
      { at: P, what: 'template', open: more(/template/) },
      { at: `${P}/history/main`, what: 'restore a version', open: () => page.getByTestId('version-restore').click() },
      { at: `${P}/history/main`, what: 'save a version', open: () => page.getByTestId('save-version').click() },
      {
        at: `${P}/history/main`,
        what: 'thin',
        open: async () => {
          await page.getByRole('button', { name: 'Maintenance' }).click();
          await page.getByRole('menuitem', { name: /^Thin out/ }).click();
        },
      },
      { at: `${P}/workspaces`, what: 'open a workspace', open: () => page.getByRole('button', { name: 'Open another…' }).click() },
      { at: `#/browse/${ids.destination}/${ids.snapshot}`, what: 'restore a backup', open: () => page.getByTestId('restore').click() },
      { at: '#/search?text=main', what: 'all times', open: () => page.getByRole('button', { name: /^All times/ }).first().click() },
      { at: `${backups}?view=maintenance`, what: 'clean up', open: () => page.locator('main').getByRole('button', { name: /^Clean up/ }).first().click() },
      { at: `#/backups/${ids.second}?view=trash`, what: 'empty the trash', open: () => page.getByTestId('empty-trash').click() },
      { at: backups, what: 'forget a destination', open: async () => {
        await go(page, `${backups}?view=maintenance`);
        await page.locator('main').getByRole('button', { name: /^(Forget|Remove) / }).first().click();
      } },
      { at: '#/backups', what: 'add a destination', open: () => page.getByRole('button', { name: 'Add destination' }).first().click() },
      { at: '#/projects', what: 'add a project', open: () => page.getByTestId('add-project').first().click() },
      {
        at: '#/',
        what: 'the palette',
        open: async () => {
          await page.keyboard.press('Control+k');
          await page.getByTestId('palette').waitFor();
          await page.keyboard.insertText('README');
        },
      },
      {
        at: '#/',
        what: 'the palette with much typed',
        open: async () => {
          await page.keyboard.press('Control+k');
          await page.getByTestId('palette').waitFor();
          await page.keyboard.insertText(TYPED.join(''));
        },
      },
      {
        at: '#/help',
        what: 'the search of the help',
        open: () => page.getByRole('searchbox').first().fill(TYPED.join('').replaceAll('\n', ' ')),
      },
      {
        at: '#/activity?show=runs',
        what: 'jobs',
        open: async () => {
          site.backend.publish({ type: 'job', job: hostile({ ...site.backend.library.runs[0], id: 'f'.repeat(32), state: 'running', ended: null, outcome: null, canPause: true, paused: false, progress: { bytesDone: 1, bytesTotal: 9, filesDone: 1, filesTotal: 9, totalsSettled: true, bytesPerSecond: 1, secondsLeft: 9 }, current: 'x' }, 'job_list') });
          await page.keyboard.press('j');
          await page.getByTestId('job-drawer').waitFor();
        },
        close: () => page.keyboard.press('j'),
      },
      {
        at: '#/',
        what: 'a message',
        open: async () => {
          site.backend.publish({ type: 'notice', text: NAMES[0] + NAMES[9] });
          await page.getByTestId('toast').waitFor();
        },
      },
      {
        at: '#/projects',
        what: 'a drop',
        open: async () => {
          site.backend.publish({ type: 'dragOver', active: true });
          await page.getByTestId('drop-overlay').waitFor();
        },
        close: async () => site.backend.publish({ type: 'dragOver', active: false }),
      },
    ]);
  }, SMALL));

/**
 * Looks at each place, and fails with all that is wrong.
 * @param {import('playwright-core').Page} page
 * @param {(string | { at: string, what: string, open: () => Promise<void>, close?: () => Promise<unknown> })[]} places
 */
async function examineAll(page, places) {
  /** @type {string[]} */ const faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  for (const place of places) {
    const { at, what = at.slice(0, 90), open, close } = typeof place === 'string' ? { at: place } : place;
    for (const look of [
      async () => {
        // No tip of what lay below the pointer is meant.
        await page.mouse.move(450, 599);
        await go(page, at);
        await settle(page);
        await open?.();
        await settle(page);
      },
      () => assertUnharmed(page),
      () => assertFits(page, what),
      // The list of the palette is scrolled from the field, with the arrows, and takes no focus itself.
      () => assertAccessible(page, what, { except: ['scrollable-region-focusable'] }),
    ])
      await look().catch((error) => {
        const found = error instanceof assert.AssertionError ? JSON.stringify(error.actual).slice(0, 900) : error.message.split('\n').slice(0, 4).join(' ');
        faults.push(`${what}: ${found}`);
      });
    if (open && close) await close();
    else if (open) await page.keyboard.press('Escape');
  }
  assert.deepEqual(faults, []);
}

/** Waits until nothing is on its way. @param {import('playwright-core').Page} page */
async function settle(page) {
  await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });
  await page.waitForTimeout(250);
  await page.waitForFunction(() => document.querySelector('.skeleton') === null, undefined, { timeout: 20_000 });
}

/** No script ran, and no name became an element. @param {import('playwright-core').Page} page */
async function assertUnharmed(page) {
  const harm = await page.evaluate(() => ({
    owned: 'owned' in window,
    elements: [...document.querySelectorAll('img[src=x], svg[onload], [onclick], main b, main script')].map((one) => one.outerHTML),
  }));
  assert.deepEqual(harm, { owned: false, elements: [] });
}

/** A reply with each name made hostile, the same always in the same way. @param {any} value @param {string} name @param {string} [key] @returns {any} */
function hostile(value, name, key = '') {
  if (Array.isArray(value)) return value.map((one) => hostile(one, name, key));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([inner, one]) => [inner, hostile(one, name, inner)]));
  if (typeof value !== 'string' || value === '') return value;
  if (WRITTEN.has(key) || (key === 'name' && /^(plan_|version_)/.test(name))) return pick(TYPED, value) + value;
  return NAMED.has(key) ? pick(NAMES, value) + value : value;
}

/** @param {string[]} all @param {string} value */
function pick(all, value) {
  const sum = [...value].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) >>> 0, 7);
  return all[sum % all.length];
}
