/** What of the pages' own words is still English in a page that speaks another language. */

import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const root = resolve(fileURLToPath(import.meta.url), '../../..');
const folder = resolve(root, 'ui/src/lib/words');

/** The texts of two words and more that German says otherwise. */
const ENGLISH = await untranslatable();

/**
 * Fails with each text that is English; those that say so by their language are not the pages' own.
 * @param {import('playwright-core').Page} page @param {string} what
 */
export async function assertGerman(page, what) {
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'de-DE', what);
  assert.deepEqual(await page.evaluate(english, ENGLISH), [], what);
}

async function untranslatable() {
  const [en, de] = await Promise.all(
    ['en', 'de'].map(
      async (name) =>
        (await runnerImport(resolve(folder, `${name}.ts`), { root, configFile: false, logLevel: 'error' })).module[
          name
        ],
    ),
  );
  return [...new Set(differing(en, de))].filter((text) => /\S\s+\S/.test(text));
}

/** @param {any} left @param {any} right @returns {string[]} */
function differing(left, right) {
  if (typeof left === 'string') return left === right ? [] : [left];
  if (typeof left !== 'object' || left === null) return [];
  return Object.keys(left).flatMap((key) => differing(left[key], right?.[key]));
}

/** Runs in the page: a text is one of these, or has one of more than two words in it. @param {string[]} known */
function english(known) {
  const exact = new Set(known);
  const within = known.filter((text) => text.split(/\s+/).length > 2);
  return [...texts()].filter((text) => exact.has(text) || within.some((one) => text.includes(one)));

  function* texts() {
    for (const element of document.querySelectorAll('body *')) {
      if (element.closest('[lang=en]') || !element.checkVisibility()) continue;
      for (const node of element.childNodes)
        if (node.nodeType === Node.TEXT_NODE) yield (node.textContent ?? '').trim();
      for (const key of ['aria-label', 'title', 'placeholder', 'alt']) yield element.getAttribute(key) ?? '';
    }
  }
}
