/** Versions in the window: kept while one works, found, compared, brought back, and that undone. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { makePdf } from '../browser/pdf.mjs';
import { startDesktop } from './desktop.mjs';
import { Drag } from './drag.mjs';
import { addProject } from './library.mjs';
import { steps } from './pictured.mjs';
import { until } from './webdriver.mjs';

const OLD = 'fn main() {\n    println!("hello");\n}\n';
const NEW = 'fn main() {\n    println!("goodbye");\n}\n';
const KEYS = { enter: '\uE007', home: '\uE011', end: '\uE010', left: '\uE012', right: '\uE014' };

/** @type {import('./desktop.mjs').Desktop} */
let desktop;
const test = steps(() => desktop);
/** @type {import('./webdriver.mjs').Page} */
let page;
/** @type {{ id: string }} */
let project;
/** @type {string} */
let folder, source, mine;

before(async () => {
  desktop = await startDesktop();
  page = await desktop.open();
  ({ folder, project } = await addProject(desktop, page));
  source = join(folder, 'src/main.rs');
  writeFileSync(join(folder, 'package.json'), '{}\n');
  writeFileSync(join(folder, '.env'), 'TOKEN=secret\n');
  mkdirSync(join(folder, 'node_modules/one'), { recursive: true });
  writeFileSync(join(folder, 'node_modules/one/index.js'), 'export {};\n');
});
after(() => desktop.stop());

const click = async (/** @type {string} */ role, /** @type {string | RegExp} */ name) => (await page.role(role, name)).click();
const choose = async (/** @type {string | RegExp} */ menu, /** @type {string} */ item) => {
  await click('button', menu);
  await click('menuitem', item);
};
const holds = (/** @type {string} */ path, /** @type {string} */ content) =>
  until(`${path} is as it should be`, () => existsSync(path) && readFileSync(path, 'utf8') === content);
const versions = () => page.call('version_list', { workspace: mine, limit: 100 });

/** Waits until the timeline says where it is. @param {RegExp} said */
const standsAt = (said) =>
  until(`the timeline stands at ${said}`, async () =>
    said.test(await page.run(() => document.querySelector('[role=slider]')?.getAttribute('aria-valuetext') ?? '')),
  );

/** Puts the focus on the timeline and presses a key. @param {string} key @param {RegExp} said */
async function scrub(key, said) {
  await page.run(() => /** @type {HTMLElement} */ (document.querySelector('[role=slider]')).focus());
  await page.press(key);
  await standsAt(said);
}

/** The corners of the timeline's hours, where the mouse goes along. */
const hours = () =>
  page.run(() => {
    const { left, right, top, height } = /** @type {Element} */ (document.querySelector('.track svg')).getBoundingClientRect();
    return { left: left + 4, right: right - 4, y: top + height / 3 };
  });

test('before the first version one sees what would be kept, and what not', async () => {
  await page.run((hash) => void (location.hash = hash), `#/projects/${project.id}`);
  await click('link', 'History');
  await page.sees('Keep every version of atlas');
  const counted = await page.testId('start-history');
  await page.sees('node_modules');
  assert.match(await counted.text(), /files kept/);
  assert.match(await counted.text(), /3\.\d+\sMB/);
  assert.match(await counted.text(), /node_modules\s+It can be made again: there is package\.json\s+1 file/);
  assert.match(await counted.text(), /Secrets that are kept[^]*\.env/);
});

test('keeping begins, and ends in a first version', async () => {
  await (await page.testId('start-keeping')).click();
  await page.testId('timeline');
  await standsAt(/^Version 1 of 1.*First import/);
  await page.withText('watch-state', 'Watching');
  [{ id: mine }] = await page.call('workspace_list', { project: project.id });
  const { entries } = await page.call('file_list', { version: `latest:${mine}`, path: [] });
  const names = entries.map((/** @type {any} */ one) => one.name);
  assert.ok(names.includes('.env') && !names.includes('node_modules'), names.join());
});

test('what another program saves becomes a version by itself', async () => {
  writeFileSync(source, NEW);
  await page.withText('version-row', 'main.rs');
  await standsAt(/^Version \d of 2/);
});

test('the timeline is scrubbed with the keyboard and with the mouse', async () => {
  await scrub(KEYS.home, /^Version 1 of 2.*First import/);
  await scrub(KEYS.right, /^Version 2 of 2.*Automatic/);
  await scrub(KEYS.left, /^Version 1 of 2/);
  const { left, right, y } = await hours();
  await page.drag({ x: left, y }, { x: right, y });
  await standsAt(/^Version 2 of 2/);
  await page.drag({ x: right, y }, { x: left, y });
  await standsAt(/^Version 1 of 2/);
});

test('a file is looked at as it was', async () => {
  await click('link', 'Browse');
  await click('button', 'src');
  await (await page.withText('browse-entry', 'main.rs')).click();
  await page.withText('preview', 'println!("hello")');
  assert.equal(readFileSync(source, 'utf8'), NEW);
});

test('it is compared with now, word by word', async () => {
  await click('link', 'Compare with now');
  await page.testId('diff');
  const marked = await until('words are marked', async () => {
    const words = await page.run(() => [...document.querySelectorAll('[data-testid="diff"] mark')].map((one) => one.textContent));
    return words.length > 0 && words;
  });
  assert.deepEqual(marked, ['hello', 'goodbye']);
  await page.run(() => history.back());
  await page.withText('preview', 'println!("hello")');
});

test('it is brought back in place, and the preview says what that does', async () => {
  await click('button', 'Restore…');
  await page.withText('restore-summary', '1 file is written');
  await page.withText('restore-summary', 'main.rs');
  await (await page.testId('restore-confirm')).click();
  await page.withText('toast', 'Restored main.rs to ');
  assert.equal(readFileSync(source, 'utf8'), OLD);
});

test('the toast undoes it', async () => {
  await click('button', 'Undo');
  await holds(source, NEW);
});

test('a file dropped onto the open folder becomes a version', async () => {
  const dropped = join(desktop.home, 'plan – ä.txt');
  writeFileSync(dropped, 'the plan\n');
  await page.run((hash) => void (location.hash = hash), `#/projects/${project.id}/files/main/now/src`);
  await page.withText('browse-entry', 'main.rs');
  const drag = await Drag.over(desktop, [dropped], { x: 600, y: 420 });
  await page.withText('drop-overlay', 'src');
  await drag.drop();
  await page.withText('browse-entry', 'plan – ä.txt');
  await holds(join(folder, 'src/plan – ä.txt'), 'the plan\n');
  const [newest] = await versions();
  const { changes } = await page.call('version_show', { version: newest.id });
  assert.deepEqual(changes.map((/** @type {any} */ one) => one.path.join('/')), ['src/plan – ä.txt']);
});

test('one file shows all its versions, and any two of them compared', async () => {
  await (await page.withText('browse-entry', 'main.rs')).click();
  await (await page.testId('file-history-link')).click();
  const rows = await until('its versions are listed', () =>
    page.run(() => document.querySelectorAll('[data-testid="file-version"]').length),
  );
  assert.ok(rows >= 2, `${rows} versions`);
  await page.testId('diff');
  await page.sees('println!("goodbye")');
});

test('a PDF is drawn page by page', async () => {
  writeFileSync(join(folder, 'report.pdf'), makePdf(['Vault', 'Arch']));
  await page.run((hash) => void (location.hash = hash), `#/projects/${project.id}/files/main/now`);
  await (await page.withText('browse-entry', 'report.pdf')).click();
  await page.withText('preview-pdf', 'Vault');
  await click('button', 'Next page');
  await page.withText('preview-pdf', 'Arch');
  const dark = () =>
    page.run(() => {
      const canvas = /** @type {HTMLCanvasElement | null} */ (document.querySelector('[aria-label="report.pdf, page 2"] canvas'));
      const drawn = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      return [...drawn].filter((value, at) => at % 4 === 1 && value < 128).length;
    });
  await until('the page is drawn', async () => (await dark()) > 1000);
});

test('a version is given a name and a pin', async () => {
  await click('link', 'History');
  await page.testId('timeline');
  await scrub(KEYS.home, /^Version 1 of/);
  await click('button', 'Name it');
  await page.press(`before the change${KEYS.enter}`);
  await page.withText('version-row', 'before the change');
  await click('button', 'Pin: thinning leaves it alone');
  await page.role('button', 'Unpin');
  const first = (await versions()).at(-1);
  assert.deepEqual([first.name, first.pinned], ['before the change', true]);
});

test('a version is opened as a workspace, made current, and closed', async () => {
  await choose('More for Version', 'Open as workspace…');
  await page.role('dialog', /^Open as workspace/);
  await (await page.role('textbox', 'Name')).type('trial');
  await click('button', 'Open');
  await page.withText('toast', 'trial');
  await click('link', 'Workspaces');
  await page.withText('workspace', 'trial');
  const trial = (await page.call('workspace_list', { project: project.id })).find((/** @type {any} */ one) => one.name === 'trial');
  assert.equal(readFileSync(join(trial.path, 'src/main.rs'), 'utf8'), OLD);
  await click('button', 'Make current: trial');
  await until('it is current', async () => (await page.call('current')).workspace === trial.id);
  writeFileSync(join(trial.path, 'src/only here.rs'), '//\n');
  await choose('More for trial', 'Close…');
  await click('button', 'Close workspace');
  await until('it is closed', () => page.run(() => document.querySelectorAll('[data-testid="workspace"]').length === 1));
  assert.equal(existsSync(trial.path), false);
  assert.equal(readFileSync(source, 'utf8'), NEW);
});

test('a git repository is made and committed to, as git sees it too', async () => {
  await click('link', 'Git');
  await click('button', 'Create a git repository');
  await page.sees('Not committed');
  await (await page.role('textbox', 'Message')).type('Begin');
  await (await page.role('textbox', /^Author/)).type('Ada <ada@example.org>');
  await click('button', 'Commit');
  await page.withText('commit', 'Begin');
  const said = execFileSync('git', ['-C', folder, 'log', '--format=%an %s'], { encoding: 'utf8', env: { ...process.env, HOME: desktop.home } });
  assert.equal(said, 'Ada Begin\n');
});

test('watching pauses; what changes meanwhile is one version', async () => {
  await click('button', 'Pause watching');
  await page.withText('watch-state', 'Paused');
  const before = (await versions()).length;
  for (const round of [1, 2, 3]) writeFileSync(join(folder, `round ${round}.txt`), 'x\n');
  await new Promise((done) => setTimeout(done, 3_000));
  assert.equal((await versions()).length, before);
  await click('button', 'Resume watching');
  await page.withText('watch-state', 'Watching');
  await until('they are kept', async () => (await versions()).length === before + 1);
  assert.equal((await versions())[0].added, 3);
});
