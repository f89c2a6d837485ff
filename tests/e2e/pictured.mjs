/** Tests that keep a picture of the display when they fail. */

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** A step whose ground was missing. */
class NotTried extends Error {}

/** Where pictures go. */
export const results = resolve(fileURLToPath(import.meta.url), '../../../test-results');

/** A `test` whose failures leave a picture. @param {() => import('./desktop.mjs').Desktop | undefined} desktop */
export const pictured = (desktop) => (/** @type {string} */ name, /** @type {() => Promise<void>} */ body) =>
  test(name, async () => {
    try {
      await body();
    } catch (error) {
      if (error instanceof NotTried) throw error;
      await keepPicture(desktop(), name).catch((reason) => console.error(`No picture: ${reason.message}`));
      throw error;
    }
  });

/** Tests that build on one another: after the first that fails, the others fail at once.
 * @param {() => import('./desktop.mjs').Desktop | undefined} desktop */
export function steps(desktop) {
  const step = pictured(desktop);
  let broken = '';
  return (/** @type {string} */ name, /** @type {() => Promise<void>} */ body) =>
    step(name, async () => {
      if (broken) throw new NotTried(`Not tried, because "${broken}" failed`);
      broken = name;
      await body();
      broken = '';
    });
}

/** @param {import('./desktop.mjs').Desktop | undefined} desktop @param {string} name */
async function keepPicture(desktop, name) {
  const folder = join(results, 'failures');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name.replace(/[^a-z0-9]+/gi, '-').toLowerCase()}.png`);
  await desktop?.picture(file);
  console.error(`Picture: ${file}`);
}
