/** Names from a disk are shown as they are and do nothing: no markup, no script, no disguise. */

import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertAccessible } from './accessibility.mjs';
import { differences } from './files.mjs';
import { go, Site, startBrowser, visit } from './site.mjs';

/** What is on the disk, and how it must be shown. @type {[Buffer | string, string][]} */
const NAMES = [
  ['<img src=x onerror=document.title=1>', '<img src=x onerror=document.title=1>'],
  ['<script>window.owned=1<\\script>', '<script>window.owned=1<\\\\script>'],
  ['"><svg onload=window.owned=1>', '"><svg onload=window.owned=1>'],
  ['javascript:window.owned=1', 'javascript:window.owned=1'],
  ['{@html owned}{constructor}', '{@html owned}{constructor}'],
  ['&lt;b&gt;&amp;', '&lt;b&gt;&amp;'],
  ['two\nlines', 'two\\nlines'],
  ['gpj.\u202eexe', 'gpj.\\xe2\\x80\\xaeexe'],
  ['zero\u200bwidth', 'zero\\xe2\\x80\\x8bwidth'],
  ['\u001b[31mred', '\\x1b[31mred'],
  [Buffer.from('not utf-8 \xff', 'latin1'), 'not utf-8 \\xff'],
  ['..\\..\\up', '..\\\\..\\\\up'],
  ['عربي', 'عربي'],
  ['%2e%2e%2f', '%2e%2e%2f'],
  ['#?&=', '#?&='],
  [' ', ' '],
  ['n'.repeat(255), 'n'.repeat(255)],
];

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

test('in a backup', async () => {
  const source = makeHostile(join(site.folder, 'plain'));
  const project = await site.addProject(source);
  const destination = await site.addDestination('disk');
  await site.backUp(project, destination);
  const [snapshot] = await site.call('snapshot_list', { project: project.id });
  const address = `#/browse/${destination.id}/${snapshot.id}`;
  await visit(browser, site, 'hostile backup', async (page) => {
    await go(page, `${address}/files`);
    await assertShown(page);
    await assertAccessible(page, 'hostile names');

    // Each folder with such a name can be entered, left, and is where it says it is.
    await go(page, `${address}/folders`);
    for (const [, shown] of NAMES) {
      await row(page, shown).dblclick();
      await row(page, 'inside').waitFor();
      await page.goBack();
      await row(page, shown).waitFor();
    }
    await assertUnharmed(page);
  });
  const target = join(site.folder, 'restored');
  const { id } = await site.call('restore', {
    destination: destination.id,
    snapshot: snapshot.id,
    paths: [],
    to: await site.place(target),
    overwrite: 'never',
  });
  assert.equal((await site.finished(id)).state, 'succeeded');
  assert.equal(differences(source, join(target, 'plain')), '');
});

test('in a history', async () => {
  const project = await site.addProject(makeHostile(join(site.folder, 'kept')));
  await site.keep(project);
  await visit(browser, site, 'hostile history', async (page) => {
    await go(page, `#/projects/${project.id}/files/main/now/files`);
    await assertShown(page);
    await assertAccessible(page, 'hostile names in a version');
    await go(page, `#/projects/${project.id}/files/main/now/folders`);
    for (const [, shown] of NAMES) {
      await row(page, shown).dblclick();
      await row(page, 'inside').click();
      await page.getByTestId('preview').locator('.cm-line').first().waitFor();
      await assertUnharmed(page);
      await page.goBack();
      await row(page, shown).waitFor();
    }
  });
});

test('as projects, tags and destinations', async () => {
  await visit(browser, site, 'hostile projects', async (page) => {
    for (const [name, shown] of NAMES.filter(isTypable)) {
      const project = await site.addProject(site.makeFolder(`projects/${name}`));
      await site.call('project_tag', { project: project.id, add: ['<b>tag'], remove: [] });
      await site.call('project_rename', { project: project.id, name: `${shown}<i>` });
    }
    for (const address of ['#/', '#/projects', '#/activity', '#/activity?show=runs', '#/settings']) {
      await go(page, address);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForTimeout(300);
      await assertUnharmed(page);
    }
    await go(page, '#/projects');
    await page.getByText('<img src=x onerror=document.title=1><i>').first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByTestId('palette').waitFor();
    await page.keyboard.type('img');
    await page.getByTestId('palette').getByText('<img src=x onerror=document.title=1><i>').first().waitFor();
    await assertUnharmed(page);
  });
});

/** A path that is typed is text on one line, and a project's name has its bounds. @param {[Buffer | string, string]} name */
function isTypable([name, shown]) {
  return name === shown && shown.trim() === shown && shown.length < 190;
}

/** @param {string} folder */
function makeHostile(folder) {
  for (const [name, shown] of NAMES) {
    const files = Buffer.concat([Buffer.from(`${folder}/files/`), Buffer.from(name)]);
    const folders = Buffer.concat([Buffer.from(`${folder}/folders/`), Buffer.from(name)]);
    mkdirSync(join(folder, 'files'), { recursive: true });
    writeFileSync(files, shown);
    mkdirSync(folders, { recursive: true });
    writeFileSync(Buffer.concat([folders, Buffer.from('/inside')]), shown);
  }
  symlinkSync('<img src=x onerror=window.owned=1>', join(folder, 'files/link'));
  return folder;
}

/** @param {import('playwright-core').Page} page */
async function assertShown(page) {
  for (const [, shown] of NAMES) await row(page, shown).waitFor();
  await page.getByText('→ <img src=x onerror=window.owned=1>').waitFor();
  await assertUnharmed(page);
}

/** No script ran, and no name became an element. @param {import('playwright-core').Page} page */
async function assertUnharmed(page) {
  const harm = await page.evaluate(() => ({
    owned: 'owned' in window,
    title: document.title,
    elements: [...document.querySelectorAll('img[src=x], svg[onload], main b, main i, main script')].map((one) => one.outerHTML),
  }));
  assert.deepEqual({ ...harm, title: undefined }, { owned: false, title: undefined, elements: [] });
  assert.notEqual(harm.title, '1');
}

/** @param {import('playwright-core').Page} page @param {string} shown */
function row(page, shown) {
  const name = page.locator('bdi', { hasText: new RegExp(`^${shown.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`) });
  return page.getByTestId('browse-entry').filter({ has: name });
}
