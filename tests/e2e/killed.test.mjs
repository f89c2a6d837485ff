/**
 * The window is killed amid first versions, backups and a save, and opened again: what was confirmed is there,
 * what was half done is said in words, and done again it goes well.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { startDesktop } from './desktop.mjs';
import { choose } from './library.mjs';
import { KilledWindow } from './killed_window.mjs';
import { steps } from './pictured.mjs';
import { until } from './webdriver.mjs';
import { assertSameTree, makeBulk, makeProject, restic } from './work.mjs';

const FILES = 1200;

/** @type {import('./desktop.mjs').Desktop} */
let desktop;
/** @type {KilledWindow} */
let app;
const test = steps(() => desktop);
/** @type {string} */
let atlas, copy, shelf, id, mine, destination, password;

before(async () => {
  desktop = await startDesktop();
  atlas = makeProject(join(desktop.home, 'atlas'));
  for (let n = 0; n < FILES; n += 1) note(n, 'first');
  makeBulk(join(atlas, 'bulk'), 64);
  copy = join(desktop.folder, 'atlas as it was');
  keep();
  shelf = join(desktop.folder, 'shelf');
  mkdirSync(shelf);
  app = new KilledWindow(desktop);
  await app.open();
});
after(() => desktop.stop());

/** Writes a note of the project. @param {number} n @param {string} text */
function note(n, text) {
  const folder = join(atlas, 'notes', String(n % 20));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${n}.md`), `${text} ${n}\n`);
}

/** Keeps a copy of the project as it is, to compare with. */
function keep() {
  rmSync(copy, { recursive: true, force: true });
  execFileSync('cp', ['--archive', atlas, copy]);
}

const click = async (/** @type {string} */ role, /** @type {string | RegExp} */ name) => (await app.page.role(role, name)).click();
const clickOn = async (/** @type {string} */ testId) => (await app.page.testId(testId)).click();
/** restic finds the destination sound, and no lock in its way but those of what the window does by itself. */
const assertSound = () =>
  until('restic finds the destination sound', () => {
    try {
      return restic(shelf, password, 'check');
    } catch (error) {
      if (/already locked/.test(String(error))) return false;
      throw error;
    }
  });
const call = (/** @type {string} */ name, /** @type {object} */ request = {}) => app.page.call(name, request);
const projectCalled = async (/** @type {string} */ name, /** @type {object} */ filter = {}) =>
  (await call('project_list', filter)).find((/** @type {any} */ one) => one.name === name);
const under = (/** @type {string} */ kind) =>
  until(`${kind} is under way`, async () =>
    (await call('job_list')).some(
      (/** @type {any} */ job) => job.kind === kind && job.state === 'running' && job.progress.filesDone > 0,
    ),
  );

test('amid the first versions of the first run', async () => {
  await click('radio', /^Another folder/);
  await choose(desktop, app.page, 'destination', shelf);
  await clickOn('first-run-start');
  await under('import');
  await app.kill();
  await app.open();
  assertSameTree(atlas, copy);
  await app.saysInterrupted('import');
  ({ id } = await projectCalled('atlas'));
  await app.go('#/');
  await app.page.find('[data-testid="concern"][data-kind="noVersions"]');
  await click('button', /^Start versions/);
  await app.isWell(`#/projects/${id}/history/main`);
  await app.page.withText('watch-state', 'Watching');
  [{ id: mine }] = await call('workspace_list', { project: id });
  assertSameTree(atlas, copy);
});

test('amid the first backup', async () => {
  await app.go('#/backups');
  await click('radio', /^Another folder/);
  await choose(desktop, app.page, 'destination', shelf);
  await clickOn('first-run-start');
  await under('plan');
  await app.kill();
  await app.open();
  await app.page.withText('concern', 'Daily');
  await app.saysInterrupted('plan');
  [destination] = await call('destination_list');
  password = /Password:? +([a-z -]+)/.exec((await call('recovery_kit', { destination: destination.id })).text)?.[1].trim() ?? '';
  await app.go('#/');
  await click('button', /^Run again/);
  await until('it is backed up', async () => (await call('snapshot_list', { destination: destination.id })).length > 0);
  await app.rest();
  await assertSound();
  await app.isWell('#/backups');
});

test('amid the saving of a version', async () => {
  const before = (await call('version_list', { workspace: mine, limit: 9 })).length;
  await app.kill();
  await app.open('history.before-publish');
  for (let n = 0; n < 200; n += 1) writeFileSync(join(atlas, 'src', `more ${n}.rs`), `// ${n}\n`);
  keep();
  await app.isGone();
  await app.open();
  assertSameTree(atlas, copy);
  await until('it is saved', async () => {
    const versions = await call('version_list', { workspace: mine, limit: 9 });
    return versions.length > before && versions.slice(0, -before).reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.added, 0) >= 200;
  });
  await app.isWell(`#/projects/${id}/history/main`);
});

test('amid a backup', async () => {
  makeBulk(join(atlas, 'bulk'), 96);
  const backup = { project: id, destination: destination.id };
  await app.killAmid('backup_run', backup);
  await app.open();
  await app.saysInterrupted('backup');
  await app.finish('backup_run', backup);
  await app.rest();
  await assertSound();
});
