/** The tray tells how things stand, and its menu works without the window. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { finished, startDesktop } from './desktop.mjs';
import { PASSWORD, addDestination, addProject } from './library.mjs';
import { steps } from './pictured.mjs';
import { Tray } from './tray.mjs';
import { makeBulk, restic } from './work.mjs';

/** @type {import('./desktop.mjs').Desktop} */
let desktop;
const test = steps(() => desktop);
/** @type {Tray} */
let tray;
/** @type {import('./webdriver.mjs').Page} */
let page;
/** The shapes that were seen, by state. @type {Record<string, string>} */
const shapes = {};
/** @type {string} */
let project, shelf;

before(async () => {
  desktop = await startDesktop();
  tray = await Tray.start(desktop);
  page = await desktop.open();
});
after(() => desktop.stop());

const backUpAll = (/** @type {import('./tray.mjs').Item} */ item) =>
  item.menu.find(({ label }) => label === 'Back up all now');

test('with nothing to keep it says so, and offers no backup', async () => {
  const item = await tray.shows('an idle item', ({ tooltip }) => tooltip.text !== 'Starting');
  const { sentence } = await page.call('dashboard');
  assert.equal(item.title, 'Undercroft');
  assert.deepEqual(item.tooltip, { title: 'Undercroft', text: sentence, icons: 2 });
  assert.equal(item.status, 'Active');
  const labels = item.menu.map(({ label, separator }) => (separator ? '-' : label));
  assert.deepEqual(labels, [sentence, '-', 'Open Undercroft', 'Back up all now', '-', 'Quit']);
  assert.deepEqual(item.menu.filter(({ enabled }) => !enabled).map(({ label }) => label), [sentence, 'Back up all now']);
  assert.equal(await tray.click('Back up all now'), false);
  shapes.idle = item.icon[0].hash;
});

test('a project without a backup needs attention', async () => {
  ({ folder: project } = await addProject(desktop, page));
  ({ folder: shelf } = await addDestination(desktop, page));
  const item = await tray.shows('attention', ({ status }) => status === 'NeedsAttention');
  shapes.attention = item.icon[0].hash;
  await tray.shows('an offer to back up', (now) => backUpAll(now)?.enabled === true);
});

test('"Back up all now" backs up, with the percentage in the tooltip', async () => {
  makeBulk(join(project, 'bulk'), 256);
  assert.equal(await tray.click('Back up all now'), true);
  const running = await tray.shows('a percentage', ({ tooltip }) => /, \d+ %$/.test(tooltip.text));
  shapes.running = running.icon[0].hash;
  assert.match(running.menu[0].label, /^Back up atlas to shelf, \d+ %$/);
  assert.equal(backUpAll(running)?.enabled, false);
  const done = await tray.shows('that all is kept', ({ icon }) => !Object.values(shapes).includes(icon[0].hash), 60_000);
  shapes.protected = done.icon[0].hash;
  assert.equal(done.status, 'Active');
  assert.equal(done.tooltip.text, (await page.call('dashboard')).sentence);
  assert.equal(JSON.parse(restic(shelf, PASSWORD, 'snapshots', '--json')).length, 1);
});

test('every state has a shape of its own', () => {
  assert.equal(new Set(Object.values(shapes)).size, 4);
});

test('closing the window hides it, and says so once', async () => {
  await desktop.closeWindow();
  await desktop.isHidden();
  assert.equal(await tray.click('Open Undercroft'), true);
  await desktop.windowTitled('Undercroft');
  await desktop.closeWindow();
  await desktop.isHidden();
  await tray.activate();
  await desktop.windowTitled('Undercroft');
  const [note, ...more] = await tray.notified();
  assert.match(note.body, /stays in the tray/);
  assert.deepEqual(more, []);
  assert.equal((await page.call('settings_show')).trayHintShown, true);
  await page.close();
});

test('Quit stops a running backup, leaves no lock and nothing broken', async () => {
  const program = desktop.launch('--hidden');
  const ended = finished(program);
  makeBulk(join(project, 'more'), 512);
  await tray.shows('an offer to back up', (now) => backUpAll(now)?.enabled === true);
  assert.equal(await desktop.shows(), false);
  await tray.click('Back up all now');
  await tray.shows('a running backup', ({ icon }) => icon[0].hash === shapes.running);
  await tray.click('Quit');
  assert.equal((await ended).code, 0);
  assert.equal(await tray.isEmpty(), true);
  assert.deepEqual(readdirSync(join(shelf, 'locks')), []);
  restic(shelf, PASSWORD, 'check', '--read-data');
  assert.equal(JSON.parse(restic(shelf, PASSWORD, 'snapshots', '--json')).length, 1);
});
