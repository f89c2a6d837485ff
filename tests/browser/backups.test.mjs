/** Backups in the browser: set up, run, forgotten, had back, proven; and axe on all that shows it, light and dark. */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertAccessible } from './accessibility.mjs';
import { makeProject, write } from './files.mjs';
import { go, Site, startBrowser, visit } from './site.mjs';

const DIALOG = '[role=dialog]';
const LOOKS = /** @type {const} */ ([
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 900, height: 600 } },
]);

/** @type {Site} */ let site;
/** @type {import('playwright-core').Browser} */ let browser;
before(async () => {
  site = await Site.start();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

test('from nothing to a proven backup, by typing one path', async () => {
  const source = makeProject(join(site.folder, 'vault'));
  write(join(source, 'package.json'), '{}');
  write(join(source, 'node_modules/one/index.js'), 'export {};\n');
  await site.addProject(source);
  mkdirSync(join(site.folder, 'disk'));
  await visit(browser, site, 'setting up', async (page) => {
    await setUp(page, join(site.folder, 'disk'));
    await page.getByTestId('plan-card').getByText('Done', { exact: true }).waitFor({ timeout: 60_000 });
    const [{ id }] = await site.call('destination_list');
    await go(page, `#/backups/${id}`);
    const rows = page.getByTestId('snapshot-row');
    await rows.first().getByRole('button', { name: /^Show the backups/ }).click();
    await rows.filter({ hasText: 'vault' }).waitFor();
    const all = await rows.count();
    await rows.filter({ hasText: 'vault' }).getByRole('checkbox').check();
    await page.getByTestId('forget-chosen').click();
    await page.getByTestId('forget-summary').waitFor();
    await page.getByTestId('forget-confirm').click();
    await page.getByTestId('toast').getByRole('button', { name: 'Undo' }).click();
    await page.getByTestId('toast').filter({ hasText: 'It is back' }).waitFor();
    await page.waitForFunction((count) => document.querySelectorAll('[data-testid=snapshot-row]').length === count, all);

    await openRoom(page, 'Verification');
    await page.getByTestId('drill').click();
    await page.getByTestId('drill-row').getByText('Passed').waitFor({ timeout: 30_000 });
  });
});

test('a plan is written with a preview that follows, and a schedule that says its next runs', async () => {
  await visit(browser, site, 'a plan', async (page) => {
    await go(page, '#/plans/new');
    await page.getByTestId('plan-name').fill('Sources');
    await page.getByTestId('plan-preview').getByText('vault/node_modules').waitFor();
    await page.getByRole('textbox', { name: 'Leave out, too' }).fill('*.txt');
    await page.keyboard.press('Enter');
    await page.getByTestId('plan-preview').getByText('vault/notes.txt').waitFor();
    await page.getByTestId('schedule-kind').selectOption('cron');
    await page.getByLabel('Cron expression').fill('15 */6 * * *');
    await page.getByTestId('next-runs').getByText('Cron expression: 15 */6 * * *').waitFor();
    await page.getByTestId('plan-save').click();
    await page.getByTestId('plan-card').filter({ hasText: 'Sources' }).waitFor();
    const plans = await site.call('plan_list');
    const { draft } = plans.find((/** @type {any} */ one) => one.draft.name === 'Sources');
    assert.deepEqual([draft.exclude, draft.schedule], [['*.txt'], { type: 'cron', expression: '15 */6 * * *' }]);
  });
});

for (const { name, ...look } of LOOKS) {
  test(`axe finds nothing on what shows backups, ${name}`, () =>
    visit(browser, site, `backups ${name}`, (page) => examineAll(page), look));
}

/** @param {import('playwright-core').Page} page @param {string} folder */
async function setUp(page, folder) {
  await go(page, '#/backups');
  await page.getByRole('radio', { name: /^Another folder/ }).check();
  await page.getByTestId('place-path').fill(folder);
  await page.getByText('Folder found').waitFor();
  await assertAccessible(page, 'setting up');
  await page.getByTestId('first-run-start').click();
  await page.getByTestId('recovery-kit').getByText('restic -r').first().waitFor();
  await assertAccessible(page, 'the recovery kit', { within: DIALOG });
  await page.getByTestId('kit-done').click();
  await assertAccessible(page, 'set up');
  await page.getByTestId('first-run-done').click();
  await go(page, '#/backups');
}

/** @param {import('playwright-core').Page} page */
async function examineAll(page) {
  const [{ id: destination }] = await site.call('destination_list');
  const [{ id: plan }] = await site.call('plan_list');
  const [{ id: run }] = await site.call('run_list', { kind: 'plan' });
  const [project] = await site.call('project_list');
  const addresses = [
    '#/',
    '#/backups',
    `#/plans/${plan}`,
    '#/plans/new',
    `#/activity?show=runs&run=${run}`,
    '#/activity?show=calendar',
    '#/search?text=main',
    '#/doctor',
    '#/recover',
    `#/projects/${project.id}`,
  ];
  for (const address of addresses) {
    await go(page, address);
    await settle(page);
    await assertAccessible(page, address);
  }
  await go(page, `#/backups/${destination}`);
  for (const room of ['Backups', 'Trash', 'Verification', 'Keys', 'Maintenance']) {
    await openRoom(page, room);
    await settle(page);
    await assertAccessible(page, room);
  }
  for (const [button, title] of [['Clean up…', /^Clean up/], ['Move to another drive…', /^Move /]]) {
    await page.getByRole('button', { name: /** @type {string} */ (button) }).click();
    await page.getByRole('dialog', { name: title }).waitFor();
    await settle(page);
    await assertAccessible(page, `${title}`, { within: DIALOG });
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
}

/** @param {import('playwright-core').Page} page @param {string} name */
async function openRoom(page, name) {
  await page.getByRole('radio', { name: new RegExp(`^${name}`) }).check({ force: true });
}

/** Waits until nothing is on its way. @param {import('playwright-core').Page} page */
async function settle(page) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector('.skeleton, [aria-busy=true]') === null);
}
