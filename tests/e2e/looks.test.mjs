/** Pictures of every page, light and dark, wide and narrow, with something to see on them. */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDesktop } from './desktop.mjs';
import { addDestination, addPlan, addProject } from './library.mjs';
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
      await page.sees('Keep your work safe');
      assert.equal(await page.run(() => matchMedia('(prefers-color-scheme: dark)').matches), look === 'dark');
      await picture(page, 'empty', look);
      await beginnings(page, look);
      await furnish(page);
      const pages = await addresses(page);
      for (const [name, hash] of Object.entries(pages)) {
        await page.run((hash) => void (location.hash = hash), hash);
        await picture(page, name, look);
      }
      await rooms(page, look);
    } finally {
      await desktop.stop();
    }
  });
}

/** The pages that an empty library begins with. @param {import('./webdriver.mjs').Page} page @param {string} look */
async function beginnings(page, look) {
  for (const [name, hash] of Object.entries({ recover: '#/recover', 'backups-empty': '#/backups' })) {
    await page.run((hash) => void (location.hash = hash), hash);
    await picture(page, name, look);
  }
}

/** The rooms of the destination, and the kit. @param {import('./webdriver.mjs').Page} page @param {string} look */
async function rooms(page, look) {
  const [{ id }] = await page.call('destination_list');
  await page.run((hash) => void (location.hash = hash), `#/backups/${id}`);
  for (const room of ['backups', 'trash', 'verification', 'keys', 'maintenance']) {
    await page.click(`label:has(input[value="${room}"])`);
    await picture(page, `destination-${room}`, look);
  }
  await (await page.role('button', 'Show recovery kit')).click();
  await page.testId('recovery-kit');
  await picture(page, 'kit', look);
}

/** Something to see: a project backed up twice and by a plan, one backup of it forgotten, and a trial. @param {import('./webdriver.mjs').Page} page */
async function furnish(page) {
  const { folder: atlas, project } = await addProject(desktop, page);
  const { destination } = await addDestination(desktop, page);
  for (const text of ['one', 'two']) {
    writeFileSync(join(atlas, 'notes.md'), text);
    await carryOut(page, 'backup_run', { project: project.id, destination: destination.id });
  }
  const { id: plan } = await addPlan(page);
  await carryOut(page, 'plan_run', { plan });
  const snapshots = await page.call('snapshot_list', { project: project.id });
  await carryOut(page, 'snapshot_forget', { destination: destination.id, snapshots: [snapshots.at(-1).id] });
  await carryOut(page, 'drill', { destination: destination.id });
  await carryOut(page, 'archive_make', { projects: [project.id], idle: false, level: 'fast', keepSource: true });
  await carryOut(page, 'usage_scan', {});
}

/** Begins a job and waits for its end. @param {import('./webdriver.mjs').Page} page @param {string} name @param {object} request */
async function carryOut(page, name, request) {
  const { id } = await page.call(name, request);
  await until(`${name} ended`, async () => {
    const now = (await page.call('job_list')).find((/** @type {any} */ one) => one.id === id);
    return now === undefined || !['queued', 'running'].includes(now.state);
  });
}

/** @param {import('./webdriver.mjs').Page} page */
async function addresses(page) {
  const snapshot = (await page.call('snapshot_list')).find((/** @type {any} */ one) => one.project);
  const { destination, id, project } = snapshot;
  const [{ id: plan, lastRun }] = await page.call('plan_list');
  return {
    dashboard: '#/',
    projects: '#/projects',
    project: `#/projects/${project}`,
    backups: '#/backups',
    browse: `#/browse/${destination}/${id}/src?project=${project}`,
    activity: '#/activity',
    plan: `#/plans/${plan}`,
    run: `#/activity?show=runs&run=${lastRun.id}`,
    calendar: '#/activity?show=calendar',
    search: '#/search?text=main',
    doctor: '#/doctor',
    archive: '#/archive',
    storage: '#/storage?view=picture',
    'what-can-go': '#/storage',
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
