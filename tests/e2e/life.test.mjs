/** The life of projects in the window: made, imported, archived, brought back, thrown away; and the space they take. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { startDesktop } from './desktop.mjs';
import { Drag } from './drag.mjs';
import { letDaysPass } from './library.mjs';
import { steps } from './pictured.mjs';
import { until } from './webdriver.mjs';
import { assertSameTree, makeBulk, makeProject } from './work.mjs';

const BACKSPACE = '\uE003';

/** @type {import('./desktop.mjs').Desktop} */
let desktop;
const test = steps(() => desktop);
/** @type {import('./webdriver.mjs').Page} */
let page;
/** @type {string} */
let atlas, copy, packed, id;

before(async () => {
  desktop = await startDesktop();
  atlas = makeProject(join(desktop.home, 'atlas'));
  writeFileSync(join(atlas, '.gitignore'), '*\n');
  copy = join(desktop.folder, 'atlas as it was');
  execFileSync('cp', ['--archive', atlas, copy]);
  packed = packUp(join(desktop.folder, 'packing'));
  page = await desktop.open();
  await page.resize(1280, 800);
});
after(() => desktop.stop());

const click = async (/** @type {string} */ role, /** @type {string | RegExp} */ name) =>
  (await page.role(role, name)).click();
const choose = async (/** @type {string | RegExp} */ menu, /** @type {string} */ item) => {
  await click('button', menu);
  await click('menuitem', item);
};
/** Takes one of several ways to look at something. @param {string} value */
const view = (value) => page.click(`label:has(input[value="${value}"])`);
const isDisabled = (/** @type {string} */ id) =>
  page.run((id) => /** @type {HTMLButtonElement} */ (document.querySelector(`[data-testid="${id}"]`)).disabled, id);
const gone = (/** @type {string} */ path) => until(`${path} is gone`, () => !existsSync(path));
const rowTexts = (/** @type {string} */ rows) =>
  page.run((rows) => [...document.querySelectorAll(rows)].map((one) => one.textContent?.trim()), rows);

/** A project with its dependencies, as another program packs it. @param {string} folder */
function packUp(folder) {
  mkdirSync(join(folder, 'website/src'), { recursive: true });
  writeFileSync(join(folder, 'website/package.json'), '{"dependencies":{"svelte":"5"}}\n');
  writeFileSync(join(folder, 'website/src/main.js'), 'export {};\n');
  makeBulk(join(folder, 'website/node_modules/svelte'), 8);
  const file = join(folder, 'website.tar.gz');
  execFileSync('tar', ['--create', '--gzip', '--file', file, '--directory', folder, 'website']);
  return file;
}

/** Waits until the job of this title ended well, and closes the drawer. @param {string} title */
async function jobEnds(title) {
  const job = await until(`${title} has ended`, async () => {
    const known = await page.call('job_list');
    return known.find(
      (/** @type {any} */ one) => one.title.startsWith(title) && !['queued', 'running'].includes(one.state),
    );
  });
  assert.equal(job.state, 'succeeded', JSON.stringify(job.outcome));
  await page.withText('job', job.title);
  await click('button', 'Clear finished');
  await click('button', 'Close');
}

test('a folder dropped onto the window becomes a project whose versions are kept', async () => {
  await click('link', 'Projects');
  await page.sees('No projects yet');
  await (await Drag.over(desktop, [atlas], { x: 600, y: 420 })).drop();
  await page.withText('project-view', 'atlas');
  [{ id }] = await page.call('project_list');
  await click('link', 'History');
  await page.sees('files kept');
  await (await page.testId('start-keeping')).click();
  await page.withText('watch-state', 'Watching');
});

test('it is archived from its page, which says first what that frees', async () => {
  await page.run((hash) => void (location.hash = hash), `#/projects/${id}`);
  await choose('More for atlas', 'Archive…');
  await page.role('dialog', 'Archive atlas');
  await page.withText('archive-plan-item', atlas);
  await page.withText('archive-total', 'Takes about');
  await (await page.testId('archive-confirm')).click();
  await jobEnds('Archive atlas');
  await gone(atlas);
  await page.withText('archived-banner', 'This project is archived');
});

test('its archive is listed, and its files are looked at', async () => {
  await click('link', 'Archive');
  await (await page.withText('archive-row', 'atlas')).click();
  await page.withText('archive-view', 'The project lives in this archive.');
  await view('files');
  await click('button', 'src');
  await (await page.withText('browse-entry', 'main.rs')).click();
  await page.withText('archive-preview', 'println!("hello")');
});

test('restored, it is as it was, to the last byte, with its versions', async () => {
  await (await page.testId('archive-restore')).click();
  await page.withText('restore-summary', 'The project is in use again, with all its versions');
  await (await page.testId('restore-confirm')).click();
  await page.withText('toast', 'Restored atlas to ');
  execFileSync('diff', ['--recursive', '--no-dereference', copy, atlas]);
  assertSameTree(atlas, copy);
  await page.run((hash) => void (location.hash = hash), `#/projects/${id}/history/main`);
  await page.withText('version-row', 'First import');
  await page.withText('watch-state', 'Watching');
});

test('moved to the trash, it comes back by Undo', async () => {
  await page.run((hash) => void (location.hash = hash), `#/projects/${id}`);
  await choose('More for atlas', 'Move to trash');
  await page.withText('toast', 'Moved atlas to the trash');
  assert.equal(existsSync(atlas), false);
  await click('button', 'Undo');
  await page.withText('toast', 'atlas is back');
  assertSameTree(atlas, copy);
});

test('it is deleted for good once its name is typed, and not before', async () => {
  await choose('More for atlas', 'Move to trash');
  await gone(atlas);
  await (await page.testId('delete-project')).click();
  await page.withText('delete-goes', 'atlas');
  const name = await page.testId('delete-name');
  assert.equal(await isDisabled('delete-confirm'), true);
  await name.type('atla');
  assert.equal(await isDisabled('delete-confirm'), true);
  await name.fill('atlas');
  await (await page.testId('delete-confirm')).click();
  await page.sees('No projects yet');
  assert.deepEqual(await page.call('project_list'), []);
  assert.deepEqual(await page.call('archive_list', { trashed: true }), []);
  assert.equal(existsSync(atlas), false);
});

test('a new project begins with the files of a template', async () => {
  await click('button', 'New project…');
  await (await page.testId('project-name')).type('engine');
  await page.click('label:has(input[value="backend"])');
  await (await page.testId('create-confirm')).click();
  await page.withText('project-view', 'engine');
  await jobEnds('Create engine');
  const [engine] = await page.call('project_list');
  assert.ok(existsSync(join(engine.path, 'README.md')), engine.path);
});

test('an archive of another program is imported by dropping it', async () => {
  await (await Drag.over(desktop, [packed], { x: 600, y: 420 })).drop();
  await page.role('dialog', 'Import a project');
  await page.withText('import-plan', 'tar, gzip');
  await (await page.testId('import-confirm')).click();
  await page.withText('project-view', 'website');
  await jobEnds('Import website');
  const website = (await page.call('project_list')).find((/** @type {any} */ one) => one.name === 'website');
  execFileSync('diff', ['--recursive', join(desktop.folder, 'packing/website'), website.path]);
});

test('the storage is counted, and its picture and table show the same', async () => {
  await click('link', 'Storage');
  await (await page.testId('scan-now')).click();
  await page.testId('storage-head');
  await view('picture');
  await page.testId('usage-tile');
  const tiles = await rowTexts('[data-testid="usage-tile"][data-level="1"] .name');
  const rows = await rowTexts('[data-testid="usage-row"] .name bdi');
  assert.ok(rows.includes('website'), rows.join());
  for (const tile of tiles) assert.ok(rows.includes(tile) || tile === 'Smaller items', `${tile} of ${rows.join()}`);
});

test('one walks into the picture by click, and out by Backspace', async () => {
  const at = await page.run(() => {
    const tiles = [...document.querySelectorAll('[data-testid="usage-tile"][data-level="1"]')];
    const { left, top } = /** @type {Element} */ (
      tiles.find((one) => one.textContent?.includes('website'))
    ).getBoundingClientRect();
    return { x: left + 12, y: top + 8 };
  });
  await page.drag(at, at);
  await page.withText('usage-trail', 'website');
  await page.withText('usage-row', 'Working files');
  await page.press(BACKSPACE);
  await until('everything is shown again', () =>
    page.run(() => document.querySelectorAll('[data-testid="usage-trail"] li').length === 1),
  );
});

test('what a program makes again can go, and goes', async () => {
  await view('findings');
  await click('button', 'Show what goes: Rebuildable folders');
  await page.withText('finding-row', 'node_modules');
  await click('button', /^Free .*node_modules/);
  await page.withText('free-dialog', 'Built from package.json');
  await (await page.testId('free-confirm')).click();
  const website = (await page.call('project_list')).find((/** @type {any} */ one) => one.name === 'website');
  await gone(join(website.path, 'node_modules'));
  assert.ok(existsSync(join(website.path, 'package.json')));
});

test('the clean-up says what it would free, and frees it', async () => {
  const engine = (await page.call('project_list')).find((/** @type {any} */ one) => one.name === 'engine');
  await page.call('project_trash', { project: engine.id });
  await letDaysPass(desktop, 31);
  // The list that is open was asked for before the days passed.
  await page.run(() => void (location.hash = '#/'));
  await page.testId('health-sentence');
  await page.run(() => void (location.hash = '#/cleanup'));
  await click('button', 'Show what goes: Expired trash');
  await page.withText('reclaim-row', 'engine');
  await page.withText('reclaim-total', 'can be freed');
  await page.click('input[aria-label="Include: Expired trash"]');
  // Messages of what was done before may still lie over the button.
  await page.run(() => document.querySelectorAll('button[aria-label="Dismiss"]').forEach((one) => one.click()));
  await (await page.testId('free-chosen')).click();
  await page.withText('free-dialog', 'Expired trash');
  await (await page.testId('free-confirm')).click();
  await page.withText('toast', 'Clean the library up');
  await click('link', 'Show report');
  await page.testId('run-log');
  assert.deepEqual(await page.call('project_list', { status: 'trashed' }), []);
});
