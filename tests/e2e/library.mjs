/** A library with a project and a destination in it, made over the page's own bridge. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from './desktop.mjs';
import { until } from './webdriver.mjs';
import { makeProject } from './work.mjs';

export const PASSWORD = 'correct horse battery staple';

/** The titles of the folder dialogs, by what they are for. */
export const DIALOGS = {
  project: "Choose a project's folder",
  destination: 'Choose where backups go',
  restore: 'Choose where to restore to',
  import: 'Choose the archive to import',
};

/** Points a folder out in the system's own dialog, and gives back the place.
 * @param {import('./desktop.mjs').Desktop} desktop @param {import('./webdriver.mjs').Page} page
 * @param {keyof typeof DIALOGS} purpose @param {string} path */
export async function pick(desktop, page, purpose, path) {
  // A Return that the dialog does not take any more presses no button of the page.
  await page.run(() => void (document.activeElement instanceof HTMLElement && document.activeElement.blur()));
  const [place] = await Promise.all([
    page.call('place_pick', { purpose }),
    desktop.chooseFolder(DIALOGS[purpose], path),
  ]);
  return place;
}

/** Presses the button that opens the system's folder dialog, and points a folder out there. What a busy GTK
 * completes or swallows of the path is seen in the page alone: then it is done again.
 * @param {import('./desktop.mjs').Desktop} desktop @param {import('./webdriver.mjs').Page} page
 * @param {keyof typeof DIALOGS} purpose @param {string} path */
export function choose(desktop, page, purpose, path) {
  return until(`${path} is chosen`, async () => {
    await (await page.role('button', /^Folder|^Into|Choose folder/)).click();
    await page.run(() => void (document.activeElement instanceof HTMLElement && document.activeElement.blur()));
    await desktop.chooseFolder(DIALOGS[purpose], path);
    return page.sees(path, 5_000).then(() => true, () => false);
  });
}

/** Adds the project "atlas". @param {import('./desktop.mjs').Desktop} desktop @param {import('./webdriver.mjs').Page} page */
export async function addProject(desktop, page) {
  const folder = makeProject(join(desktop.home, 'atlas'));
  const { id } = await pick(desktop, page, 'project', folder);
  return { folder, project: await page.call('project_add', { place: id, name: null, tags: [] }) };
}

/** Adds the destination "shelf". @param {import('./desktop.mjs').Desktop} desktop @param {import('./webdriver.mjs').Page} page */
export async function addDestination(desktop, page) {
  const folder = join(desktop.folder, 'shelf');
  mkdirSync(folder);
  const { id } = await pick(desktop, page, 'destination', folder);
  const password = { type: 'typed', password: PASSWORD };
  const request = { place: id, name: 'shelf', password, create: true };
  return { folder, destination: await page.call('destination_add', request) };
}

/** Keeps the plan that is proposed, daily of everything, with whatever is to be otherwise in it.
 * @param {import('./webdriver.mjs').Page} page @param {object} [otherwise] */
export async function addPlan(page, otherwise = {}) {
  const draft = { ...(await page.call('plan_propose')), ...otherwise };
  return page.call('plan_save', { draft });
}

/** Lets something happen: whatever does is a reason to look at what is due, and a minute is long.
 * @param {import('./webdriver.mjs').Page} page */
export async function stir(page) {
  const [{ id: project, tags }] = await page.call('project_list');
  await page.call('project_tag', { project, add: [`stirred-${tags.length}`], remove: [] });
}

/** Lets days pass for the plans of a library. @param {import('./desktop.mjs').Desktop} desktop @param {number} days */
export async function letDaysPass(desktop, days) {
  const { code } = await finished(desktop.python('days_pass.py', desktop.library, String(days)));
  if (code !== 0) throw new Error(`No days passed: ${code}`);
}

/** Says of all that needs attention, and may be so on purpose, that it is known: the destinations of these tests
 * are on the disk of their projects. @param {import('./webdriver.mjs').Page} page */
export async function knowConcerns(page) {
  const { concerns } = await page.call('dashboard');
  for (const { key, canBeKnown } of concerns) {
    if (canBeKnown) await page.call('concern_known', { concern: key, known: true });
  }
}
