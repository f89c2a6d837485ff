/**
 * Takes the pictures of docs/images, of a library with something to see in it. By hand, as root on
 * Linux, where /home and /media can be covered for the moment:
 *
 *   unshare --mount sh -c 'mount -t tmpfs -o size=1t none /home && mount -t tmpfs -o size=4t none /media \
 *     && node tests/e2e/docs_pictures.mjs'
 *
 * It wants libfaketime, so that versions and backups of weeks are there to see; see docs_history.mjs
 * and docs_backups.mjs, and for the space that projects take docs_storage.mjs; and rsvg-convert for the icons of the tray.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDesktop } from './desktop.mjs';
import { PASSWORD, backUpForWeeks } from './docs_backups.mjs';
import { add, keepVersions, workForWeeks } from './docs_history.mjs';
import { furnishStudio, makeStudio, showStudio } from './docs_storage.mjs';
import { Drag } from './drag.mjs';
import { Drive } from './drive.mjs';
import { DIALOGS } from './library.mjs';
import { results } from './pictured.mjs';
import { makeBulk } from './work.mjs';

const images = resolve(fileURLToPath(import.meta.url), '../../../docs/images');
const icons = resolve(fileURLToPath(import.meta.url), '../../../icons/tray');
const scratch = join(results, 'docs');
const home = '/home/ada';
const disk = '/media/ada/Backup disk/undercroft';
const attic = '/media/ada/Attic drive/undercroft';
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
/** The states of the tray, in the order in which the docs name them. */
const TRAY = ['idle', 'protected', 'running', 'paused', 'waiting', 'warning', 'error'];

mkdirSync(images, { recursive: true });
mkdirSync(scratch, { recursive: true });
mkdirSync(disk, { recursive: true });
mkdirSync(attic, { recursive: true });
mkdirSync(home, { recursive: true });
writeFileSync(join(home, '.gitconfig'), '[user]\n\tname = Ada\n\temail = ada@example.org\n');
makeProjects();
makeRubble(join(home, 'work/birch-web'));
await withDrive(() => inBothLooks(join(home, 'empty library'), firstRun));
for (const [name, { tags }] of Object.entries(PROJECTS)) add(library, join(home, 'work', name), tags);
await workForWeeks(library, join(home, 'work/atlas'));
// Of birch-web, the page is shown that leads to its first version.
for (const name of Object.keys(PROJECTS)) if (!['atlas', 'birch-web'].includes(name)) keepVersions(library, name);

backUpForWeeks(library, { disk, attic, work: join(home, 'work'), projects: Object.keys(PROJECTS) });
renameSync(dirname(attic), '/media/ada/taken to the attic');

await inBothLooks(library, pictures);
const studio = makeStudio(join(home, 'studio'));
await inBothLooks(join(home, 'studio library'), space);
renameSync(join(home, 'work'), join(home, 'lost'));
await inBothLooks(join(home, 'new library'), recovery);
for (const name of ['first-run', 'projects', 'start', 'history', 'diff', 'plan', 'run', 'search', 'recover', 'storage', 'archive']) pairUp(name);
drawTray();

/** Opens the window light and dark. @typedef {import('./desktop.mjs').Desktop} Desktop @typedef {import('./webdriver.mjs').Page} Page
 * @param {string} library @param {(desktop: Desktop, page: Page, look: string) => Promise<void>} take */
async function inBothLooks(library, take) {
  for (const dark of [false, true]) {
    const desktop = await startDesktop({ dark, home });
    desktop.env.UNDERCROFT_HOME = library;
    try {
      const page = await desktop.open();
      await page.resize(1280, 800);
      await take(desktop, page, dark ? 'dark' : 'light');
    } finally {
      await desktop.stop();
    }
  }
}

/** Another drive than that of the work. @param {() => Promise<void>} take */
async function withDrive(take) {
  const drive = new Drive('/media/ada', 'Blue drive', 512 * 1024);
  try {
    await take();
  } finally {
    drive.tearOff();
  }
}

/** What an empty library begins with. @param {Desktop} _desktop @param {Page} page @param {string} look */
async function firstRun(_desktop, page, look) {
  await page.withText('first-run', 'birch-web');
  await page.run(() => new Promise((done) => setTimeout(done, 1_500)));
  await keep(page, scratch, `first-run-${look}`);
}

/** The icons of the tray in a row, on a light and on a dark panel. */
function drawTray() {
  const [size, gap, height] = [48, 40, 96];
  const width = TRAY.length * (size + gap) + gap;
  const icon = (/** @type {string} */ state, /** @type {number} */ n, /** @type {number} */ y) => {
    const [, inside] = /<svg[^>]*>([^]*)<\/svg>/.exec(readFileSync(join(icons, `${state}.svg`), 'utf8')) ?? [];
    return `<g transform="translate(${gap + n * (size + gap)} ${y + (height - size) / 2}) scale(${size / 24})">${inside}</g>`;
  };
  const panel = (/** @type {string} */ fill, /** @type {number} */ y) =>
    `<rect y="${y}" width="${width}" height="${height}" rx="8" fill="${fill}"/>${TRAY.map((state, n) => icon(state, n, y)).join('')}`;
  const both = `${panel('#f2f1ee', 0)}${panel('#24221f', height + 12)}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${2 * height + 12}">${both}</svg>`;
  execFileSync('rsvg-convert', ['--output', join(images, 'tray.png')], { input: svg });
}

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

/** @param {Page} page @param {string} hash */
async function go(page, hash) {
  await page.run((hash) => void (location.hash = hash), hash);
  await page.run(() => new Promise((done) => setTimeout(done, 1_500)));
}

/** @param {Page} page @param {string} folder @param {string} name */
async function keep(page, folder, name) {
  writeFileSync(join(folder, `${name}.png`), await page.screenshot());
}

/** A plan, its last run, and the proof of its destination. @param {Page} page @param {string} look */
async function backups(page, look) {
  const plan = (await page.call('plan_list')).find((/** @type {any} */ one) => one.draft.name === 'Every night');
  await go(page, `#/plans/${plan.id}`);
  await page.withText('plan-preview', 'node_modules');
  await keep(page, scratch, `plan-${look}`);
  await go(page, `#/activity?show=runs&plan=${plan.id}&run=${plan.lastRun.id}`);
  await page.testId('run-log');
  await keep(page, scratch, `run-${look}`);
  if (look === 'dark') return;
  await go(page, `#/backups/${plan.draft.targets[0].destination}`);
  await (await page.find('label:has(input[value="verification"])')).click();
  await page.testId('drill-row');
  await keep(page, images, 'proof');
}

/** Where the space goes, and an archive. @param {Desktop} desktop @param {Page} page @param {string} look */
async function space(desktop, page, look) {
  // The dark picture is of the library that the light one was taken of.
  if (look === 'light') await furnishStudio(desktop, page, studio);
  await showStudio(page, (hash) => go(page, hash), (name) => keep(page, scratch, `${name}-${look}`));
}

/** What an empty library is given back. @param {Desktop} desktop @param {Page} page @param {string} look */
async function recovery(desktop, page, look) {
  // The second window opens where the first one was.
  await go(page, '#/');
  await (await page.testId('recover-link')).click();
  await (await page.role('button', /^Folder|Choose folder/)).click();
  await desktop.chooseFolder(DIALOGS.destination, disk);
  await (await page.testId('recovery-password')).type(PASSWORD);
  await (await page.testId('recovery-look')).click();
  await page.testId('recoverable-project');
  await go(page, '#/recover');
  await keep(page, scratch, `recover-${look}`);
}

/** @param {Desktop} desktop @param {Page} page @param {string} look */
async function pictures(desktop, page, look) {
  const projects = await page.call('project_list');
  const [atlas, birch] = ['atlas', 'birch-web'].map((name) => projects.find((/** @type {any} */ one) => one.name === name));
  const snapshots = await page.call('snapshot_list', { project: atlas.id });
  const snapshot = snapshots[5];
  await go(page, `#/projects/${atlas.id}`);
  await keep(page, scratch, `projects-${look}`);
  await go(page, `#/projects/${birch.id}/history/main`);
  await page.sees('Secrets that are kept');
  await keep(page, scratch, `start-${look}`);
  const [{ id: workspace }] = await page.call('workspace_list', { project: atlas.id });
  const versions = await page.call('version_list', { workspace, limit: 100 });
  const shown = versions.find((/** @type {any} */ one) => one.name === 'surveyors');
  await go(page, `#/projects/${atlas.id}/history/main?version=${shown.id}`);
  await keep(page, scratch, `history-${look}`);
  await go(page, `#/projects/${atlas.id}/diff/main?from=${versions[6].id}&to=now&path=src/map.rs`);
  await page.find('[data-testid="diff"] mark');
  await keep(page, scratch, `diff-${look}`);
  await go(page, '#/search?text=survey');
  await keep(page, scratch, `search-${look}`);
  await backups(page, look);
  if (look === 'dark') return;
  await page.call('usage_scan');
  await go(page, '#/');
  await page.find('[data-testid="storage-card"] figure');
  await keep(page, images, 'dashboard');
  await go(page, `#/browse/${snapshot.destination}/${snapshot.id}?project=${atlas.id}`);
  await keep(page, images, 'browse');
  const older = versions.find((/** @type {any} */ one) => one.message === 'Tiles load by themselves');
  await go(page, `#/projects/${atlas.id}/history/main?version=${older.id}`);
  await (await page.testId('version-restore')).click();
  await page.testId('restore-summary');
  await page.run(() => new Promise((done) => setTimeout(done, 1_000)));
  await keep(page, images, 'restore');
  await page.press('\uE00C');
  await go(page, '#/projects');
  const drag = await Drag.over(desktop, [join(home, 'work/atlas/src')], { x: 700, y: 420 });
  await page.testId('drop-overlay');
  await keep(page, images, 'drop');
  await drag.abandon();
}
