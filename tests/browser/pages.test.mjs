/**
 * Every page, light and dark, empty and in use, on a wide and on a narrow screen, in English and in German:
 * axe finds nothing, and in German and at 200 % all fits its place.
 */

import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertAccessible } from './accessibility.mjs';
import { makeProject, write } from './files.mjs';
import { assertGerman } from './language.mjs';
import { assertFits } from './layout.mjs';
import { go, Site, startBrowser, visit } from './site.mjs';

/** @type {import('playwright-core').Browser} */ let browser;
/** @type {Site} */ let empty;
/** @type {Site} */ let used;
/** @type {Awaited<ReturnType<typeof fill>>} What is in the library in use. */ let filled;
before(async () => {
  [empty, used, browser] = await Promise.all([Site.start(), Site.start(), startBrowser()]);
  filled = await fill(used);
});
after(async () => {
  await browser?.close();
  await Promise.all([empty?.stop(), used?.stop()]);
});

const DIALOG = '[role=dialog]';

const WIDE = { viewport: { width: 1440, height: 900 } };
const NARROW = { viewport: { width: 800, height: 640 } };
/** A window of 1280 × 800 whose pages are shown twice as large. */
const TWICE = { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 };

/** In German there is no walk through the dialogs, which are found by their English names. */
const LOOKS = /** @type {const} */ ([
  { name: 'light', colorScheme: 'light', dialogs: true, ...WIDE },
  { name: 'light, in German', colorScheme: 'light', locale: 'de-DE', ...WIDE },
  { name: 'dark', colorScheme: 'dark', pages: true, dialogs: true, ...WIDE },
  { name: 'dark and narrow', colorScheme: 'dark', pages: true, dialogs: true, ...NARROW },
  { name: 'dark, in German at 200 %', colorScheme: 'dark', locale: 'de-DE', ...TWICE },
]);

for (const { name, pages = false, dialogs = false, ...look } of LOOKS) {
  const inGerman = 'locale' in look;
  if (pages || inGerman) {
    test(`every page of an empty library, ${name}`, () =>
      visit(browser, empty, `empty ${name}`, (page) => walk(page, EMPTY, inGerman), look));
    test(`every page of a library in use, ${name}`, () =>
      visit(browser, used, `in use ${name}`, (page) => walk(page, inUse(filled), inGerman), look));
  }
  if (dialogs)
    test(`every dialog, ${name}`, () => visit(browser, used, `dialogs ${name}`, (page) => allDialogs(page), look));
}

const EMPTY = [
  '#/',
  '#/projects',
  '#/backups',
  '#/archive',
  '#/archive?show=trash',
  '#/storage',
  '#/cleanup',
  '#/plans/new',
  '#/recover',
  '#/doctor',
  '#/activity',
  '#/settings',
  '#/nowhere',
];

/** @param {typeof filled} library */
function inUse({ project, destination, snapshot, versions, archive }) {
  return [
    '#/',
    '#/projects',
    `#/projects/${project.id}`,
    `#/browse/${destination.id}/${snapshot.id}/src?project=${project.id}`,
    '#/backups',
    `#/backups/${destination.id}`,
    '#/archive',
    `#/archive/${archive.id}`,
    `#/archive/${archive.id}/src?view=files&file=main.rs`,
    ...['picture', 'findings', 'growth', 'trend'].map((view) => `#/storage?view=${view}`),
    '#/storage?by=type',
    '#/cleanup',
    '#/activity',
    '#/activity?show=runs',
    '#/settings',
    ...rooms(project, versions),
  ];
}

/** @param {import('playwright-core').Page} page */
async function allDialogs(page) {
  const { project, archive, destination, snapshot } = filled;
  await historyDialogs(page, project);
  await lifeDialogs(page, project, archive);
  await dialogs(page, `#/browse/${destination.id}/${snapshot.id}`);
}

/** @param {import('playwright-core').Page} page @param {string[]} addresses @param {boolean} inGerman */
async function walk(page, addresses, inGerman) {
  for (const address of addresses) {
    await go(page, address);
    await settle(page);
    await assertAccessible(page, address);
    if (!inGerman) continue;
    await assertFits(page, address);
    await assertGerman(page, address);
  }
}
/** The rooms of a project whose versions are kept. @param {{ id: string }} project @param {any[]} versions */
function rooms({ id }, versions) {
  const [newest, first] = versions;
  return [
    `#/projects/${id}/files/main/now/src?file=main.rs`,
    `#/projects/${id}/files/main/${first.id}`,
    `#/projects/${id}/history/main`,
    `#/projects/${id}/file-history/main/src/main.rs`,
    `#/projects/${id}/diff/main?from=${first.id}&to=${newest.id}`,
    `#/projects/${id}/workspaces`,
    `#/projects/${id}/git/main`,
    `#/projects/${id}/rules`,
  ];
}

/** @param {import('playwright-core').Page} page @param {{ id: string }} project */
async function historyDialogs(page, { id }) {
  await go(page, `#/projects/${id}/history/main`);
  for (const [button, dialog] of [
    ['version-restore', 'Restore'],
    ['save-version', 'Save a version'],
  ]) {
    await page.getByTestId(button).click();
    await page.getByRole('dialog', { name: dialog }).waitFor();
    await settle(page);
    await assertAccessible(page, dialog, { within: DIALOG });
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await page.getByRole('button', { name: 'Maintenance' }).click();
  await page.getByRole('menuitem', { name: /^Thin out/ }).click();
  await page.getByRole('dialog', { name: 'Thin out versions' }).waitFor();
  await settle(page);
  await assertAccessible(page, 'thinning', { within: DIALOG });
  await page.keyboard.press('Escape');
  await go(page, `#/projects/${id}/workspaces`);
  await page.getByRole('button', { name: 'Open another…' }).click();
  await page.getByRole('dialog', { name: 'Open as workspace' }).waitFor();
  await assertAccessible(page, 'opening a workspace', { within: DIALOG });
  await page.keyboard.press('Escape');
}

/** The dialogs of projects that come and go. @param {import('playwright-core').Page} page @param {{ id: string }} project @param {{ id: string }} archive */
async function lifeDialogs(page, { id }, archive) {
  for (const [button, dialog] of [
    ['New project…', 'New project'],
    ['Import…', 'Import a project'],
  ]) {
    await go(page, '#/projects');
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: button }).click();
    await inDialog(page, dialog);
  }
  await go(page, `#/projects/${id}`);
  for (const [item, dialog] of [
    ['Archive…', 'Archive vault'],
    ['Save as template…', 'Save as template'],
  ]) {
    await page.getByRole('button', { name: 'More for vault' }).click();
    await page.getByRole('menuitem', { name: item }).click();
    await inDialog(page, dialog);
  }
  await go(page, `#/archive/${archive.id}`);
  await page.getByTestId('archive-restore').click();
  await inDialog(page, 'Restore put away');
}

/** Looks at the dialog of this name, and closes it. @param {import('playwright-core').Page} page @param {string} name */
async function inDialog(page, name) {
  await page.getByRole('dialog', { name }).waitFor();
  await settle(page);
  await assertAccessible(page, name, { within: DIALOG });
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** @param {import('playwright-core').Page} page @param {string} browsing */
async function dialogs(page, browsing) {
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette').waitFor();
  // Its list is scrolled from the field, with the arrows, and takes no focus itself.
  await assertAccessible(page, 'the palette', { within: DIALOG, except: ['scrollable-region-focusable'] });
  await page.keyboard.press('Escape');

  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await assertAccessible(page, 'the shortcuts', { within: DIALOG });
  await page.keyboard.press('Escape');

  await page.keyboard.press('j');
  await page.getByTestId('job-drawer').waitFor();
  await assertAccessible(page, 'the jobs');
  await page.keyboard.press('j');

  await go(page, browsing);
  await page.getByTestId('restore').click();
  await page.getByRole('dialog', { name: 'Restore' }).waitFor();
  await assertAccessible(page, 'restoring', { within: DIALOG });
  await page.keyboard.press('Escape');

  await go(page, '#/backups');
  await page.getByRole('button', { name: 'Add destination' }).first().click();
  await page.getByRole('dialog', { name: 'Add a destination' }).waitFor();
  await assertAccessible(page, 'adding a destination', { within: DIALOG });
  await page.keyboard.press('Escape');
}

/** Waits until nothing is on its way. @param {import('playwright-core').Page} page */
async function settle(page) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector('.skeleton') === null);
}

/** @param {Site} site */
async function fill(site) {
  const project = await site.addProject(makeProject(join(site.folder, 'vault')));
  await site.addProject(makeProject(join(site.folder, 'never backed up')));
  const destination = await site.addDestination('disk');
  await site.backUp(project, destination);
  const [snapshot] = await site.call('snapshot_list', { project: project.id });
  await site.keep(project);
  write(join(site.folder, 'vault/src/main.rs'), 'fn main() {\n    println!("vault");\n}\n');
  const versions = await site.versions(project, 2);
  await site.call('git_create', { workspace: versions[0].workspace });
  const away = await site.addProject(makeProject(join(site.folder, 'put away')));
  const { id } = await site.call('archive_make', {
    projects: [away.id],
    idle: false,
    level: 'fast',
    keepSource: false,
  });
  await site.finished(id);
  const [archive] = await site.call('archive_list', { trashed: false });
  await site.finished((await site.call('usage_scan', {})).id);
  return { project, destination, snapshot, versions, archive };
}
