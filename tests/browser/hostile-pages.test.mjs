/**
 * Every page and dialog over replies in which each name is a hostile one: what a disk can hold, as the engine
 * escapes it, and what a user can type. It is text, does nothing, and leaves every button where it was.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { recording } from '../pictures/recorded-site.mjs';
import { assertAccessible } from './accessibility.mjs';
import { assertFits } from './layout.mjs';
import { atDestination, ids, inBackup, inProject, pages } from './recorded-addresses.mjs';
import { RecordedWindows } from './recorded-windows.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./recorded-windows.mjs').Window} Window */
/**
 * @typedef {object} Place
 * @property {string} what
 * @property {string} at
 * @property {'full' | 'empty'} [library]
 * @property {(window: Window) => Promise<void>} [open] Opens a dialog over the page.
 */

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
  'name path display originalPath projectName destinationName planName workspaceName subject host user author branch url title text summary what why next reason examples current folder label sentence'.split(
    ' ',
  ),
);
/** What users write as they like, by the use cases that reply it. */
const WRITTEN = new Set(['message', 'note', 'tags', 'description']);
/** Names that the pages know themselves: they are no names of a user's. */
const OURS = /^(settings_|app_info|usage_trend|place_|memory_|help)/;
const SMALL = { width: 900, height: 600 };

/** @type {RecordedWindows} */ let windows;
before(async () => {
  windows = await RecordedWindows.start();
});
after(() => windows?.stop());

test('every page', () =>
  windows.each(
    [...pages, `#/search?text=${encodeURIComponent(TYPED.join(''))}`, `#/${TYPED[0]}${NAMES[0]}`].map((at) => ({
      what: at,
      at,
    })),
    examine,
    SMALL,
  ));

test('the dialogs, the palette, the drawer and the messages', () => windows.each(DIALOGS, examine, SMALL));

/** @type {Place[]} */
const DIALOGS = [
  { what: 'archive', at: inProject, open: more(/^Archive/) },
  { what: 'template', at: inProject, open: more(/template/) },
  { what: 'the tags', at: inProject, open: ({ page }) => page.getByTestId('tags').getByRole('button').last().click() },
  { what: 'restore a version', at: `${inProject}/history/main`, open: press('version-restore') },
  { what: 'save a version', at: `${inProject}/history/main`, open: press('save-version') },
  {
    what: 'thin',
    at: `${inProject}/history/main`,
    open: async ({ page }) => {
      await page.getByRole('button', { name: 'Maintenance' }).click();
      await page.getByRole('menuitem', { name: /^Thin out/ }).click();
    },
  },
  {
    what: 'open a workspace',
    at: `${inProject}/workspaces`,
    open: ({ page }) => page.getByRole('button', { name: 'Open another…' }).click(),
  },
  { what: 'restore a backup', at: inBackup, open: press('restore') },
  {
    what: 'all times',
    at: '#/search?text=main',
    open: ({ page }) =>
      page
        .getByRole('button', { name: /^All times/ })
        .first()
        .click(),
  },
  {
    what: 'clean up',
    at: `${atDestination}?view=maintenance`,
    open: ({ page }) =>
      page
        .locator('main')
        .getByRole('button', { name: /^Clean up/ })
        .first()
        .click(),
  },
  {
    what: 'forget a destination',
    at: `${atDestination}?view=maintenance`,
    open: ({ page }) =>
      page
        .locator('main')
        .getByRole('button', { name: /^(Forget|Remove) / })
        .first()
        .click(),
  },
  { what: 'empty the trash', at: `#/backups/${ids.second}?view=trash`, open: press('empty-trash') },
  {
    what: 'add a destination',
    at: '#/backups',
    open: ({ page }) => page.getByRole('button', { name: 'Add destination' }).first().click(),
  },
  { what: 'add a project', at: '#/projects', open: press('add-project') },
  { what: 'compare backups', at: atDestination, open: chosenBackups(2, /^Compare/) },
  { what: 'copy backups', at: atDestination, open: chosenBackups(1, /^Copy/) },
  {
    what: 'a folder of the storage',
    at: '#/storage?view=picture',
    open: async ({ page }) => {
      await page.locator('main [role=treeitem], main [role=row]').nth(2).click();
    },
  },
  { what: 'free what is found', at: '#/cleanup', open: press('free-chosen') },
  {
    what: 'the palette',
    at: '#/',
    open: async ({ page }) => {
      await palette(page);
      await page.keyboard.insertText('README');
    },
  },
  {
    what: 'the palette with much typed',
    at: '#/',
    open: async ({ page }) => {
      await palette(page);
      await page.keyboard.insertText(TYPED.join(''));
    },
  },
  {
    what: 'the search of the help',
    at: '#/help',
    open: ({ page }) => page.getByRole('searchbox').first().fill(TYPED.join('').replaceAll('\n', ' ')),
  },
  {
    what: 'jobs',
    at: '#/activity?show=runs',
    open: async ({ page, site, number }) => {
      site.publish(number, { type: 'job', job: hostile(JOB, 'job_list') });
      await page.keyboard.press('j');
      await page.getByTestId('job-drawer').waitFor();
    },
  },
  {
    what: 'a message',
    at: '#/',
    open: async ({ page, site, number }) => {
      site.publish(number, { type: 'notice', text: `${NAMES[0]}${NAMES[9]}` });
      await page.getByTestId('toast').waitFor();
    },
  },
  {
    what: 'a drop, and a message',
    at: '#/projects',
    open: async ({ page, site, number }) => {
      site.publish(number, { type: 'notice', text: `${NAMES[9]}${NAMES[1]}` });
      site.publish(number, { type: 'dragOver', active: true });
      await page.getByTestId('drop-overlay').waitFor();
    },
  },
  { what: 'a library to recover', at: '#/recover', library: 'empty', open: lookForLibrary },
];

/** A job under way. */
const JOB = {
  ...recording.calls.find((/** @type {any} */ { name }) => name === 'run_list').reply[0],
  ...{ id: 'f'.repeat(32), state: 'running', ended: null, outcome: null, canPause: true, paused: false, current: 'x' },
  progress: {
    ...{ bytesDone: 1, bytesTotal: 9, filesDone: 1, filesTotal: 9 },
    ...{ totalsSettled: true, bytesPerSecond: 1, secondsLeft: 9 },
  },
};

/** @param {string} button */
function press(button) {
  return (/** @type {Window} */ { page }) => page.getByTestId(button).first().click();
}

/** @param {RegExp} item */
function more(item) {
  return async (/** @type {Window} */ { page }) => {
    await page
      .getByTestId('project-view')
      .getByRole('button', { name: /^More for/ })
      .click();
    await page.getByRole('menuitem', { name: item }).click();
  };
}

/** @param {number} count @param {RegExp} act */
function chosenBackups(count, act) {
  return async (/** @type {Window} */ { page }) => {
    await page.getByTestId('snapshot-row').locator('[aria-expanded=false]').first().click();
    const boxes = page.getByRole('checkbox', { name: /^Choose the backup/ });
    for (let at = 0; at < count; at += 1) await boxes.nth(at).click();
    await page.locator('main').getByRole('button', { name: act }).first().click();
    await page.getByRole('dialog').waitFor();
  };
}

/** @param {Window} window */
async function lookForLibrary({ page }) {
  await page.getByRole('radio', { name: /^Another folder/ }).check();
  await page.getByTestId('place-path').fill('/media/mira/backup-drive/undercroft');
  await page.getByTestId('recovery-password').fill('stone upon stone');
  await page.getByTestId('recovery-look').click();
  await page.getByTestId('recoverable-project').first().waitFor();
}

/** @param {Page} page */
async function palette(page) {
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette').waitFor();
}

/** All that is wrong with a place. @param {Window} window @param {Place} place */
async function examine(window, { what, at, library, open }) {
  const { page } = window;
  /** @type {string[]} */ const faults = [];
  window.manner = { told: (reply, name) => (OURS.test(name) ? reply : hostile(reply, name)) };
  // No tip of what lay below the pointer is meant.
  await page.mouse.move(450, 599);
  await window.open(at, library);
  await window.shown();
  if (open) {
    await open(window);
    await window.shown();
  }
  for (const look of [
    () => assertUnharmed(page),
    () => assertFits(page, what),
    // The list of the palette is scrolled from the field, with the arrows, and takes no focus itself.
    () => assertAccessible(page, what, { except: ['scrollable-region-focusable'] }),
  ])
    await look().catch((error) => {
      if (!(error instanceof assert.AssertionError)) throw error;
      faults.push(JSON.stringify(error.actual).slice(0, 900));
    });
  return faults;
}

/** No script ran, and no name became an element. @param {Page} page */
async function assertUnharmed(page) {
  const harm = await page.evaluate(() => ({
    owned: 'owned' in window,
    elements: [...document.querySelectorAll('img[src=x], svg[onload], [onclick], main b, main script')].map(
      (one) => one.outerHTML,
    ),
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
