/** From an empty library to everything restored, in the window, as a user does it. */

import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { finished, startDesktop } from './desktop.mjs';
import { Drag } from './drag.mjs';
import { PASSWORD, choose } from './library.mjs';
import { steps } from './pictured.mjs';
import { until } from './webdriver.mjs';
import { assertSameTree, describeTree, makeBulk, makeProject, restic } from './work.mjs';

/** @type {import('./desktop.mjs').Desktop} */
let desktop;
const test = steps(() => desktop);
/** @type {import('./webdriver.mjs').Page} */
let page;
/** @type {string} */
let atlas, birch, shelf;

before(async () => {
  desktop = await startDesktop();
  atlas = makeProject(join(desktop.home, 'atlas'));
  birch = makeProject(join(desktop.home, 'birch – ä'));
  makeBulk(join(atlas, 'bulk'), 192);
  shelf = join(desktop.folder, 'shelf');
  mkdirSync(shelf);
  page = await desktop.open();
});
after(() => desktop.stop());

const click = async (/** @type {string} */ role, /** @type {string | RegExp} */ name) => (await page.role(role, name)).click();
const snapshots = () => JSON.parse(restic(shelf, PASSWORD, 'snapshots', '--json'));

/** The key, as WebDriver writes it. */
const ENTER = '\uE007';

test('an empty library says what to do first', async () => {
  await page.sees('Keep your work safe');
  await page.sees('What you work on');
});

test('a folder dragged onto the window becomes a project', async () => {
  await click('link', /^Projects/);
  const drag = await Drag.over(desktop, [atlas], { x: 600, y: 420 });
  await page.testId('drop-overlay');
  await page.sees('Drop folders to add them, or archives to import them');
  await drag.drop();
  await page.withText('project-view', 'atlas');
  await until('the overlay is gone', () => page.run(() => !document.querySelector('[data-testid="drop-overlay"]')));
  const [project] = await page.call('project_list');
  assert.equal(project.name, 'atlas');
  await until('its files are counted', async () => (await page.call('project_list'))[0].files >= 30);
  assert.deepEqual((await page.call('project_list'))[0].languages, ['Rust']);
});

test('a drag that leaves again adds nothing', async () => {
  const drag = await Drag.over(desktop, [birch], { x: 600, y: 420 });
  await page.testId('drop-overlay');
  await drag.abandon();
  await until('the overlay is gone', () => page.run(() => !document.querySelector('[data-testid="drop-overlay"]')));
  assert.equal((await page.call('project_list')).length, 1);
});

test('a file dragged onto the window is refused in words', async () => {
  await (await Drag.over(desktop, [join(atlas, 'Cargo.toml')], { x: 600, y: 420 })).drop();
  await page.sees('Cargo.toml is a file');
});

test('a folder named by a second start becomes a project', async () => {
  assert.equal((await finished(desktop.launch(birch))).code, 0);
  await page.withText('project-view', 'birch – ä');
});

test('a destination is added with the system\'s folder dialog', async () => {
  await click('button', 'Add destination');
  await choose(desktop, page, 'destination', shelf);
  await click('radio', /^I type one/);
  await (await page.testId('destination-password')).type(PASSWORD);
  await (await page.testId('destination-password-again')).type(PASSWORD);
  await page.press(ENTER);
  await until('it is added', async () => (await page.call('destination_list')).length === 1);
  await click('link', 'Backups');
  await page.withText('destination-card', 'shelf');
  assert.deepEqual(snapshots(), []);
});

test('a backup shows its progress and how it ended', async () => {
  await click('link', /^Projects/);
  await (await page.withText('project-row', 'atlas')).click();
  await (await page.testId('backup-now')).click();
  await page.find('[role=progressbar]');
  await until('the percentage shows', async () => /\d %/.test(await page.text()));
  await page.find('[data-testid="snapshot-row"]');
  await page.withText('project-view', 'Protected');
  const [snapshot, ...more] = snapshots();
  assert.deepEqual(more, []);
  assert.deepEqual(snapshot.paths, [atlas]);
});

test('a second backup makes a second snapshot', async () => {
  appendFileSync(join(atlas, 'src/main.rs'), '// more\n');
  await (await page.testId('backup-now')).click();
  await until('there are two snapshots', async () => (await page.call('snapshot_list')).length === 2);
  await until('both are listed', () =>
    page.run(() => document.querySelectorAll('[data-testid="snapshot-row"]').length === 2),
  );
});

test('a snapshot can be looked into', async () => {
  await click('link', /^Browse the backup of/);
  await page.withText('browse-entry', 'Cargo.toml');
  await page.withText('browse-entry', 'entry');
  await page.sees('→ src/main.rs');
  await click('button', 'src');
  await click('button', 'deep er');
  await page.withText('browse-entry', 'naïve – ä.txt');
});

test('one file is restored into a folder chosen in the dialog', async () => {
  const target = join(desktop.home, 'one file');
  mkdirSync(target);
  await click('button', 'Restore naïve – ä.txt');
  await click('radio', /^Another folder/);
  await choose(desktop, page, 'restore', target);
  await page.find('[data-testid="restore-confirm"]:not([disabled])');
  await (await page.testId('restore-confirm')).click();
  await page.withText('toast', target);
  const [name] = Object.keys(describeTree(target)).slice(-1);
  assert.match(name, /naïve – ä\.txt$/);
  const [restored] = Object.values(describeTree(target)).slice(-1);
  assert.equal(restored, describeTree(atlas)['src/deep er/naïve – ä.txt']);
});

test('the whole snapshot is restored, byte for byte', async () => {
  const target = join(desktop.home, 'all of it');
  mkdirSync(target);
  await click('button', /^shelf$/);
  await page.withText('browse-entry', 'Cargo.toml');
  await (await page.testId('restore')).click();
  await click('radio', /^Another folder/);
  await choose(desktop, page, 'restore', target);
  await page.find('[data-testid="restore-confirm"]:not([disabled])');
  await (await page.testId('restore-confirm')).click();
  await page.withText('toast', target);
  assertSameTree(join(target, 'atlas'), atlas);
});

test('restic finds the destination sound, and restores the same', () => {
  restic(shelf, PASSWORD, 'check', '--read-data');
  const target = join(desktop.folder, 'by restic');
  restic(shelf, PASSWORD, 'restore', 'latest', '--target', target);
  assertSameTree(join(target, atlas), atlas);
});

test('what was done is still known after a restart', async () => {
  await page.close();
  page = await desktop.open();
  // The driver ends the program as a kill does: it opens where it was.
  await page.testId('browse-entry');
  await click('link', /^Dashboard/);
  await page.sees('Needs attention');
  await click('link', /^Projects/);
  await page.withText('project-row', 'atlas');
  await page.withText('project-row', 'birch – ä');
  await click('link', 'Activity');
  await page.testId('run-row');
  await page.run(() => void (location.hash = '#/activity?show=events'));
  await page.testId('event-row');
});
