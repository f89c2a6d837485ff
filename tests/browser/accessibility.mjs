/** axe on a page: what keeps people with a screen reader, a keyboard or weak eyes out. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Fails with each violation and where it is.
 * @param {import('playwright-core').Page} page @param {string} what
 * @param {{ within?: string, except?: string[] }} [scope] A part of the page; rules that are wrong there.
 */
export async function assertAccessible(page, what, { within = 'html', except = [] } = {}) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const violations = await page.evaluate(examine, { within, except, tags: TAGS });
  assert.deepEqual(violations, [], what);
}

/** Runs in the page. @param {{ within: string, except: string[], tags: string[] }} scope */
async function examine({ within, except, tags }) {
  const rules = Object.fromEntries(except.map((rule) => [rule, { enabled: false }]));
  // @ts-expect-error axe was put there before
  const { violations } = await window.axe.run(within, { runOnly: tags, rules });
  return violations.map((/** @type {any} */ one) => ({
    rule: `${one.id}: ${one.help}`,
    where: one.nodes.map((/** @type {any} */ node) => `${node.target.join(' ')}  ${node.failureSummary}`),
  }));
}
