/** A library with a project and a destination in it, made over the page's own bridge. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from './desktop.mjs';
import { until } from './webdriver.mjs';
import { makeProject } from './work.mjs';

export const PASSWORD = 'correct horse battery staple';

/** Points a folder out the way a file manager does: a second start of the program names it.
 * @param {import('./desktop.mjs').Desktop} desktop @param {import('./webdriver.mjs').Page} page @param {string} path */
export async function pointOut(desktop, page, path) {
  await page.listen();
  const before = (await page.heard('dropped')).length;
  await finished(desktop.launch(path));
  const news = async () => (await page.heard('dropped'))[before];
  const { places } = await until(`the page hears of ${path}`, news);
  return places[0];
}

/** Adds the project "atlas". @param {import('./desktop.mjs').Desktop} desktop @param {import('./webdriver.mjs').Page} page */
export async function addProject(desktop, page) {
  const folder = makeProject(join(desktop.home, 'atlas'));
  const place = await pointOut(desktop, page, folder);
  // The page may add what is dropped by itself; either way it is a project then.
  await page.call('project_add', { place: place.id, name: null, tags: [] }).catch(() => undefined);
  const project = await until('atlas is a project', async () =>
    (await page.call('project_list')).find((/** @type {any} */ one) => one.name === 'atlas'),
  );
  return { folder, project };
}

/** Adds the destination "shelf". @param {import('./desktop.mjs').Desktop} desktop @param {import('./webdriver.mjs').Page} page */
export async function addDestination(desktop, page) {
  const folder = join(desktop.folder, 'shelf');
  mkdirSync(folder);
  const place = await pointOut(desktop, page, folder);
  const request = { place: place.id, name: 'shelf', password: PASSWORD, create: true };
  const destination = await page.call('destination_add', request);
  return { folder, destination };
}
