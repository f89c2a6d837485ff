/** Backups from nothing to a whole library on another machine, in the window, on a drive that comes and goes. */

import assert from 'node:assert/strict';
import { closeSync, existsSync, mkdirSync, openSync, readSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test as plainTest } from 'node:test';
import { startDesktop } from './desktop.mjs';
import { Drive, whyNoDrive } from './drive.mjs';
import { addProject, choose, letDaysPass, stir } from './library.mjs';
import { steps } from './pictured.mjs';
import { until } from './webdriver.mjs';
import { describeTree, restic } from './work.mjs';

/** @type {import('./desktop.mjs').Desktop} */
let desktop;
/** @type {Drive} */
let drive;
/** @type {import('./webdriver.mjs').Page} */
let page;
/** @type {string} */
let atlas, shelf, password;

const skip = whyNoDrive();
const step = steps(() => desktop);
const test = (/** @type {string} */ name, /** @type {() => Promise<void>} */ body) =>
  skip ? plainTest(name, { skip }) : step(name, body);

before(async () => {
  if (skip) return;
  desktop = await startDesktop();
  drive = new Drive(desktop.folder, 'Blue disk');
  shelf = join(drive.at, 'backups');
  mkdirSync(shelf);
  page = await desktop.open();
  ({ folder: atlas } = await addProject(desktop, page));
  fillProject();
});
after(async () => {
  drive?.tearOff();
  await desktop?.stop();
});

/** Notes enough to make a mass, and what a program makes again. */
function fillProject() {
  mkdirSync(join(atlas, 'notes'));
  for (let n = 0; n < 60; n += 1) writeFileSync(join(atlas, `notes/${n}.md`), `Note ${n}\n`.repeat(20));
  writeFileSync(join(atlas, 'package.json'), '{}');
  mkdirSync(join(atlas, 'node_modules/one'), { recursive: true });
  writeFileSync(join(atlas, 'node_modules/one/index.js'), 'export {};\n'.repeat(5000));
}

const click = async (/** @type {string} */ role, /** @type {string | RegExp} */ name) => (await page.role(role, name)).click();
const clickOn = async (/** @type {string} */ selector) => (await page.find(selector)).click();
const go = (/** @type {string} */ hash) => page.run((hash) => void (location.hash = hash), hash);
const room = (/** @type {string} */ name) => clickOn(`label:has(input[value="${name}"])`);
/** What restic finds. It locks nothing: the page may be reading at the same time. @param {...string} args */
const asRestic = (...args) => restic(shelf, password, '--no-lock', ...args);
const assertSound = () => asRestic('check', '--read-data');

/** The snapshots as restic sees them. @param {...string} more */
const snapshots = (...more) => JSON.parse(asRestic('snapshots', '--json', ...more));
const ofAtlas = () => snapshots('--path', atlas);
const card = (/** @type {string} */ text) => page.withText('plan-card', text);

/** Carries the plan out by its button, and waits for the end. */
async function runPlan() {
  const before = (await page.call('run_list', { kind: 'plan' })).length;
  await go('#/backups');
  await (await page.testId('plan-run')).click();
  await until('the run ended', async () => {
    const runs = await page.call('run_list', { kind: 'plan' });
    return runs.length > before && runs[0].ended;
  });
  await rest();
}

/** Waits until nothing is done any more: after a run, the destination may be proven by itself. */
const rest = () =>
  until('all jobs ended', async () => {
    const jobs = await page.call('job_list');
    return jobs.every((/** @type {any} */ job) => !['queued', 'running'].includes(job.state));
  });

/** The destination's page, at one of its rooms. @param {string} name */
async function destination(name) {
  const [{ id }] = await page.call('destination_list');
  await go(`#/backups/${id}`);
  await room(name);
}

test('one screen sets backups up, and the recovery kit is offered', async () => {
  await click('link', 'Backups');
  await click('radio', /^Another folder/);
  await choose(desktop, page, 'destination', shelf);
  await page.sees('Backups run every day at 12:30');
  await (await page.testId('first-run-start')).click();
  const kit = await (await page.testId('recovery-kit')).text();
  password = /^ *Password:? +(\S.*)$/m.exec(kit)?.[1] ?? '';
  assert.equal(password.split(/[ -]/).length, 7, kit);
  await (await page.testId('kit-done')).click();
  await (await page.testId('first-run-done')).click();
  await go('#/backups');
});

test('the first run backs up the project and the library, and reads back what it wrote', async () => {
  await card('Done');
  await rest();
  assert.equal(ofAtlas().length, 1);
  assert.ok(snapshots().length >= 2, 'the library is backed up, too');
  assertSound();
  await go('#/activity?show=runs');
  await (await page.withText('run-row', 'Plan Daily')).click();
  await page.withText('run-part', 'atlas');
  await page.withText('run-part', 'files read back, all sound');
});

test('the editor of the plan shows what it comes to while it is written', async () => {
  await go('#/backups');
  await clickOn('[data-testid="plan-card"] h3 a');
  await page.withText('plan-preview', 'atlas/node_modules');
  await (await page.role('textbox', 'Leave out, too')).type('*.bin\uE007');
  await page.withText('plan-preview', 'atlas/photo.bin');
  await clickOn('[data-testid="schedule-kind"] option[value="weekly"]');
  await page.withText('next-runs', 'Every Monday to Friday at 12:30');
  await (await page.testId('plan-save')).click();
  await card('Every Monday to Friday at 12:30');
});

test('a run does as the plan says now', async () => {
  writeFileSync(join(atlas, 'src/main.rs'), 'fn main() {}\n');
  await runPlan();
  assert.equal(ofAtlas().length, 2);
  const [, { id }] = ofAtlas();
  assert.doesNotMatch(asRestic('ls', id), /photo\.bin|node_modules/);
  assert.match(asRestic('ls', id), /notes\/7\.md/);
});

test('a backup that is forgotten comes back from the trash', async () => {
  const all = snapshots().length;
  await destination('backups');
  await click('button', /^Show the backups/);
  const row = await page.withText('snapshot-row', 'atlas');
  await (await row.find('input[type=checkbox]')).click();
  await (await page.testId('forget-chosen')).click();
  await page.testId('forget-summary');
  await (await page.testId('forget-confirm')).click();
  await until('restic misses it', () => snapshots().length === all - 1);
  await room('trash');
  await page.withText('trash-row', 'atlas');
  await click('button', /^Bring back the backup of/);
  await until('restic has it again', () => snapshots().length === all);
});

test('a pinned backup bears the tag that restic keeps it by', async () => {
  await destination('backups');
  await click('button', /^Show the backups/);
  const row = await page.withText('snapshot-row', 'atlas');
  await (await row.find('.menu-trigger')).click();
  await click('menuitem', 'Pin: no rule drops it');
  await page.sees('Pinned. No rule drops it.');
  assert.equal(snapshots('--tag', 'pinned').length, 1);
});

test('files are restored on trial, by itself once a month and when asked for', async () => {
  await destination('verification');
  const drills = () => page.run(() => document.querySelectorAll('[data-testid="drill-row"]').length);
  await page.withText('drill-row', 'Passed');
  await (await page.testId('drill')).click();
  await until('there are two', async () => (await drills()) === 2);
  await page.sees(/Last proven restorable/i);
});

test('a damaged pack is found by reading back, and healed from parity', async () => {
  await destination('verification');
  await clickOn('select[aria-label="Parity"] option[value="10"]');
  await page.sees('100% of what is stored is under parity');
  damage(largestPack());
  await click('button', 'Check');
  await click('menuitem', 'Read all of it back');
  await page.testId('problems');
  await click('button', 'Repair damaged files from parity');
  await (await page.testId('confirm')).click();
  await until('it is mended', () => page.run(() => !document.querySelector('[data-testid="problems"]')));
  assertSound();
});

test('a drive that is away is waited for, and nothing is written at its place', async () => {
  await page.close();
  await drive.unplug();
  await letDaysPass(desktop, 5);
  page = await desktop.open();
  await go('#/backups');
  await card('waits for');
  await card('5 days since the last backup');
  await page.withText('destination-card', 'Away');
  assert.deepEqual(readdirSync(drive.at), []);
});

test('once it is there again, the run begins by itself', async () => {
  const before = (await page.call('run_list', { kind: 'plan' })).length;
  drive.plug();
  // A drive that comes back is seen within a minute, or when anything else happens.
  await stir(page);
  await until('it ran', async () => {
    const [run, ...more] = await page.call('run_list', { kind: 'plan' });
    return more.length >= before && run.planned && run.state === 'succeeded';
  });
  assert.equal(ofAtlas().length, 3);
  await card('Every Monday to Friday');
  await go('#/activity?show=runs');
  await (await page.withText('run-row', 'Plan Daily')).click();
  await page.withText('run-detail', 'later than planned');
});

test('files that are gone in a mass are told, and are back at two presses', async () => {
  const notes = describeTree(join(atlas, 'notes'));
  rmSync(join(atlas, 'notes'), { recursive: true });
  await runPlan();
  await page.withText('guard-alert', '60 of');
  await page.withText('guard-alert', 'no old backup is let go');
  await click('button', 'Restore what is gone…');
  await page.find('[data-testid="restore-confirm"]:not([disabled])');
  await (await page.testId('restore-confirm')).click();
  await until('the alert has ended', () => page.run(() => !document.querySelector('[data-testid="guard-alert"]')));
  assert.deepEqual(describeTree(join(atlas, 'notes')), notes);
});

test('an empty machine gets the whole library back, folders too, and starts anew', async () => {
  const plans = await page.call('plan_list');
  const kept = describeTree(join(atlas, 'src'));
  await page.close();
  rmSync(atlas, { recursive: true });
  rmSync(desktop.library, { recursive: true });
  page = await desktop.open();
  await (await page.testId('recover-link')).click();
  // The drive with the backups is found.
  await click('radio', /^Blue disk/);
  await (await page.testId('recovery-password')).type(password);
  await (await page.testId('recovery-look')).click();
  await page.withText('recoverable-project', atlas);
  await click('button', 'Tick all folders');
  await (await page.testId('recover')).click();
  await desktop.answer('Use these places?', 'Return');
  await page.sees('Everything is back');
  const begun = await windowOwner();
  // The program may be gone before the driver can say that it clicked.
  await click('button', 'Start over').catch(() => undefined);
  await startedAnew(begun);
  page = await desktop.open();
  await click('link', /^Projects/);
  await page.withText('project-row', 'atlas');
  assert.deepEqual((await page.call('plan_list')).map(draftOf), plans.map(draftOf));
  assert.deepEqual(describeTree(join(atlas, 'src')), kept);
  // The last backup was made without them.
  assert.equal(existsSync(join(atlas, 'notes')), false);
});

const draftOf = (/** @type {any} */ { id, draft, enabled }) => ({ id, name: draft.name, schedule: draft.schedule, enabled });

/** The process whose window it is. */
async function windowOwner() {
  return Number(await desktop.xdotool('getwindowpid', await desktop.windowTitled('Undercroft')));
}

/** Waits until another process has the window, and ends it: it knows no driver. @param {number} begun */
async function startedAnew(begun) {
  const pid = await until('the program is another', async () => {
    const now = await windowOwner().catch(() => begun);
    return now !== begun && now;
  });
  process.kill(pid, 'SIGTERM');
  await until('it ended', () => !existsSync(`/proc/${pid}`));
}

/** The largest pack: of content, not of folders. */
function largestPack() {
  const folder = join(shelf, 'data');
  const packs = readdirSync(folder, { recursive: true }).map((name) => join(folder, `${name}`));
  const files = packs.filter((path) => statSync(path).isFile());
  return files.sort((left, right) => statSync(right).size - statSync(left).size)[0];
}

/** Flips a few bits in the middle of a file. @param {string} path */
function damage(path) {
  const file = openSync(path, 'r+');
  const [at, byte] = [Math.floor(statSync(path).size / 2), Buffer.alloc(4)];
  readSync(file, byte, 0, 4, at);
  writeSync(file, byte.map((value) => value ^ 0x55), 0, 4, at);
  closeSync(file);
}
