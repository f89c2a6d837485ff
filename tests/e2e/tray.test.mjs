/** The tray tells how things stand, and its menu works without the window. */

import assert from 'node:assert/strict';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { finished, startDesktop } from './desktop.mjs';
import { PASSWORD, addDestination, addPlan, addProject, knowConcerns, letDaysPass, stir } from './library.mjs';
import { steps } from './pictured.mjs';
import { Tray } from './tray.mjs';
import { until } from './webdriver.mjs';
import { makeBulk, restic } from './work.mjs';

/** @type {import('./desktop.mjs').Desktop} */
let desktop;
const test = steps(() => desktop);
/** @type {Tray} */
let tray;
/** @type {import('./webdriver.mjs').Page} */
let page;
const icons = resolve(fileURLToPath(import.meta.url), '../../../icons/tray');
const STATES = ['idle', 'protected', 'running', 'paused', 'waiting', 'warning', 'error'];
/** What the icon of each state must be, by its picture. @type {Record<string, string>} */
const pictures = {};
/** @type {string} */
let project, shelf;

before(async () => {
  desktop = await startDesktop();
  tray = await Tray.start(desktop);
  for (const state of STATES) {
    pictures[state] = (await tray.picture(join(icons, `${state}-24.png`))).hash;
  }
  page = await desktop.open();
});
after(() => desktop.stop());

// The parts of an item are read one after the other, so each is waited for by itself.
const showsIcon = (/** @type {string} */ state) =>
  tray.shows(`the icon of ${state}`, ({ icon }) => icon[0].hash === pictures[state]);
const entry = (/** @type {import('./tray.mjs').Item} */ item, /** @type {string} */ wanted) =>
  item.menu.find(({ label }) => label === wanted);
const backUpAll = (/** @type {import('./tray.mjs').Item} */ item) => entry(item, 'Back up all now');
const labels = (/** @type {import('./tray.mjs').Entry[]} */ entries) =>
  entries.map(({ label, separator }) => (separator ? '-' : label));

test('with nothing to keep it says so, and offers no backup', async () => {
  const item = await tray.shows('an idle item', ({ tooltip }) => tooltip.text !== 'Starting');
  const { sentence } = await page.call('dashboard');
  assert.equal(item.title, 'Undercroft');
  assert.deepEqual(item.tooltip, { title: 'Undercroft', text: sentence, icons: 2 });
  assert.equal(item.status, 'Active');
  const above = [sentence, '-', 'Open Undercroft', 'Restore a file…', 'Save a version'];
  const below = ['Back up all now', 'Pause backups', 'Recent runs', '-', 'Quit'];
  assert.deepEqual(labels(item.menu), [...above, ...below]);
  const idle = [sentence, 'Save a version', 'Back up all now', 'Recent runs'];
  assert.deepEqual(labels(item.menu.filter(({ enabled }) => !enabled)), idle);
  const ways = ['For 1 hour', 'Until tomorrow', 'Until resumed'];
  assert.deepEqual(labels(entry(item, 'Pause backups')?.children ?? []), ways);
  assert.equal(await tray.click('Back up all now'), false);
  await showsIcon('idle');
});

test('a project without a backup wants somebody to look', async () => {
  ({ folder: project } = await addProject(desktop, page));
  ({ folder: shelf } = await addDestination(desktop, page));
  await tray.shows('that it wants attention', ({ status }) => status === 'NeedsAttention');
  await showsIcon('warning');
  await tray.shows('an offer to back up', (now) => backUpAll(now)?.enabled === true);
});

test('"Back up all now" backs up, with the percentage in the tooltip', async () => {
  await knowConcerns(page);
  makeBulk(join(project, 'bulk'), 256);
  assert.equal(await tray.click('Back up all now'), true);
  const running = await tray.shows('a percentage', ({ tooltip }) => /, \d+ %$/.test(tooltip.text));
  await showsIcon('running');
  assert.match(running.menu[0].label, /^Back up atlas to shelf, \d+ %$/);
  assert.equal(backUpAll(running)?.enabled, false);
  await tray.shows('what quitting stops', (now) => entry(now, 'Quit, stopping what runs') !== undefined);
  await showsIcon('protected');
  const { sentence } = await page.call('dashboard');
  const done = await tray.shows(sentence, ({ tooltip }) => tooltip.text === sentence);
  assert.equal(done.status, 'Active');
  const recent = await tray.shows('the run', (now) => entry(now, 'Recent runs')?.enabled === true);
  assert.deepEqual(labels(entry(recent, 'Recent runs')?.children ?? []), ['Back up atlas to shelf: done']);
  assert.equal(JSON.parse(restic(shelf, PASSWORD, 'snapshots', '--json')).length, 1);
});

test('"Save a version" saves one of the project that is chosen', async () => {
  const [{ id }] = await page.call('project_list');
  await page.call('history_start', { project: id });
  await tray.shows('the project', (now) => labels(entry(now, 'Save a version')?.children ?? []).includes('atlas'));
  const [{ id: workspace }] = await page.call('workspace_list', { project: id });
  const manual = async () =>
    (await page.call('version_list', { workspace })).filter((/** @type {any} */ { trigger }) => trigger === 'manual');
  writeFileSync(join(project, 'from the tray.txt'), 'kept\n');
  assert.equal(await tray.click('atlas'), true);
  await until('the version is there', async () => (await page.call('job_list')).some((/** @type {any} */ job) => job.title.startsWith('Save') && job.state === 'succeeded') || (await manual()).length > 0);
});

test('"Restore a file…" opens the search, and a recent run its report', async () => {
  assert.equal(await tray.click('Restore a file…'), true);
  await until('the search is shown', () => page.run(() => location.hash.startsWith('#/search')));
  assert.equal(await tray.click('Back up atlas to shelf: done'), true);
  await until('the run is shown', () => page.run(() => location.hash.includes('show=runs&run=')));
});

test('every state has a shape of its own', () => {
  assert.equal(new Set(Object.values(pictures)).size, STATES.length);
});

test('a pause from the menu holds until it is resumed there', async () => {
  assert.equal(await tray.click('Until resumed'), true);
  await showsIcon('paused');
  const { menu } = await tray.shows('the pause', (now) => now.tooltip.text.startsWith('Backups are paused. '));
  assert.equal((await page.call('schedule_state')).paused, true);
  assert.ok(menu.some(({ label }) => label === 'Resume backups'));
  assert.equal(await tray.click('Resume backups'), true);
  await showsIcon('protected');
  assert.equal((await page.call('schedule_state')).paused, false);
});

test('a plan that is due and whose drive is away waits, and runs by itself when it is back', async () => {
  await addPlan(page);
  const item = await tray.shows('the plan', (now) => entry(now, 'Back up now')?.enabled === true);
  assert.deepEqual(labels(entry(item, 'Back up now')?.children ?? []), ['Daily']);
  await tray.shows('what quitting ends', (now) => entry(now, 'Quit, without backups until the next start') !== undefined);
  // A plan that is new has its destinations proven at once; whoever takes one away meanwhile finds it damaged.
  await until('nothing is done', async () => (await page.call('job_list')).every((/** @type {any} */ job) => job.state !== 'running'));
  renameSync(shelf, `${shelf} is away`);
  await letDaysPass(desktop, 2);
  await stir(page);
  await showsIcon('waiting');
  await tray.shows('for what', ({ tooltip }) => tooltip.text.endsWith('. Daily waits for shelf; no backup there yet'));
  renameSync(`${shelf} is away`, shelf);
  await stir(page);
  await until('it ran by itself', async () => {
    const [run] = await page.call('run_list', { kind: 'plan' });
    return run?.planned && run.state === 'succeeded';
  });
  await showsIcon('protected');
});

test('a run that fails is an error until it is put right', async () => {
  const [{ id: plan, draft }] = await page.call('plan_list');
  const before = { command: ['/bin/false'], timeoutSeconds: 10 };
  const saved = page.call('plan_save', { plan, draft: { ...draft, before } });
  await desktop.answer('Allow a plan to start a program?', 'Return');
  await saved;
  await tray.shows('an offer to run it', (now) => entry(now, 'Back up now')?.enabled === true);
  assert.equal(await tray.click('Daily'), true);
  await showsIcon('error');
  assert.equal((await tray.shows('the failure', ({ status }) => status === 'NeedsAttention')).title, 'Undercroft');
  await page.call('plan_delete', { plan });
  await showsIcon('protected');
});

test('a backup that fails is notified when nobody looks', async () => {
  renameSync(shelf, `${shelf} is away`);
  await desktop.closeWindow();
  await desktop.isHidden();
  await page.call('backup_run_all').catch(() => undefined);
  await until('it was notified', async () => (await tray.notified()).some(({ summary }) => summary.endsWith(': failed')));
  renameSync(`${shelf} is away`, shelf);
  await tray.activate();
  await desktop.windowTitled('Undercroft');
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
  const hints = (await tray.notified()).filter(({ body }) => /stays in the tray/.test(body));
  assert.equal(hints.length, 1);
  assert.equal((await page.call('settings_show')).trayHintShown, true);
  await page.close();
});

test('Quit stops a running backup, leaves no lock and nothing broken', async () => {
  const program = desktop.launch('--hidden');
  const ended = finished(program);
  const kept = restic(shelf, PASSWORD, 'snapshots', '--json');
  makeBulk(join(project, 'more'), 512);
  await tray.shows('an offer to back up', (now) => backUpAll(now)?.enabled === true);
  assert.equal(await desktop.shows(), false);
  await tray.click('Back up all now');
  await until('the repository is locked', () => readdirSync(join(shelf, 'locks')).length > 0);
  // restic asks the owner of a lock by this signal whether it lives.
  program.kill('SIGHUP');
  await tray.shows('that it goes on', ({ tooltip }) => /, \d+ %$/.test(tooltip.text));
  await tray.click('Quit, stopping what runs');
  assert.equal((await ended).code, 0);
  assert.equal(await tray.isEmpty(), true);
  assert.deepEqual(readdirSync(join(shelf, 'locks')), []);
  restic(shelf, PASSWORD, 'check', '--read-data');
  assert.equal(restic(shelf, PASSWORD, 'snapshots', '--json'), kept);
});
