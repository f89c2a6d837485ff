/** The main job, by hand and eye: add a project, back it up, look into the backup, get it back. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { differences, makeHeavy, makeProject } from './files.mjs';
import { go, Site, startBrowser, visit } from './site.mjs';

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

test('from an empty library to files that came back', async () => {
  const source = makeProject(join(site.folder, 'vault'));
  makeHeavy(source, 48);
  await visit(browser, site, 'journey', async (page) => {
    await addProject(page, source);
    await addDestination(page, join(site.folder, 'disk'));
    await backUp(page);
    await browse(page);
    await restoreAll(page, join(site.folder, 'restored'));
    assert.equal(differences(source, join(site.folder, 'restored/vault')), '');
    await restoreOne(page, join(site.folder, 'one file'));
    assert.equal(readFileSync(join(site.folder, 'one file/main.rs'), 'utf8'), readFileSync(join(source, 'src/main.rs'), 'utf8'));
  });
});

test('a wrong path, a wrong password and a second time are told, and change nothing', async () => {
  const folder = makeProject(join(site.folder, 'twice'));
  await visit(browser, site, 'refusals', async (page) => {
    await go(page, '#/projects');
    await page.getByRole('button', { name: 'Add project' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Add a project' });
    await dialog.getByLabel('Folder').fill(join(site.folder, 'nowhere'));
    await dialog.getByText('Nothing is there').waitFor();
    assert.ok(await dialog.getByRole('button', { name: 'Add project' }).isDisabled());
    await dialog.getByLabel('Folder').fill(folder);
    await dialog.getByText('Folder found').waitFor();
    await dialog.getByRole('button', { name: 'Add project' }).click();
    await page.getByTestId('project-view').waitFor();

    const before = (await site.call('project_list')).length;
    await page.getByRole('button', { name: 'Add project' }).first().click();
    await dialog.getByLabel('Folder').fill(folder);
    await dialog.getByText('Folder found').waitFor();
    await dialog.getByRole('button', { name: 'Add project' }).click();
    await page.getByTestId('toast').filter({ hasText: 'twice' }).last().waitFor();
    assert.equal((await site.call('project_list')).length, before);
    await page.keyboard.press('Escape');

    await site.addDestination('with a password');
    const [destination] = (await site.call('destination_list')).filter((/** @type {any} */ one) => one.name === 'with a password');
    await site.call('destination_forget', { destination: destination.id });
    await go(page, '#/backups');
    await page.getByRole('button', { name: 'Add destination' }).first().click();
    const ask = page.getByRole('dialog', { name: 'Add a destination' });
    await ask.getByLabel('Folder', { exact: true }).fill(join(site.folder, 'with a password'));
    await ask.getByText('Holds a backup repository').waitFor();
    await ask.getByTestId('destination-password').fill('not the password');
    await ask.getByRole('button', { name: 'Add destination' }).click();
    await ask.getByTestId('error-note').waitFor();
    assert.match(await ask.getByTestId('error-note').innerText(), /password/i);
  });
});

/** @param {import('playwright-core').Page} page @param {string} folder */
async function addProject(page, folder) {
  await page.getByRole('link', { name: 'Projects' }).first().click();
  await page.getByRole('button', { name: 'Add project' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add a project' });
  await dialog.getByLabel('Folder').fill(folder);
  await dialog.getByText('Folder found').waitFor();
  await dialog.getByLabel(/Tags/).fill('stone, arch');
  await dialog.getByRole('button', { name: 'Add project' }).click();
  const view = page.getByTestId('project-view');
  await view.getByRole('heading', { name: 'vault' }).waitFor();
  await view.getByText('Rust').first().waitFor();
  assert.match(await view.innerText(), /arch/);
}

/** @param {import('playwright-core').Page} page @param {string} folder */
async function addDestination(page, folder) {
  await page.getByTestId('project-view').getByRole('button', { name: 'Add destination' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add a destination' });
  await dialog.getByLabel('Folder', { exact: true }).fill(folder);
  await dialog.getByText('Nothing is there yet; it will be made').waitFor();
  await dialog.getByLabel('I type one').check();
  await dialog.getByTestId('destination-password').fill('stone upon stone');
  await dialog.getByTestId('destination-password-again').fill('stone upon stone');
  await dialog.getByRole('button', { name: 'Add destination' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByTestId('destination-row').filter({ hasText: 'disk' }).waitFor();
}

/** @param {import('playwright-core').Page} page */
async function backUp(page) {
  await page.getByTestId('destination-row').getByRole('button', { name: 'Back up now to disk' }).click();
  await page.getByRole('progressbar').first().waitFor();
  await page.getByTestId('snapshot-row').first().waitFor({ timeout: 60_000 });
  await page.getByTestId('project-view').getByText('Protected').waitFor();
}

/** @param {import('playwright-core').Page} page */
async function browse(page) {
  await page.getByTestId('snapshot-row').first().getByRole('link', { name: /^Browse/ }).click();
  await entry(page, 'src').dblclick();
  await entry(page, 'deep').waitFor();
  await entry(page, 'main.rs').waitFor();
}

/** @param {import('playwright-core').Page} page @param {string} target */
async function restoreAll(page, target) {
  await page.goBack();
  await entry(page, 'Cargo.toml').waitFor();
  await page.getByTestId('restore').click();
  await answerRestore(page, target);
}

/** @param {import('playwright-core').Page} page @param {string} target */
async function restoreOne(page, target) {
  await entry(page, 'src').dblclick();
  await entry(page, 'main.rs').hover();
  await page.getByRole('button', { name: 'Restore main.rs' }).click();
  await answerRestore(page, target);
}

/** Chooses where to, and waits until it is done. @param {import('playwright-core').Page} page @param {string} target */
async function answerRestore(page, target) {
  const dialog = page.getByRole('dialog', { name: 'Restore' });
  await dialog.getByRole('radio', { name: 'Another folder' }).check();
  await dialog.getByLabel('Into').fill(target);
  await dialog.getByText('Nothing is there yet; it will be made').waitFor();
  await dialog.getByTestId('restore-confirm').click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByTestId('toast').filter({ hasText: target }).waitFor({ timeout: 60_000 });
}

/** @param {import('playwright-core').Page} page @param {string} name */
function entry(page, name) {
  return page.getByTestId('browse-entry').filter({ has: page.getByText(name, { exact: true }) });
}
