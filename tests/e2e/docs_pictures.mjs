/**
 * Takes the pictures of docs/images, of a library with something to see in it. By hand, as root on
 * Linux, where /home and /media can be covered for the moment:
 *
 *   unshare --mount sh -c 'mount -t tmpfs -o size=1t none /home && mount -t tmpfs -o size=4t none /media \
 *     && node tests/e2e/docs_pictures.mjs'
 *
 * It wants libfaketime, so that versions of weeks are there to see; see docs_history.mjs.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDesktop } from './desktop.mjs';
import { add, workForWeeks } from './docs_history.mjs';
import { Drag } from './drag.mjs';
import { pick } from './library.mjs';
import { results } from './pictured.mjs';
import { until } from './webdriver.mjs';
import { makeBulk } from './work.mjs';

const images = resolve(fileURLToPath(import.meta.url), '../../../docs/images');
const scratch = join(results, 'docs');
const home = '/home/ada';
const disk = '/media/ada/Backup disk/undercroft';
const library = join(home, '.local/share/undercroft');

/** @type {Record<string, { tags: string[], files: Record<string, string>, megabytes: number }>} */
const PROJECTS = {
  atlas: { tags: ['work'], files: { 'Cargo.toml': '[package]\nname = "atlas"\n', 'src/main.rs': 'fn main() {}\n', 'src/map.rs': '\n' }, megabytes: 24 },
  'birch-web': { tags: ['work'], files: { 'package.json': '{"dependencies":{"svelte":"5"}}', 'src/App.svelte': '<p>hi</p>', 'src/main.ts': 'export {};\n', '.env': 'TOKEN=secret\n', '.gitignore': 'dist\nnode_modules\n' }, megabytes: 40 },
  'field-notes': { tags: ['writing'], files: { 'notes/2026.md': '# 2026\n', 'README.md': '# Field notes\n' }, megabytes: 8 },
  'garden-sensors': { tags: ['hobby'], files: { 'pyproject.toml': '[project]\nname = "garden"\n', 'garden/main.py': 'print()\n' }, megabytes: 16 },
  'ledger-migration': { tags: ['work', 'client'], files: { 'go.mod': 'module ledger\n', 'main.go': 'package main\n', 'sql/001.sql': 'select 1;\n' }, megabytes: 72 },
  'photo-index': { tags: ['hobby'], files: { 'index.py': 'pass\n', 'photos/list.csv': 'a,b\n' }, megabytes: 160 },
};
const WAITING = 'ledger-migration';

mkdirSync(images, { recursive: true });
mkdirSync(scratch, { recursive: true });
mkdirSync(disk, { recursive: true });
mkdirSync(home, { recursive: true });
writeFileSync(join(home, '.gitconfig'), '[user]\n\tname = Ada\n\temail = ada@example.org\n');
makeProjects();
makeRubble(join(home, 'work/birch-web'));
for (const [name, { tags }] of Object.entries(PROJECTS)) add(library, join(home, 'work', name), tags);
await workForWeeks(library, join(home, 'work/atlas'));

for (const dark of [false, true]) {
  const desktop = await startDesktop({ dark, home });
  desktop.env.UNDERCROFT_HOME = library;
  try {
    const page = await desktop.open();
    await page.resize(1280, 800);
    if (!dark) await furnish(desktop, page);
    await pictures(desktop, page, dark ? 'dark' : 'light');
  } finally {
    await desktop.stop();
  }
}
for (const name of ['projects', 'start', 'history', 'diff']) pairUp(name);

/** Puts the light and the dark picture of this name side by side. @param {string} name */
function pairUp(name) {
  const pair = ['light', 'dark'].map((look) => join(scratch, `${name}-${look}.png`));
  const script = resolve(fileURLToPath(import.meta.url), '../pair_pictures.py');
  execFileSync('/usr/bin/python3', [script, ...pair, join(images, `${name}.png`)]);
}

function makeProjects() {
  for (const [name, { files, megabytes }] of Object.entries(PROJECTS)) {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(home, 'work', name, path)), { recursive: true });
      writeFileSync(join(home, 'work', name, path), content);
    }
    makeBulk(join(home, 'work', name, 'data'), megabytes);
  }
}

/** What a build makes, and can make again. @param {string} folder */
function makeRubble(folder) {
  for (const [name, files] of Object.entries({ 'node_modules/svelte': 212, 'node_modules/vite': 148, dist: 9 })) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let n = 0; n < files; n += 1) writeFileSync(join(folder, name, `${n}.js`), 'export {};\n'.repeat(900));
  }
}

/** @param {import('./desktop.mjs').Desktop} desktop @param {import('./webdriver.mjs').Page} page */
async function furnish(desktop, page) {
  const place = await pick(desktop, page, 'destination', disk);
  const password = 'a cellar under the old mill';
  const request = { place: place.id, name: 'Backup disk', password, create: true };
  const destination = await page.call('destination_add', request);
  for (const { id: project, name } of await page.call('project_list')) {
    if (name === WAITING) continue;
    await page.call('project_refresh', { project });
    for (const round of [1, 2]) {
      writeFileSync(join(home, 'work', name, 'CHANGES.md'), `Round ${round}\n`);
      await page.call('backup_run', { project, destination: destination.id });
      await idle(page);
    }
  }
}

/** @param {import('./webdriver.mjs').Page} page */
async function idle(page) {
  const over = (/** @type {any} */ job) => !['queued', 'running'].includes(job.state);
  await until('all jobs ended', async () => (await page.call('job_list')).every(over), 60_000);
}

/** @param {import('./desktop.mjs').Desktop} desktop @param {import('./webdriver.mjs').Page} page @param {string} look */
async function pictures(desktop, page, look) {
  const projects = await page.call('project_list');
  const [atlas, birch] = ['atlas', 'birch-web'].map((name) => projects.find((/** @type {any} */ one) => one.name === name));
  const [snapshot] = await page.call('snapshot_list', { project: atlas.id });
  const go = async (/** @type {string} */ hash) => {
    await page.run((hash) => void (location.hash = hash), hash);
    await page.run(() => new Promise((done) => setTimeout(done, 1_500)));
  };
  const keep = async (/** @type {string} */ folder, /** @type {string} */ name) =>
    writeFileSync(join(folder, `${name}.png`), await page.screenshot());

  await go(`#/projects/${atlas.id}`);
  await keep(scratch, `projects-${look}`);
  await go(`#/projects/${birch.id}/history/main`);
  await page.sees('Secrets that are kept', 60_000);
  await keep(scratch, `start-${look}`);
  const [{ id: workspace }] = await page.call('workspace_list', { project: atlas.id });
  const versions = await page.call('version_list', { workspace, limit: 100 });
  const shown = versions.find((/** @type {any} */ one) => one.name === 'surveyors');
  await go(`#/projects/${atlas.id}/history/main?version=${shown.id}`);
  await keep(scratch, `history-${look}`);
  await go(`#/projects/${atlas.id}/diff/main?from=${versions[6].id}&to=now&path=src/map.rs`);
  await page.find('[data-testid="diff"] mark');
  await keep(scratch, `diff-${look}`);
  if (look === 'dark') return;
  await go('#/');
  await keep(images, 'dashboard');
  await go(`#/browse/${snapshot.destination}/${snapshot.id}?project=${atlas.id}`);
  await keep(images, 'browse');
  await (await page.testId('restore')).click();
  await page.testId('restore-summary');
  await page.run(() => new Promise((done) => setTimeout(done, 1_000)));
  await keep(images, 'restore');
  await page.press('\uE00C');
  await go('#/projects');
  const drag = await Drag.over(desktop, [join(home, 'work/atlas/src')], { x: 700, y: 420 });
  await page.testId('drop-overlay');
  await keep(images, 'drop');
  await drag.abandon();
}
