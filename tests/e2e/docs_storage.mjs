/** What the pictures of the storage and the archives in docs/images show: projects of several kinds, and where their space goes. */

import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DIALOGS } from './library.mjs';
import { until } from './webdriver.mjs';

const KB = 1000;
const MB = 1000 * KB;
/** The projects that nobody works on any more. */
const ARCHIVED = ['thesis', 'client-site-2019', 'choir-songbook'];

/** Makes the projects. @param {string} folder */
export function makeStudio(folder) {
  /** @param {string} path @param {string | number} content */
  const file = (path, content) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : randomBytes(content));
  };
  const many = (/** @type {number} */ count, /** @type {(n: number) => void} */ make) => Array.from({ length: count }, (_, n) => make(n));
  file('atlas/Cargo.toml', '[package]\nname = "atlas"\nversion = "0.1.0"\n');
  many(28, (n) => file(`atlas/src/map/layer_${n}.rs`, '// a layer\n'.repeat(400 * (n + 1))));
  many(40, (n) => file(`atlas/target/debug/deps/lib${n}.rlib`, ((n % 9) + 1) * 260 * KB));
  file('atlas/target/CACHEDIR.TAG', 'Signature: 8a477f597d28d172789f06886806bc55\n');
  file('atlas/data/tiles.sqlite', 22 * MB);
  file('birch-web/package.json', '{"dependencies":{"svelte":"5"}}\n');
  many(180, (n) => file(`birch-web/node_modules/package-${n % 41}/lib/${n}.js`, 'export const a = 1;\n'.repeat(400 * (1 + ((n * 7) % 23)))));
  many(30, (n) => file(`birch-web/src/components/View${n}.svelte`, '<p>hi</p>\n'.repeat(300 * (n + 1))));
  many(6, (n) => file(`birch-web/static/hero-${n + 1}.png`, (n + 1) * 900 * KB));
  many(36, (n) => file(`garden-film/photos/2026/IMG_${4000 + n}.jpg`, ((n % 6) + 1) * 420 * KB));
  many(5, (n) => file(`garden-film/footage/take-${n + 1}.mp4`, (n + 2) * 3 * MB));
  many(3, (n) => file(`garden-film/sound/rain-${n + 1}.wav`, (n + 2) * 3 * MB));
  file('garden-film/exports/first-cut.zip', 9 * MB);
  many(24, (n) => file(`field-notes/2026/${n + 1}.md`, '# Notes\n'.repeat(900 * (n + 1))));
  many(8, (n) => file(`field-notes/data/sensor-${n}.csv`, '2026-05-20,21.4,56\n'.repeat(30_000)));
  for (const [index, name] of ARCHIVED.entries()) {
    file(`${name}/README.md`, `# ${name}\n`);
    many(20, (n) => file(`${name}/chapters/chapter-${String(n + 1).padStart(2, '0')}.tex`, 'Once upon a time there was a garden.\n'.repeat(2_000 * (n + index + 1))));
    file(`${name}/figures/map.png`, (index + 1) * MB);
  }
  return folder;
}

/** Adds the projects, archives those at rest, and counts all of it.
 * @param {import('./desktop.mjs').Desktop} desktop @param {import('./webdriver.mjs').Page} page @param {string} folder */
export async function furnishStudio(desktop, page, folder) {
  const names = ['atlas', 'birch-web', 'garden-film', 'field-notes', ...ARCHIVED];
  /** @type {string[]} */
  const atRest = [];
  for (const name of names) {
    const [place] = await Promise.all([
      page.call('place_pick', { purpose: 'project' }),
      desktop.chooseFolder(DIALOGS.project, join(folder, name)),
    ]);
    const { id } = await page.call('project_add', { place: place.id, name: null, tags: [] });
    await carryOut(page, 'history_start', { project: id });
    if (ARCHIVED.includes(name)) atRest.push(id);
  }
  await carryOut(page, 'archive_make', { projects: atRest, idle: false, level: 'balanced', keepSource: false });
  await carryOut(page, 'usage_scan', {});
}

/** @param {import('./webdriver.mjs').Page} page @param {string} name @param {object} request */
async function carryOut(page, name, request) {
  const { id } = await page.call(name, request);
  await until(`${name} ended`, async () => {
    const now = (await page.call('job_list')).find((/** @type {any} */ one) => one.id === id);
    return now !== undefined && !['queued', 'running'].includes(now.state);
  });
}

/** Shows the storage, then an archive and a file of it, and has each kept.
 * @param {import('./webdriver.mjs').Page} page @param {(hash: string) => Promise<void>} go @param {(name: string) => Promise<void>} keep */
export async function showStudio(page, go, keep) {
  await go('#/storage?view=picture');
  await page.testId('usage-tile');
  await keep('storage');
  const archives = await page.call('archive_list', { trashed: false });
  const { id } = archives.find((/** @type {any} */ one) => one.projectName === 'thesis');
  await go(`#/archive/${id}/chapters?view=files&file=chapter-03.tex`);
  await page.testId('archive-preview');
  await keep('archive');
}
