/** Pictures of every page, light and dark, wide and narrow, with something to see on them. */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDesktop } from './desktop.mjs';
import { addDestination, addProject } from './library.mjs';
import { pictured, results } from './pictured.mjs';
import { until } from './webdriver.mjs';

const folder = join(results, 'screenshots');
mkdirSync(folder, { recursive: true });

const SIZES = /** @type {const} */ ({ wide: [1280, 800], narrow: [900, 600] });

/** @type {import('./desktop.mjs').Desktop} */
let desktop;
const test = pictured(() => desktop);

for (const look of /** @type {const} */ (['light', 'dark'])) {
  test(`every page, ${look}`, async () => {
    desktop = await startDesktop({ dark: look === 'dark' });
    try {
      const page = await desktop.open();
      await page.sees('Keep your first project safe');
      assert.equal(await page.run(() => matchMedia('(prefers-color-scheme: dark)').matches), look === 'dark');
      await picture(page, 'empty', look);
      await furnish(page);
      const pages = await addresses(page);
      for (const [name, hash] of Object.entries(pages)) {
        await page.run((hash) => void (location.hash = hash), hash);
        await picture(page, name, look);
      }
    } finally {
      await desktop.stop();
    }
  });
}

/** Something to see: one project backed up twice, and one that waits. @param {import('./webdriver.mjs').Page} page */
async function furnish(page) {
  const { folder: atlas, project } = await addProject(desktop, page);
  const { destination } = await addDestination(desktop, page);
  for (const text of ['one', 'two']) {
    writeFileSync(join(atlas, 'notes.md'), text);
    const job = await page.call('backup_run', { project: project.id, destination: destination.id });
    await until('the backup ended', async () => {
      const now = (await page.call('job_list')).find((/** @type {any} */ one) => one.id === job.id);
      return now === undefined || !['queued', 'running'].includes(now.state);
    });
  }
}

/** @param {import('./webdriver.mjs').Page} page */
async function addresses(page) {
  const [snapshot] = await page.call('snapshot_list');
  const { destination, id, project } = snapshot;
  return {
    dashboard: '#/',
    projects: '#/projects',
    project: `#/projects/${project}`,
    backups: '#/backups',
    browse: `#/browse/${destination}/${id}/src?project=${project}`,
    activity: '#/activity',
    settings: '#/settings',
  };
}

/** @param {import('./webdriver.mjs').Page} page @param {string} name @param {string} look */
async function picture(page, name, look) {
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    await page.resize(width, height);
    await settled(page);
    const overflow = await page.run(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(overflow, false, `${name} is wider than the window (${size})`);
    writeFileSync(join(folder, `${name}-${look}-${size}.png`), await page.screenshot());
  }
}

/** Waits until nothing on the page changes any more. @param {import('./webdriver.mjs').Page} page */
async function settled(page) {
  await page.run(
    () =>
      new Promise((done) => {
        let quiet = setTimeout(done, 400);
        const watcher = new MutationObserver(() => {
          clearTimeout(quiet);
          quiet = setTimeout(done, 400);
        });
        watcher.observe(document.body, { subtree: true, childList: true, characterData: true });
        setTimeout(done, 5_000);
      }),
  );
}
