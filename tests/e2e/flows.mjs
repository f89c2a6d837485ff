/**
 * Goes through the six flows that a user meets first, on a project given, and says the presses and seconds of each, to be
 * held beside other programs. By hand and as root, who alone may mount a drive; the folder is copied first:
 *
 *   UNDERCROFT_PROFILE=release node tests/e2e/flows.mjs FOLDER
 *
 * A flow's seconds go from its first press until the page says that it is done. Presses and typing are WebDriver's: no
 * time for reading or thinking is in them.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { startDesktop } from './desktop.mjs';
import { Drive } from './drive.mjs';
import { choose } from './library.mjs';
import { until } from './webdriver.mjs';

const [given] = process.argv.slice(2);
if (!given) throw new Error('Name a folder to work on');
const PATIENCE = 2 * 60_000;
const DRIVE_MEGABYTES = 4096;

const desktop = await startDesktop();
const blue = new Drive(desktop.folder, 'Blue', DRIVE_MEGABYTES);
const red = new Drive(desktop.folder, 'Red', DRIVE_MEGABYTES);
const project = join(desktop.home, 'work/project');
mkdirSync(join(desktop.home, 'work'));
execFileSync('cp', ['--archive', resolve(given), project]);
// By it a program can make `node_modules` again.
writeFileSync(join(project, 'package.json'), '{}');
let presses = 0;
let begun = 0;
/** @type {import('./webdriver.mjs').Page} */
let page;

try {
  page = await desktop.open();
  const password = await firstBackup();
  const file = newestFile();
  await yesterday(file);
  await deleted(file);
  await space();
  await newDisk();
  await lostMachine(password);
} catch (error) {
  await desktop.picture(join(import.meta.dirname, '../../test-results/flows.png'));
  throw error;
} finally {
  blue.tearOff();
  red.tearOff();
  await desktop.stop();
}

/** From the first screen to a backup that was read back. @returns {Promise<string>} the password of the backups */
async function firstBackup() {
  await page.withText('found-projects', 'project');
  const drive = await page.role('radio', new RegExp(`^Blue`)).catch(() => undefined);
  await begin();
  if (drive) await press(drive);
  else {
    await press(await page.role('radio', /^Another folder/));
    await choose(desktop, page, 'destination', blue.at);
    presses += 1;
  }
  await until('it can start', () => page.run(() => !document.querySelector('[data-testid="first-run-start"]')?.disabled));
  await press(await page.testId('first-run-start'));
  const kit = await (await page.testId('recovery-kit')).text();
  await (await page.testId('kit-done')).click();
  await until('it is verified', () => page.text().then((text) => text.includes('backed up and verified')), PATIENCE);
  say('first verified backup');
  await (await page.testId('first-run-done')).click();
  return /^ *Password:? +(\S.*)$/m.exec(kit)?.[1] ?? '';
}

/** A file as it was before it was changed, from the file. @param {string[]} file */
async function yesterday(file) {
  const path = join(project, ...file);
  const before = readFileSync(path, 'utf8');
  const saved = await newestVersion();
  appendFileSync(path, 'changed today\n');
  await until('the change is a version', async () => (await newestVersion()) !== saved);
  const [{ id }] = await page.call('project_list');
  const [name = '', ...folder] = file.map(encodeURIComponent).reverse();
  const at = ['now', ...folder.reverse()].join('/');
  await page.run((hash) => void (location.hash = hash), `#/projects/${id}/files/main/${at}?file=${name}`);
  await page.testId('restore-file');
  await begin();
  await press(await page.testId('restore-file'));
  await page.find('[data-testid="file-copy"][data-chosen="true"]');
  await press(await page.find('[data-testid="restore-confirm"]:not([disabled])'));
  await until('it is as it was', () => readFileSync(path, 'utf8') === before);
  await page.withText('toast', 'estored');
  say('file as it was yesterday');
}

/** A file that is gone, found by its name alone. @param {string[]} file */
async function deleted(file) {
  const path = join(project, ...file);
  const before = readFileSync(path, 'utf8');
  const saved = await newestVersion();
  rmSync(path);
  await until('its end is a version', async () => (await newestVersion()) !== saved);
  await page.run(() => void (location.hash = '#/'));
  await page.testId('health-sentence');
  await begin();
  await press(await page.role('link', 'Search'));
  await (await page.find('input[type="search"]')).type(String(file.at(-1)));
  const hit = await page.withText('search-hit', 'Deleted');
  await press(await hit.find('button[aria-label^="Restore…"]'));
  await press(await page.find('[data-testid="restore-confirm"]:not([disabled])'));
  await until('it is back', () => {
    try {
      return readFileSync(path, 'utf8') === before;
    } catch {
      return false;
    }
  });
  await page.withText('toast', 'estored');
  say('deleted file, unknown where');
}

/** What a program makes again, freed. */
async function space() {
  const [folder] = readdirSync(project, { withFileTypes: true }).filter((one) => one.isDirectory());
  execFileSync('cp', ['--archive', join(project, folder.name), join(project, 'node_modules')]);
  await page.call('usage_scan', {}).catch(() => undefined);
  await until('it is counted', async () => (await page.call('usage_overview', {}))?.scanned, PATIENCE);
  await page.run(() => void (location.hash = '#/'));
  await page.testId('health-sentence');
  await begin();
  await press(await page.role('link', 'Storage'));
  await press(await page.find('[data-testid="free-chosen"]:not([disabled])'));
  await press(await page.find('[data-testid="free-confirm"]:not([disabled])'));
  await page.withText('toast', 'reed');
  say('space freed');
}

/** The backups go to another drive, proven there before they go here. */
async function newDisk() {
  // A destination is proven by itself after its first backup, and is not moved while it is read.
  await until('nothing is done', async () => {
    const jobs = await page.call('job_list');
    return jobs.every((/** @type {any} */ job) => !['queued', 'running'].includes(job.state));
  }, PATIENCE);
  await page.run(() => void (location.hash = '#/'));
  await page.testId('health-sentence');
  await begin();
  await press(await page.role('link', 'Backups'));
  const [{ id }] = await page.call('destination_list');
  await press(await page.find(`a[href="#/backups/${id}"]`));
  await press(await page.find('label:has(input[value="maintenance"])'));
  await press(await page.role('button', 'Move to another drive…'));
  await press(await page.role('button', 'Move'));
  const isThere = async () => (await page.call('destination_list')).some((/** @type {any} */ one) => one.display.startsWith(red.at));
  await until('the backups are there', isThere, PATIENCE);
  say('backups on a new disk');
}

/** Everything of a machine that was lost. @param {string} password */
async function lostMachine(password) {
  await page.close();
  rmSync(desktop.library, { recursive: true });
  const kept = join(desktop.folder, 'as it was');
  execFileSync('mv', [project, kept]);
  page = await desktop.open();
  await page.testId('recover-link');
  await begin();
  await press(await page.testId('recover-link'));
  await until('the drive is found', () => page.run(() => document.querySelector('input[type=radio]:checked')));
  await (await page.testId('recovery-password')).type(password);
  await press(await page.testId('recovery-look'));
  await page.testId('recoverable-project');
  await press(await page.role('button', 'Tick all folders'));
  await press(await page.testId('recover'));
  await desktop.answer('Use these places?', 'Return');
  presses += 1;
  await until('it is back', async () => (await page.text()).includes('Everything is back'), PATIENCE);
  say('lost machine');
  // What Python makes again is in no backup, unless the user says so.
  const compared = ['--recursive', '--no-dereference', '--brief', '--exclude', '__pycache__'];
  execFileSync('diff', [...compared, kept, project], { stdio: 'inherit' });
}

/** A text of the project to change: the first that is found. @returns {string[]} */
function newestFile() {
  const found = execFileSync('find', [project, '-type', 'f', '-size', '-64k', '-name', '*.h', '-print', '-quit'], { encoding: 'utf8' });
  assert.notEqual(found, '', 'The folder holds a header file');
  return relative(project, found.trim()).split('/');
}

/** @returns {Promise<string | undefined>} */
async function newestVersion() {
  const [{ id }] = await page.call('project_list');
  const [workspace] = await page.call('workspace_list', { project: id });
  const [version] = await page.call('version_list', { workspace: workspace.id });
  return version?.id;
}

function begin() {
  presses = 0;
  begun = performance.now();
}

/** @param {{ click: () => Promise<void> }} element */
async function press(element) {
  presses += 1;
  await element.click();
}

/** @param {string} flow */
function say(flow) {
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${flow}: ${presses} presses, ${seconds} s, load ${loadavg()[0].toFixed(1)}`);
}
