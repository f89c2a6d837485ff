/**
 * Measures the real window: from its start to its first paint and to the dashboard's sentence, the command palette, and
 * going through versions of a large project. By hand, on a copy that may be written to, with a program that is built:
 *
 *   node tests/e2e/budgets.mjs FOLDER
 *
 * Times of input go from the event to two frames after what it shows is there. Budgets: 100 ms for each.
 */

import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startDesktop } from './desktop.mjs';
import { pick } from './library.mjs';
import { until } from './webdriver.mjs';

const [given] = process.argv.slice(2);
if (!given) throw new Error('Name a folder to work on');
const folder = resolve(given);
const VERSIONS = 20;
const STARTS = 3;
const PATIENCE = 30 * 60_000;
const addedAt = (/** @type {number} */ version) => join(folder, `added-${version}.txt`);

const desktop = await startDesktop();
try {
  const page = await desktop.open();
  const project = await keepVersions(page);
  await measureScrubbing(page, project);
  // A window that is ended as the driver does opens where it was.
  await page.run(() => void (location.hash = '#/'));
  await page.testId('health-sentence');
  await page.close();
  for (let start = 0; start < STARTS; start += 1) await measureStart();
} finally {
  await desktop.stop();
}

/** Makes the versions, each with a file more. @param {import('./webdriver.mjs').Page} page @returns {Promise<string>} */
async function keepVersions(page) {
  for (let at = 1; at < VERSIONS; at += 1) rmSync(addedAt(at), { force: true });
  const { id: place } = await pick(desktop, page, 'project', folder);
  const { id: project } = await page.call('project_add', { place, name: null, tags: [] });
  const begun = Date.now();
  await done(page, await page.call('history_start', { project }));
  console.log(`first version: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
  const [{ id: workspace }] = await page.call('workspace_list', { project });
  await page.call('history_pause', { project });
  for (let at = 1; at < VERSIONS; at += 1) {
    writeFileSync(addedAt(at), `${at}\n`);
    await done(page, await page.call('version_save', { workspace }));
  }
  return project;
}

/** @param {import('./webdriver.mjs').Page} page @param {{ id: string }} job */
async function done(page, { id }) {
  const isOver = async () => {
    const jobs = await page.call('job_list');
    return jobs.some((/** @type {any} */ job) => job.id === id && job.state === 'succeeded');
  };
  await until(`job ${id} is done`, isOver, PATIENCE);
}

/** @param {import('./webdriver.mjs').Page} page @param {string} project */
async function measureScrubbing(page, project) {
  await page.run((hash) => void (location.hash = hash), `#/projects/${project}/files/main/now`);
  await page.testId('browse-entry');
  await page.run(() => document.querySelector('[data-testid=timeline]')?.focus());
  /** @type {number[]} */
  const times = [];
  for (const key of ['ArrowLeft', 'ArrowRight']) {
    for (let step = 1; step < VERSIONS; step += 1) times.push(await page.run(timeKey, key, '[role=grid]'));
  }
  say('a version older or newer', times);
}

/** One start of the window, and its palette. */
async function measureStart() {
  const launched = Date.now();
  const page = await desktop.open();
  await page.testId('health-sentence');
  const first = await page.run(
    () => performance.timeOrigin + (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN),
  );
  console.log(
    `start: first paint after ${(first - launched).toFixed(0)} ms, the sentence after ${Date.now() - launched} ms at most`,
  );
  await page.run(() => new Promise((done) => setTimeout(done, 2_000)));
  const times = [];
  for (let opened = 0; opened < 3; opened += 1) {
    times.push(await page.run(timePalette));
    await page.press('\uE00C');
    await page.run(() => new Promise((done) => setTimeout(done, 500)));
  }
  say(`the palette, first ${times[0].toFixed(0)} ms`, times);
  await page.close();
}

/** In the page: the time of a key until the rows of a list are others. @param {string} key @param {string} list @returns {Promise<number>} */
function timeKey(key, list) {
  const read = () => document.querySelector(list)?.getAttribute('aria-rowcount');
  const before = read();
  const begun = performance.now();
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  return new Promise((resolve) => {
    const look = () => {
      const now = read();
      if (now === before || now === null || now === undefined) return requestAnimationFrame(look);
      return requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - begun)));
    };
    look();
  });
}

/** In the page: the time until the palette has the focus and is painted. @returns {Promise<number>} */
function timePalette() {
  const begun = performance.now();
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true }));
  return new Promise((resolve) => {
    const look = () => {
      if (!document.activeElement?.matches('.palette-input')) return requestAnimationFrame(look);
      return requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - begun)));
    };
    look();
  });
}

/** @param {string} what @param {number[]} times */
function say(what, times) {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (/** @type {number} */ share) => sorted[Math.floor((sorted.length - 1) * share)]?.toFixed(0);
  console.log(`${what}: ${at(0.5)} ms (${at(0)}–${at(1)}), ${times.length} times`);
}
