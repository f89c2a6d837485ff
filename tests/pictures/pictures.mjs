/**
 * `npm run pictures [-- NAME…]`: takes a picture of every screen, or of these, in each look and language, and compares
 * it with the one that is kept. `npm run pictures -- --keep [NAME…]` keeps what differs instead.
 */

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseArgs } from 'node:util';
import { installPackages, root, stop } from '../../scripts/machine.mjs';
import { forPictures } from '../../scripts/packages.mjs';
import { Comparer } from './compare.mjs';
import { allKept, keep, letGo, readKept } from './kept.mjs';
import { LANGUAGES, LOOKS, openWindow, startBrowser, take, wear } from './looks.mjs';
import { pagesModule, RecordedSite, recording } from './recorded-site.mjs';
import { screens } from './screens.mjs';

/** @typedef {import('./screens.mjs').Screen} Screen */
/** @typedef {import('./looks.mjs').Language} Language */
/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./looks.mjs').Window & { number: number }} Window */

const results = join(root, 'test-results/pictures');
/** So many screens are pictured at once, each in all languages. */
const AT_ONCE = 2;
/** What is late comes within so many milliseconds; and what stays alike for so many is not late. */
const LATE = { most: 15_000, alike: 1_000 };
/** How long a page may take to show something, in milliseconds. */
const PATIENCE = 60_000;
const languages = /** @type {Language[]} */ (Object.keys(LANGUAGES));

const { values, positionals: wanted } = parseArgs({
  options: { keep: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = wanted.filter((name) => !screens.some((screen) => screen.name === name));
if (unknown.length > 0) {
  stop(`No screen is called ${unknown.join(', ')}.`, `The screens: ${screens.map(({ name }) => name).join(', ')}`);
}
if (values.keep) await installPackages(forPictures);

/** @type {RecordedSite} */ let site;
/** @type {import('playwright-core').Browser} */ let browser;
/** @type {Comparer} */ let comparer;
let windowsOpened = 0;
/** @type {Record<Language, any>} */ const words = { en: {}, de: {} };
/** Windows that picture nothing at the moment. @type {Record<Language, Window[]>} */ const windows = {
  en: [],
  de: [],
};

before(async () => {
  rmSync(results, { recursive: true, force: true });
  [site, browser] = await Promise.all([RecordedSite.start(), startBrowser()]);
  comparer = await Comparer.open(browser);
  for (const language of languages) {
    words[language] = (await pagesModule(`lib/words/${language}.ts`))[language];
    for (let at = 0; at < AT_ONCE; at += 1) {
      const window = await openWindow(browser, language, recording.now);
      window.page.setDefaultTimeout(PATIENCE);
      windows[language].push({ number: (windowsOpened += 1), ...window });
    }
  }
});
after(async () => {
  await browser?.close();
  site?.stop();
});

describe('every screen looks as it did', { concurrency: AT_ONCE }, () => {
  for (const screen of screens.filter(({ name }) => wanted.length === 0 || wanted.includes(name)))
    test(screen.name, async () => {
      const taken = await Promise.allSettled(languages.map((language) => picture(screen, language)));
      const others = taken.flatMap((one) => (one.status === 'fulfilled' ? one.value : [String(one.reason)]));
      assert.deepEqual(others, [], HOW_TO_KEEP(screen.name));
    });
});

test('every picture that is kept has its screen', () => {
  const known = new Set(
    screens.flatMap(({ name }) => languages.flatMap((one) => LOOKS.map((it) => nameOf(name, it, one)))),
  );
  const strays = allKept().filter((name) => !known.has(name));
  if (values.keep) return strays.forEach(letGo);
  assert.deepEqual(strays, [], 'no screen has these names; `npm run pictures -- --keep` lets them go');
});

/** @param {string} name */
const HOW_TO_KEEP = (name) =>
  `what differs is in test-results/pictures; if it is meant: npm run pictures -- --keep ${name}`;

/** @param {string} screen @param {import('./looks.mjs').Look} look @param {Language} language */
const nameOf = (screen, { theme, width }, language) => `${screen}/${theme}-${width}-${language}`;

/** Pictures a screen in one language; says what differs. @param {Screen} screen @param {Language} language */
async function picture(screen, language) {
  const window = /** @type {Window} */ (windows[language].pop());
  const { page } = window;
  try {
    await open(window, screen, language);
    /** @type {string[]} */ const others = [];
    for (const look of LOOKS) {
      await wear(page, look);
      others.push(...(await check(window, nameOf(screen.name, look, language))));
    }
    return others;
  } finally {
    windows[language].push(window);
  }
}

/** Opens a screen as if nothing had been opened before. @param {Window} window @param {Screen} screen @param {Language} language */
async function open({ number, page }, { address, library = 'full', open: more }, language) {
  await page.goto('about:blank');
  await wear(page, LOOKS[0]);
  await page.mouse.move(0, 0);
  await page.goto(`${await site.open(library, number)}${address}`, { waitUntil: 'commit' });
  await settle(page);
  if (!more) return;
  await more(page, words[language]);
  await page.mouse.move(0, 0);
}

/** @param {Page} page */
async function settle(page) {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForFunction(() => document.querySelector('.skeleton') === null);
}

/** Compares what a window shows with what is kept, or keeps it. @param {Window} window @param {string} name @returns {Promise<string[]>} */
async function check(window, name) {
  const kept = readKept(name);
  const { taken, difference } = await takeUntilItFits(window, kept?.toString('base64'));
  const picture = Buffer.from(taken, 'base64');
  if (values.keep) {
    if (!difference?.exact) keep(name, picture);
    return [];
  }
  if (difference?.same) return [];
  write(name, 'taken.png', picture);
  if (!kept) return [`${name}: no picture is kept`];
  write(name, 'kept.webp', kept);
  if (difference?.picture) write(name, 'difference.png', Buffer.from(difference.picture, 'base64'));
  return [`${name}: ${difference?.differing} pixels differ`];
}

/** Takes pictures until one is as the kept one, or nothing changes any more. @param {Window} window @param {string} [kept] */
async function takeUntilItFits(window, kept) {
  const start = performance.now();
  let since = start;
  for (
    let last = { taken: '', difference: /** @type {import('./compare.mjs').Difference | undefined} */ (undefined) };
    ;
  ) {
    const taken = await take(window);
    if (taken !== last.taken) {
      last = { taken, difference: kept ? await comparer.compare(taken, kept) : undefined };
      since = performance.now();
    }
    const now = performance.now();
    const fits = values.keep ? last.difference?.exact : last.difference?.same;
    if (fits || now - since >= LATE.alike || now - start >= LATE.most) return last;
    await window.page.waitForTimeout(50);
  }
}

/** @param {string} name @param {string} kind @param {Buffer} bytes */
function write(name, kind, bytes) {
  const path = join(results, `${name}.${kind}`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}
