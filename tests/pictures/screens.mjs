/** Every screen that a picture is kept of: each page of the map in docs/design/ui.md, the first run, and the dialogs. */

import { replied } from './recorded-site.mjs';

/** @typedef {import('playwright-core').Page} Page */

/**
 * @typedef {object} Screen
 * @property {string} name
 * @property {string} address
 * @property {'full' | 'empty'} [library]
 * @property {(page: Page, words: any) => Promise<void>} [open] Opens a dialog over the page, or waits for what comes late.
 */

const [{ id: project }] = replied('project_list');
const [destination] = replied('destination_list');
const [{ id: plan }] = replied('plan_list');
const versions = replied('version_list');
const snapshot = replied('snapshot_list').find(
  (/** @type {any} */ one) => one.project === project && one.destination === destination.id,
);
const run = replied('run_list').find((/** @type {any} */ one) => one.kind === 'plan');

/** One of `ui/src/test/fixtures/archives.ts`. */
const archive = 'a-1';

const inProject = `#/projects/${project}`;
const atDestination = `#/backups/${destination.id}`;

/** @type {Screen[]} */
export const screens = [
  { name: 'first-run', address: '#/', library: 'empty' },
  { name: 'projects-empty', address: '#/projects', library: 'empty' },
  { name: 'recover', address: '#/recover', library: 'empty' },

  { name: 'dashboard', address: '#/' },
  { name: 'projects', address: '#/projects' },
  { name: 'project', address: inProject },
  { name: 'files', address: `${inProject}/files/main/now/src?file=main.rs` },
  { name: 'file-history', address: `${inProject}/file-history/main/README.md` },
  { name: 'history', address: `${inProject}/history/main` },
  { name: 'diff', address: `${inProject}/diff/main?from=${versions.at(-1).id}&to=now&path=README.md` },
  { name: 'workspaces', address: `${inProject}/workspaces` },
  { name: 'git', address: `${inProject}/git/main` },
  { name: 'rules', address: `${inProject}/rules` },
  { name: 'browse', address: `#/browse/${destination.id}/${snapshot.id}/src?project=${project}` },
  { name: 'backups', address: '#/backups' },
  { name: 'destination', address: atDestination },
  ...['trash', 'verification', 'keys', 'maintenance'].map((view) => ({
    name: `destination-${view}`,
    address: `${atDestination}?view=${view}`,
  })),
  { name: 'plan', address: `#/plans/${plan}` },
  { name: 'plan-new', address: '#/plans/new' },
  { name: 'search', address: '#/search?text=readme' },
  { name: 'archive', address: '#/archive' },
  { name: 'archive-facts', address: `#/archive/${archive}` },
  { name: 'archive-files', address: `#/archive/${archive}?view=files&file=README.md` },
  { name: 'archive-trash', address: '#/archive?show=trash' },
  { name: 'storage', address: '#/storage' },
  ...['findings', 'growth', 'trend'].map((view) => ({ name: `storage-${view}`, address: `#/storage?view=${view}` })),
  { name: 'cleanup', address: '#/cleanup' },
  { name: 'activity', address: `#/activity?run=${run.id}` },
  ...['events', 'undo', 'calendar'].map((show) => ({ name: `activity-${show}`, address: `#/activity?show=${show}` })),
  { name: 'doctor', address: '#/doctor' },
  { name: 'help', address: '#/help' },
  { name: 'help-page', address: '#/help/parity' },
  { name: 'settings', address: '#/settings' },
  { name: 'missing', address: '#/nowhere' },

  { name: 'palette', address: '#/', open: (page) => pressed(page, 'Control+k') },
  { name: 'shortcuts', address: '#/', open: (page) => pressed(page, '?') },
  {
    name: 'jobs',
    address: '#/',
    open: async (page) => {
      await page.keyboard.press('j');
      await page.getByTestId('job-drawer').waitFor();
    },
  },
  {
    name: 'restore',
    address: `#/browse/${destination.id}/${snapshot.id}?project=${project}`,
    open: async (page) => {
      await asked(page, page.getByTestId('restore'));
      await page.getByTestId('restore-summary').waitFor();
    },
  },
  {
    name: 'add-destination',
    address: '#/backups',
    open: (page, words) => asked(page, page.getByRole('button', { name: words.overview.addDestination }).first()),
  },
  { name: 'add-project', address: '#/projects', open: (page) => asked(page, page.getByTestId('add-project')) },
  {
    name: 'new-project',
    address: '#/projects',
    open: async (page, words) => {
      await page.getByRole('button', { name: words.common.more, exact: true }).click();
      await asked(page, page.getByRole('menuitem', { name: words.newProject.action }));
    },
  },
  {
    name: 'save-version',
    address: `${inProject}/history/main`,
    open: (page) => asked(page, page.getByTestId('save-version')),
  },
];

/** Opens a dialog by keys. @param {Page} page @param {string} keys */
async function pressed(page, keys) {
  await page.keyboard.press(keys);
  await page.getByRole('dialog').waitFor();
}

/** Opens a dialog by its button. @param {Page} page @param {import('playwright-core').Locator} button */
async function asked(page, button) {
  await button.click();
  await page.getByRole('dialog').waitFor();
}
