/**
 * Goes through a large project as a user does, and takes a picture of every step, light and dark,
 * wide and narrow. By hand, on a copy that may be written to:
 *
 *   node tests/e2e/linux_journey.mjs FOLDER PICTURES
 */

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { startDesktop } from './desktop.mjs';
import { pick } from './library.mjs';
import { until } from './webdriver.mjs';

const [folder, pictures] = process.argv.slice(2).map((path) => resolve(path));
if (!folder || !pictures) throw new Error('Name a folder to work on and one for the pictures');
mkdirSync(pictures, { recursive: true });

const SIZES = /** @type {const} */ ([[900, 600], [1280, 800]]);
const FILE = ['kernel', 'panic.c'];
const file = join(folder, ...FILE);
const [HOME, CONTROL, ENTER] = ['\uE011', '\uE009', '\uE007'];
const PATIENCE = 30 * 60_000;

const desktop = await startDesktop();
const began = Date.now();
try {
  await journey(await desktop.open());
} catch (error) {
  await desktop.picture(join(pictures, 'history-failure.png'));
  throw error;
} finally {
  await desktop.stop();
}

/** @param {import('./webdriver.mjs').Page} page */
async function journey(page) {
  await page.resize(1280, 800);
  const { id } = await pick(desktop, page, 'project', folder);
  const project = await page.call('project_add', { place: id, name: null, tags: [] });
  await page.run((hash) => void (location.hash = hash), `#/projects/${project.id}/history/main`);
  await (await page.testId('start-history')).text();
  await keep(page, '1-counting');
  await until('all is counted', () => page.run(() => document.querySelector('.figures') !== null), PATIENCE);
  await keep(page, '2-preview');
  await (await page.testId('start-keeping')).click();
  await page.withText('start-history', 'Making the first version');
  await page.run(() => new Promise((done) => setTimeout(done, 5_000)));
  await keep(page, '3-importing');
  await until('it is kept', () => page.run(() => document.querySelector('[data-testid="timeline"]') !== null), PATIENCE);
  const isWatched = () => document.querySelector('[data-testid="watch-state"]')?.textContent?.includes('Watching');
  await until('it is watched', () => page.run(isWatched), PATIENCE);
  await keep(page, '4-first');

  const old = readFileSync(file, 'utf8');
  const fresh = old.replace('Kernel panic - not syncing', 'Kernel panic - all is lost').replace('int panic_on_oops', 'int panic_on_any_oops');
  const saved = Date.now();
  writeFileSync(file, fresh);
  await page.withText('version-row', basename(file));
  say(`the change was seen after ${Date.now() - saved} ms`);
  await keep(page, '5-noticed');

  await page.run(() => /** @type {HTMLElement} */ (document.querySelector('[role=slider]')).focus());
  await page.press(HOME);
  await page.withText('version-detail', 'First import');
  await keep(page, '6-scrubbed');
  const [{ id: workspace }] = await page.call('workspace_list', { project: project.id });
  const first = (await page.call('version_list', { workspace, limit: 9 })).at(-1).id;
  await page.run((hash) => void (location.hash = hash), `#/projects/${project.id}/files/${workspace}/${first}/${FILE[0]}?file=${FILE[1]}`);
  await page.withText('preview', 'panic_on_oops');
  await keep(page, '7-file');
  await (await page.role('link', 'Compare with now')).click();
  await page.find('[data-testid="diff"] mark');
  await keep(page, '8-diff');
  await page.run(() => history.back());
  await (await page.role('button', 'Restore…')).click();
  await page.withText('restore-summary', '1 file is written');
  await keep(page, '9-restore');
  await (await page.testId('restore-confirm')).click();
  await page.withText('toast', 'Restored ');
  assert.equal(readFileSync(file, 'utf8'), old);
  await keep(page, '10-restored');
  await page.chord(CONTROL, 'k');
  await page.press('undo the last');
  await keep(page, '11-palette');
  const undone = Date.now();
  await page.press(ENTER);
  await until('it is undone', () => readFileSync(file, 'utf8') === fresh);
  say(`undone after ${Date.now() - undone} ms`);
  await keep(page, '12-undone');
  await page.run((hash) => void (location.hash = hash), `#/projects/${project.id}/file-history/${workspace}/${FILE.join('/')}`);
  await page.testId('file-version');
  await keep(page, '13-file-history');
  for (const [n, room] of ['workspaces', `git/${workspace}`, 'rules'].entries()) {
    await page.run((hash) => void (location.hash = hash), `#/projects/${project.id}/${room}`);
    await keep(page, `${14 + n}-${room.split('/')[0]}`);
  }
}

/** Takes the four pictures of where it stands. @param {import('./webdriver.mjs').Page} page @param {string} name */
async function keep(page, name) {
  say(name);
  for (const theme of ['light', 'dark']) {
    await page.run((theme) => void (document.documentElement.dataset.theme = theme), theme);
    for (const [width, height] of SIZES) {
      await page.resize(width, height);
      await page.run(() => new Promise((done) => setTimeout(done, 700)));
      const wide = await page.run(() => document.documentElement.scrollWidth > innerWidth);
      if (wide) say(`${name} is wider than a window of ${width}`);
      writeFileSync(join(pictures, `history-${name}-${theme}-${width}.png`), await page.screenshot());
    }
  }
  await page.run(() => void delete document.documentElement.dataset.theme);
}

/** @param {string} what */
function say(what) {
  console.log(`${((Date.now() - began) / 1000).toFixed(1)} s  ${what}`);
}
