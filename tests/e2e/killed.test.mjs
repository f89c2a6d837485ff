/**
 * The window is killed amid everything that it does, and while nothing happens, and opened again: what was confirmed
 * is there, what was half done is said in words and not shown as done, and done again it goes well.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { startDesktop } from './desktop.mjs';
import { choose, pick } from './library.mjs';
import { KilledWindow } from './killed_window.mjs';
import { steps } from './pictured.mjs';
import { until } from './webdriver.mjs';
import { assertSameTree, makeBulk, makeProject, restic } from './work.mjs';

const FILES = 1200;
const BIRCH_NOTES = 40;

/** @type {import('./desktop.mjs').Desktop} */
let desktop;
/** @type {KilledWindow} */
let app;
const test = steps(() => desktop);
/** @type {string} */
let atlas, copy, shelf, id, mine, destination, password, birchId, birchMain, birchFirst;

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

/** @param {number} n */
const birchPath = (n) => join(birch, 'notes', `${n}.md`);
/** @param {number} n @param {string} text */
function birchNote(n, text) {
  mkdirSync(join(birch, 'notes'), { recursive: true });
  writeFileSync(birchPath(n), `${text} ${n}\n`);
}

/** Keeps a copy of a folder, to compare with. @param {string} folder @param {string} name */
function copyOf(folder, name) {
  const to = join(desktop.folder, name);
  execFileSync('cp', ['--archive', folder, to]);
  return to;
}

/** What restores write before it has its place. @param {string} folder */
const leftOvers = (folder) =>
  readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('.undercroft-'));

const click = async (/** @type {string} */ role, /** @type {string | RegExp} */ name) => (await app.page.role(role, name)).click();
const clickOn = async (/** @type {string} */ testId) => (await app.page.testId(testId)).click();
/** Chooses another folder for backups, whatever drives come and go above it meanwhile. */
const elsewhere = () =>
  until('another folder is chosen', async () => {
    await click('radio', /^Another folder/);
    return app.page.run(() =>
      [...document.querySelectorAll('input:checked')].some((it) => it.closest('label')?.textContent?.includes('Another folder')),
    );
  });
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
  await elsewhere();
  await choose(desktop, app.page, 'destination', shelf);
  await clickOn('first-run-start');
  await under('import');
  await app.kill();
  await app.open();
  assertSameTree(atlas, copy);
  await app.saysInterrupted('import');
  ({ id } = await projectCalled('atlas'));
  assert.deepEqual((await call('watch_list')).map((/** @type {any} */ one) => one.state), ['off'], 'nothing goes on');
  await app.go('#/');
  await app.page.find('[data-testid="concern"][data-kind="noVersions"]');
  await app.page.withText('concern', 'Its first version was interrupted');
  await click('button', /^Start versions/);
  await app.isWell(`#/projects/${id}/history/main`);
  await app.page.withText('watch-state', 'Watching');
  [{ id: mine }] = await call('workspace_list', { project: id });
  assertSameTree(atlas, copy);
});

test('amid the first backup', async () => {
  await app.go('#/backups');
  await elsewhere();
  await choose(desktop, app.page, 'destination', shelf);
  await clickOn('first-run-start');
  await under('plan');
  await app.kill();
  await app.open();
  await app.go('#/');
  await app.page.withText('concern', 'Its last run was interrupted before it was done.');
  await app.saysInterrupted('plan');
  [destination] = await call('destination_list');
  password = /Password:? +([a-z -]+)/.exec((await call('recovery_kit', { destination: destination.id })).text)?.[1].trim() ?? '';
  await app.go('#/');
  // Nobody has seen the password yet.
  await click('button', /^Show recovery kit/);
  await app.page.withText('recovery-kit', password);
  await clickOn('kit-done');
  await until('the kit is put away', async () => {
    const { concerns } = await call('dashboard');
    return concerns.every((/** @type {any} */ one) => one.kind !== 'recoveryKit');
  });
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

/** The second project, as it was at first and as it is now; an archive of it; the third, imported from that. */
let birch, asFirst, asNow, tar, cedar;

test('a second project comes', async () => {
  birch = makeProject(join(desktop.home, 'birch'));
  for (let n = 0; n < BIRCH_NOTES; n += 1) birchNote(n, 'first');
  asFirst = copyOf(birch, 'birch at first');
  const { id: place } = await pick(desktop, app.page, 'project', birch);
  birchId = (await call('project_add', { place })).id;
  await app.finish('history_start', { project: birchId });
  [{ id: birchMain }] = await call('workspace_list', { project: birchId });
  [{ id: birchFirst }] = await call('version_list', { workspace: birchMain, limit: 1 });
  for (let n = 0; n < BIRCH_NOTES; n += 1) birchNote(n, 'second');
  writeFileSync(join(birch, 'later.txt'), 'later\n');
  asNow = copyOf(birch, 'birch as it is');
  tar = join(desktop.folder, 'cedar.tar');
  execFileSync('tar', ['--format=pax', '-C', asNow, '-cf', tar, '.']);
});

/**
 * A moment: the act that the window is killed amid, at a step of its work; what is to be true when it is opened again;
 * and how the act is done again. Each is killed in the window that was opened for the one before to be looked at, so no
 * doing again comes to the step of the next.
 * @typedef {object} Moment
 * @property {string} name
 * @property {string} at
 * @property {string} kind The kind of run that tells of it.
 * @property {string} act
 * @property {() => Promise<object>} request
 * @property {() => Promise<void>} looks
 * @property {() => Promise<void>} done
 */

/** @type {Moment[]} */
const MOMENTS = [
  {
    name: 'a restore in place',
    at: 'restore.file-written:3',
    kind: 'restore',
    act: 'version_restore',
    request: async () => ({ version: birchFirst }),
    async looks() {
      assert.deepEqual(leftOvers(birch), []);
      for (let n = 0; n < BIRCH_NOTES; n += 1) assert.match(readFileSync(birchPath(n), 'utf8'), /^(first|second) \d+\n$/);
      await app.page.withText('run-detail', 'Undo');
      await app.go('#/activity?show=undo');
      await app.page.withText('undo-row', 'birch');
      await app.finish('undo', { workspace: birchMain });
      assertSameTree(birch, asNow);
    },
    async done() {
      await app.finish('version_restore', { version: birchFirst });
      assertSameTree(birch, asFirst);
    },
  },
  {
    name: 'an undo',
    // Undoing the restore and doing it again came to the step less often than this.
    at: `restore.file-written:${Math.round(BIRCH_NOTES * 1.5)}`,
    kind: 'restore',
    act: 'undo',
    request: async () => ({ workspace: birchMain }),
    async looks() {
      assert.deepEqual(leftOvers(birch), []);
    },
    async done() {
      await app.finish('undo', { workspace: birchMain });
      assertSameTree(birch, asNow);
    },
  },
  {
    name: 'the making of an archive',
    at: 'archive.written',
    kind: 'archive',
    act: 'archive_make',
    request: async () => ({ projects: [birchId] }),
    async looks() {
      assertSameTree(birch, asNow);
      assert.equal((await projectCalled('birch')).status, 'active');
      assert.deepEqual(await call('archive_list', {}), []);
    },
    async done() {
      await app.finish('archive_make', { projects: [birchId] });
      assert.ok(!existsSync(birch));
    },
  },
  {
    name: 'the restore of an archive',
    at: 'archive.file-extracted:5',
    kind: 'restore',
    act: 'archive_restore',
    request: async () => ({ archive: (await call('archive_list', {}))[0].id }),
    async looks() {
      assert.equal((await projectCalled('birch')).status, 'archived');
      assert.deepEqual(readdirSync(desktop.home).filter((name) => name.includes('birch')), []);
    },
    async done() {
      await app.finish('archive_restore', { archive: (await call('archive_list', {}))[0].id });
      assertSameTree(birch, asNow);
    },
  },
  {
    name: 'an import',
    at: 'import.staged',
    kind: 'import',
    act: 'project_import',
    request: async () => ({ place: (await pick(desktop, app.page, 'import', tar)).id, name: 'cedar' }),
    async looks() {
      assert.equal(await projectCalled('cedar'), undefined);
    },
    async done() {
      await app.finish('project_import', { place: (await pick(desktop, app.page, 'import', tar)).id, name: 'cedar' });
      cedar = await projectCalled('cedar');
      assertSameTree(cedar.path, asNow);
    },
  },
  {
    name: 'a clean-up',
    at: 'repository.prune-indexed',
    kind: 'cleanup',
    act: 'cleanup',
    async request() {
      const of = { destination: destination.id };
      const [, ...old] = await call('snapshot_list', of);
      await app.finish('snapshot_forget', { ...of, snapshots: old.map((/** @type {any} */ one) => one.id) });
      await app.finish('trash_empty', of);
      return of;
    },
    async looks() {
      assert.equal((await call('snapshot_list', { destination: destination.id })).length, 1);
      // Its lock is still there, for the next that works here to remove.
      restic(shelf, password, 'check', '--no-lock');
    },
    async done() {
      await app.finish('cleanup', { destination: destination.id });
      await assertSound();
    },
  },
  {
    name: 'the deletion of a project for good',
    at: 'project.folder-deleted',
    kind: 'cleanup',
    act: 'project_delete',
    async request() {
      await call('project_trash', { project: cedar.id });
      return { project: cedar.id, name: 'cedar' };
    },
    async looks() {
      assert.equal((await projectCalled('cedar', { status: 'trashed' }))?.name, 'cedar');
      assertSameTree(birch, asNow);
    },
    async done() {
      await app.finish('project_delete', { project: cedar.id, name: 'cedar' });
      assert.equal(await projectCalled('cedar', { status: 'trashed' }), undefined);
      assert.ok(!existsSync(cedar.path));
    },
  },
];

MOMENTS.forEach((moment, at) =>
  test(`amid ${moment.name}`, async () => {
    if (at === 0) {
      await app.kill();
      await app.open(moment.at);
    }
    await app.dieAmid(moment.act, await moment.request());
    await app.open(MOMENTS[at + 1]?.at);
    await app.saysInterrupted(moment.kind);
    await moment.looks();
    await moment.done();
    await app.isWell('#/');
  }),
);

test('amid the move of a destination', async () => {
  const box = join(desktop.folder, 'box');
  mkdirSync(box);
  const move = async () => ({ destination: destination.id, place: (await pick(desktop, app.page, 'destination', box)).id });
  await app.killAmid('destination_transfer', await move());
  await app.open();
  await app.saysInterrupted('copy');
  assert.equal((await call('destination_list'))[0].display, shelf);
  restic(shelf, password, 'check', '--no-lock');
  await app.finish('destination_transfer', await move());
  assert.equal((await call('destination_list'))[0].display, box);
  shelf = box;
  await assertSound();
});

test('while nothing happens', async () => {
  const [plan] = await call('plan_list');
  const calm = ['#/settings', `#/projects/${id}/history/main`, `#/plans/${plan.id}`];
  for (const asked of calm) {
    await app.isWell(asked);
    // A page may say more of where it is.
    const address = await app.page.run(() => location.hash);
    if (asked.includes('plans')) await (await app.page.testId('plan-name')).fill('Not kept');
    await app.kill();
    await app.open();
    await until(`it opens at ${address}`, () => app.page.run((hash) => location.hash === hash, address));
    await app.isWell(address);
  }
  assert.equal((await call('plan_list'))[0].draft.name, plan.draft.name);
  await until('the form shows what is kept', () =>
    app.page.run((name) => {
      const field = document.querySelector('[data-testid="plan-name"]');
      return field instanceof HTMLInputElement && field.value === name;
    }, plan.draft.name),
  );
  assertSameTree(birch, asNow);
});
