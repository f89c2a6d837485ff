/** The program as a citizen of the desktop: one window, that starts, hides, comes back and ends. */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { binary, finished, startDesktop } from './desktop.mjs';
import { PASSWORD, addDestination, addProject } from './library.mjs';
import { pictured } from './pictured.mjs';
import { Tray } from './tray.mjs';
import { until } from './webdriver.mjs';
import { makeBulk, restic } from './work.mjs';

/** @type {import('./desktop.mjs').Desktop} */
let desktop;
const test = pictured(() => desktop);
beforeEach(async () => {
  desktop = await startDesktop();
});
afterEach(() => desktop.stop());

test('without a tray, closing the window ends the program', async () => {
  const ended = finished(desktop.launch());
  await desktop.closeWindow();
  assert.equal((await ended).code, 0);
});

test('with a tray, closing ends it only if the settings say so', async () => {
  const tray = await Tray.start(desktop);
  desktop.env.UNDERCROFT_CLOSE_TO_TRAY = 'false';
  const ended = finished(desktop.launch());
  await tray.shows('the item', () => true);
  await desktop.closeWindow();
  assert.equal((await ended).code, 0);
});

test('a tray that comes later shows the item, and one that goes gives the window back', async () => {
  desktop.launch();
  await desktop.windowTitled('Undercroft');
  const tray = await Tray.start(desktop);
  await tray.shows('the item', () => true);
  await desktop.closeWindow();
  await desktop.isHidden();
  tray.child.kill();
  await until('the window is back', () => desktop.shows());
});

test('a second start brings the first window forward, and ends', async () => {
  const tray = await Tray.start(desktop);
  desktop.launch('--hidden');
  await tray.shows('the item', ({ tooltip }) => tooltip.text !== 'Starting');
  assert.equal(await desktop.shows(), false);
  assert.equal((await finished(desktop.launch())).code, 0);
  await desktop.windowTitled('Undercroft');
});

test('a start right after the end is a first one', async () => {
  const tray = await Tray.start(desktop);
  for (let round = 1; round <= 5; round += 1) {
    const ended = finished(desktop.launch());
    await tray.shows('the item', ({ tooltip }) => tooltip.text !== 'Starting');
    await tray.click('Quit');
    const next = desktop.launch();
    assert.equal((await ended).code, 0);
    await until('the next has its window', () => desktop.shows());
    next.kill('SIGTERM');
    await finished(next);
  }
});

test('folders of any name are handed over', async () => {
  const page = await desktop.open();
  await page.listen();
  const folder = Buffer.concat([Buffer.from(`${desktop.home}/caf`), Buffer.from([0xe9])]);
  mkdirSync(folder);
  const shell = ['-c', `exec "$0" "$(printf '${desktop.home}/caf\\351')"`, binary];
  assert.equal((await finished(desktop.spawn('/bin/sh', shell))).code, 0);
  const [{ places }] = await until('it arrived', async () => {
    const heard = await page.heard('dropped');
    return heard.length > 0 && heard;
  });
  assert.equal(places[0].state, 'folder');
  assert.match(places[0].name, /^caf\\xe9$/i);
});

test('a second start hidden shows nothing, and another library is another program', async () => {
  const tray = await Tray.start(desktop);
  desktop.launch('--hidden');
  await tray.shows('the item', ({ tooltip }) => tooltip.text !== 'Starting');
  assert.equal((await finished(desktop.launch('--hidden'))).code, 0);
  assert.equal(await desktop.shows(), false);
  const other = desktop.launch('--library', join(desktop.folder, 'other'));
  await desktop.windowTitled('Undercroft');
  assert.equal(other.exitCode, null);
});

test('folders named at the start reach the page', async () => {
  const folder = join(desktop.home, 'näher dran');
  mkdirSync(folder);
  const page = await desktop.open(folder);
  await page.sees('näher dran');
});

test('signals end it cleanly', async () => {
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT'])) {
    const program = desktop.launch();
    const ended = finished(program);
    await desktop.windowTitled('Undercroft');
    program.kill(signal);
    assert.equal((await ended).code, 0, signal);
  }
});

test('without a tray, closing in the middle of a backup asks first', async () => {
  const page = await desktop.open();
  const { folder, project } = await addProject(desktop, page);
  const { destination, folder: shelf } = await addDestination(desktop, page);
  makeBulk(join(folder, 'bulk'), 768);
  const job = await page.call('backup_run', { project: project.id, destination: destination.id });
  await desktop.closeWindow();
  await desktop.answer('Quit and stop what is running?', 'Escape');
  const [now] = (await page.call('job_list')).filter((/** @type {any} */ one) => one.id === job.id);
  assert.equal(now.state, 'running');
  await desktop.closeWindow();
  await desktop.answer('Quit and stop what is running?', 'Return');
  await until('the program ended', () => page.call('app_info').then(() => false, () => true));
  assert.deepEqual(readdirSync(join(shelf, 'locks')), []);
  restic(shelf, PASSWORD, 'check', '--read-data');
});

test('it opens in the size that it was left in', async () => {
  const geometry = async () => {
    const window = await desktop.windowTitled('Undercroft');
    return (await desktop.xdotool('getwindowgeometry', window)).match(/Geometry: (.*)/)?.[1];
  };
  const first = finished(desktop.launch());
  const window = await desktop.windowTitled('Undercroft');
  await desktop.xdotool('windowsize', '--sync', window, 900, 600);
  await sleep(300);
  await desktop.closeWindow();
  await first;
  desktop.launch();
  await until('the window has its size', async () => (await geometry()) === '900x600');
});

test('without a session bus it opens all the same', async () => {
  desktop.env.DBUS_SESSION_BUS_ADDRESS = `unix:path=${desktop.folder}/nowhere`;
  const ended = finished(desktop.launch());
  await desktop.closeWindow();
  assert.equal((await ended).code, 0);
});

test('without a display it says so in words', async () => {
  const { DISPLAY: _, ...env } = desktop.env;
  desktop.env = env;
  const program = desktop.spawn(binary, [], ['ignore', 'pipe', 'pipe']);
  let said = '';
  program.stderr?.on('data', (part) => (said += part));
  assert.equal((await finished(program)).code, 1);
  assert.match(said, /There is no display/);
  assert.doesNotMatch(said, /panicked/);
});

test('without a library it explains itself, and ends', async () => {
  writeFileSync(desktop.library, 'in the way');
  const program = desktop.spawn(binary, [], ['ignore', 'pipe', 'ignore']);
  const ended = finished(program);
  await desktop.answer('Undercroft cannot start', 'Return');
  assert.equal((await ended).code, 1);
});
