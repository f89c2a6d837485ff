/**
 * `npm run bench:window`: the pages in Chromium, over `undercroft serve`, beside what they may take: a list of a million files, of
 * many versions and of many events; the command palette; the first paint; going through the versions of the Linux source.
 * An input's time goes to the frame that shows what it does. Nothing here fails for being slow.
 *
 * Options: --runs N (5), --files N (1000000), --versions N (100000), --events N (10000), --only WORDS (parts whose
 * names hold one of them), --folder DIR (4 GB; fast with one in memory, as /dev/shm), --corpus DIR, as for `npm run bench`;
 * --built DIR (a folder of programs and `examples/` that are built, instead of building them).
 */

import { closeSync, cpSync, mkdirSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { checkToolchains, installPackages, root, run, stop } from '../../scripts/machine.mjs';
import { forBench, forCommandLine, forTests } from '../../scripts/packages.mjs';
import { makeProject, write } from '../browser/files.mjs';
import { go, Site, startBrowser, visit } from '../browser/site.mjs';
import { unpack } from './corpus.mjs';
import { buildExamples, figuresOf, makePlace } from './examples.mjs';
import { median, must } from './measure.mjs';
import { dragToEnd, keyPainted, longTasks, painted, prepare, wheel } from './painting.mjs';
import { align } from './table.mjs';

/** @typedef {import('playwright-core').Page} Page */

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    files: { type: 'string', default: '1000000' },
    versions: { type: 'string', default: '100000' },
    events: { type: 'string', default: '10000' },
    only: { type: 'string', default: '' },
    folder: { type: 'string' },
    corpus: { type: 'string' },
    built: { type: 'string' },
  },
});
const runs = Number(options.runs);
const PATIENCE = 1_800_000;
const LONG_TASK_MS = 50;
const ANSWER_MS = 100;
const SCRIPT_KB = 150;
const SCRUBBED = 20;
const WHEEL_TURNS = 40;
const PAGES_DOWN = 20;

checkToolchains();
const browserPackages = forTests.filter(({ name }) => ['chromium', 'sqlite3'].includes(name));
await installPackages([...forCommandLine, ...forBench, ...browserPackages]);
const programs = options.built ? resolve(root, options.built) : build();
const program = join(programs, 'undercroft');
const { home, work } = makePlace(options.folder);

const rows = [['', 'measured', 'budget']];
const parts = { files, versions, events, palette, paint, scrub };
const wanted = options.only.split(' ').filter(Boolean);
const browser = await startBrowser({ scrollBars: true });
for (const [name, part] of Object.entries(parts)) {
  if (wanted.length === 0 || wanted.some((word) => name.includes(word))) await part();
}
await browser.close();
console.log(`\nload after: ${loadavg()[0].toFixed(2)}; medians (least–most)\n\n${align(rows)}`);

function build() {
  if (run(['npm', 'run', '--silent', 'build']) !== 0) stop('The pages could not be built; the reason is above.');
  const built = join(buildExamples(['history']), '..');
  if (run(['cargo', 'build', '--release', '--locked', '--package', 'undercroft-cli']) !== 0) {
    stop('The program could not be built; the reason is above.');
  }
  return built;
}

/** A million files in one folder, at a version. */
async function files() {
  const folder = join(work, 'many-files');
  mkdirSync(folder);
  for (let at = 0; at < Number(options.files); at += 1) {
    closeSync(openSync(join(folder, `file-${String(at).padStart(7, '0')}.txt`), 'w'));
  }
  await onSite({}, async (site) => {
    const project = await site.keep(await site.addProject(folder), PATIENCE);
    await onPage(site, async (page) => {
      await opened(page, `${options.files} files`, `#/projects/${project.id}/files/main/now`, 'browse-entry');
      await scrolled(page, Number(options.files));
    });
  });
}

/** Versions of more than a year, by sessions. */
async function versions() {
  const library = manyVersions(Number(options.versions));
  // 240 a day: one every two minutes, with a pause after each thirty.
  must('sqlite3', [
    join(library, 'catalog.db'),
    `WITH ages AS (SELECT id, (SELECT max(seq) FROM versions) - seq AS age FROM versions)
     UPDATE versions SET time = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || (
       age / 240 * 1440 + age % 240 * 2 + age % 240 / 30 * 45
     ) || ' minutes') FROM ages WHERE ages.id = versions.id`,
  ]);
  await onSite({ library }, async (site) => {
    const [project] = await site.call('project_list', {});
    await onPage(site, async (page) => {
      await opened(page, `${options.versions} versions`, `#/projects/${project.id}/history/main`, 'version-row');
      await toOldestVersion(page);
      await go(page, '#/');
      await opened(page, `${options.versions} events`, '#/activity?show=events', 'event-row');
    });
  });
}

/** Goes down the list of versions, which grows as its end comes into sight, until all are there. @param {Page} page */
async function toOldestVersion(page) {
  await focusList(page);
  await note(page, 'wheel', () => wheel(page, WHEEL_TURNS));
  const begun = performance.now();
  await note(page, 'End, and what that loads', async () => {
    const times = [];
    for (;;) {
      const before = await page.evaluate('bench.list().getAttribute("aria-rowcount")');
      const time = await Promise.race([
        keyPainted(page, 'End', 'bench.list().getAttribute("aria-rowcount")'),
        page.waitForTimeout(3000),
      ]);
      if (typeof time !== 'number') return times;
      times.push(time);
      if (before === null) throw new Error('The list went away');
    }
  });
  const rowCount = Number(await page.evaluate('bench.list().getAttribute("aria-rowcount")')) - 1;
  add('  to the oldest', `${((performance.now() - begun - 3000) / 1000).toFixed(1)} s, ${rowCount} rows`);
  await note(page, 'wheel with all of them', async () => {
    await page.keyboard.press('Home');
    return wheel(page, WHEEL_TURNS);
  });
  await pagesDown(page);
}

/** Events of one project in one day. */
async function events() {
  await onSite({ library: manyVersions(Number(options.events)) }, async (site) => {
    await onPage(site, async (page) => {
      await opened(page, `${options.events} events`, '#/activity?show=events', 'event-row');
      await focusList(page);
      await note(page, 'unfolded', async () => {
        await page.keyboard.press('Home');
        return [await keyPainted(page, 'ArrowRight', 'bench.list().getAttribute("aria-rowcount")')];
      });
      await scrolled(page, Number(options.events));
      await note(page, 'a letter in the filter', async () => {
        await page.getByRole('searchbox').focus();
        const count = 'document.querySelector("[role=treegrid], .empty")?.getAttribute("aria-rowcount")';
        return [await keyPainted(page, '7', count)];
      });
    });
  });
}

async function palette() {
  await inUse(async (site) => {
    /** @type {Record<string, number[]>} */
    const times = { first: [], again: [], typed: [] };
    const focused = 'document.activeElement?.matches(".palette-input")';
    const results = 'document.querySelector(".palette-list")?.textContent';
    for (let round = 0; round < runs; round += 1) {
      await onPage(site, async (page) => {
        await page.getByTestId('health-sentence').waitFor();
        await page.waitForTimeout(1000);
        times.first.push(await keyPainted(page, 'Control+k', focused));
        await page.keyboard.press('Escape');
        await page.getByTestId('palette').waitFor({ state: 'detached' });
        times.again.push(await keyPainted(page, 'Control+k', focused));
        for (const letter of 'main') times.typed.push(await keyPainted(page, letter, results));
        await page.getByTestId('palette').getByText('main.rs').first().waitFor();
      });
    }
    add('command palette: field focused, first time', milliseconds(times.first), `≤ ${ANSWER_MS} ms`);
    add('  again', milliseconds(times.again), `≤ ${ANSWER_MS} ms`);
    add('  results of a letter', milliseconds(times.typed), `≤ ${ANSWER_MS} ms`);
  });
}

async function paint() {
  await inUse(async (site) => {
    /** @type {Record<string, number[]>} */
    const times = { first: [], heading: [], settled: [] };
    /** @type {string[]} */
    let scripts = [];
    for (let round = 0; round < runs; round += 1) {
      await onPage(site, async (page) => {
        const network = await page.context().newCDPSession(page);
        await network.send('Network.setCacheDisabled', { cacheDisabled: true });
        await page.reload();
        await page.getByTestId('health-sentence').waitFor();
        const found = /** @type {{ first: number, heading: number, settled: number, scripts: string[] }} */ (
          await page.evaluate('bench.loaded()')
        );
        times.first.push(found.first);
        times.heading.push(found.heading);
        times.settled.push(found.settled);
        scripts = found.scripts;
      });
    }
    const kilobytes = await Promise.all(scripts.map(compressed));
    const sum = kilobytes.reduce((total, each) => total + each, 0);
    add('first paint', milliseconds(times.first));
    add('  the heading of the dashboard', milliseconds(times.heading));
    add('  its sentence, of the library', milliseconds(times.settled));
    add(`  ${scripts.length} scripts before it, compressed`, `${sum.toFixed(1)} kB`, `≤ ${SCRIPT_KB} kB`);
  });
}

/** @param {string} address */
async function compressed(address) {
  return gzipSync(Buffer.from(await (await fetch(address)).arrayBuffer())).length / 1000;
}

/** The Linux source, of which each version has a file more at the top, and one more in a folder of many. */
async function scrub() {
  const source = join(work, 'linux');
  cpSync(options.corpus ? resolve(root, options.corpus) : unpack(home), source, { recursive: true, verbatimSymlinks: true });
  const crowded = 'include/linux';
  await onSite({}, async (site) => {
    const project = await site.keep(await site.addProject(source), PATIENCE);
    const [{ id: workspace }] = await site.call('workspace_list', { project: project.id });
    await site.call('history_pause', { project: project.id });
    for (let at = 1; at < SCRUBBED; at += 1) {
      for (const folder of ['.', crowded]) writeFileSync(join(source, folder, `added-${at}.h`), `/* ${at} */\n`);
      await site.finished((await site.call('version_save', { workspace })).id, PATIENCE);
    }
    await onPage(site, async (page) => {
      for (const folder of ['', crowded]) {
        await go(page, `#/projects/${project.id}/files/main/now/${folder}`);
        await page.getByTestId('browse-entry').first().waitFor();
        const rowCount = 'bench.list()?.getAttribute("aria-rowcount") ?? ""';
        const name = `${SCRUBBED} versions of the Linux source, ${folder || 'the top'}`;
        await note(page, `${name}: a version older or newer`, async () => {
          const times = [];
          await page.getByTestId('timeline').focus();
          for (const key of ['ArrowLeft', 'ArrowRight']) {
            for (let step = 1; step < SCRUBBED; step += 1) times.push(await keyPainted(page, key, rowCount));
          }
          return times;
        }, ANSWER_MS);
      }
    });
  });
}

/** Opens an address and adds how long that takes. @param {Page} page @param {string} name @param {string} address @param {string} row */
async function opened(page, name, address, row) {
  await longTasks(page);
  await page.evaluate('performance.clearResourceTimings()');
  const shown = `document.querySelector('[data-testid=${row}]') !== null`;
  const time = await painted(page, 'hashchange', shown, () => go(page, address));
  add(`${name}: opened`, milliseconds([time]));
  const call = /** @type {{ name: string, duration: number, count: number }} */ (await page.evaluate('bench.calls()'));
  add('  of it, until its longest answer was there', `${call.duration.toFixed(0)} ms (${call.name}), ${call.count} calls`);
  await addTasks(page, '');
}

/** @param {Page} page @param {number} atLeast */
async function scrolled(page, atLeast) {
  await focusList(page);
  const count = Number(await page.evaluate('bench.list().getAttribute("aria-rowcount")')) - 1;
  if (count < atLeast) throw new Error(`The list has ${count} rows`);
  await note(page, 'wheel', () => wheel(page, WHEEL_TURNS));
  await pagesDown(page);
  for (const [name, toEnd] of /** @type {const} */ ([
    ['End', () => keyPainted(page, 'End', 'bench.lastRow()')],
    ['dragged to the last row', () => dragToEnd(page)],
  ])) {
    await note(page, name, async () => {
      const times = [];
      for (let round = 0; round < runs; round += 1) {
        await page.keyboard.press('Home');
        await page.waitForFunction('bench.list().scrollTop === 0');
        await page.waitForTimeout(300);
        times.push(await toEnd());
      }
      return times;
    });
  }
  add('  rows that are drawn', String(await page.locator('[data-row]').count()));
}

/** @param {Page} page */
async function pagesDown(page) {
  await note(page, 'Page Down', async () => {
    const times = [];
    for (let press = 0; press < PAGES_DOWN; press += 1) times.push(await keyPainted(page, 'PageDown', 'bench.activeRow()'));
    return times;
  });
}

/** Focuses the list, and goes to its first row. @param {Page} page */
async function focusList(page) {
  await page.locator('[role=grid], [role=treegrid]').first().focus();
  await page.keyboard.press('Home');
}

/** Adds what a kind of input took, and the long tasks meanwhile. @param {Page} page @param {string} name @param {() => Promise<number[]>} measure @param {number} [budget] */
async function note(page, name, measure, budget) {
  await longTasks(page);
  const times = await measure();
  add(`  ${name}`, milliseconds(times), budget === undefined ? '' : `≤ ${budget} ms`);
  await addTasks(page, '  ');
}

/** @param {Page} page @param {string} indent */
async function addTasks(page, indent) {
  const tasks = await longTasks(page);
  const found = tasks.length === 0 ? 'none' : `${Math.max(...tasks).toFixed(0)} ms, ${tasks.length} of them`;
  add(`${indent}  longest task`, found, `≤ ${LONG_TASK_MS} ms`);
}

/** @param {string} name @param {string} measured @param {string} [budget] */
function add(name, measured, budget = '') {
  rows.push([name, measured, budget]);
  console.log(`${name}: ${measured}${budget && ` (${budget})`}`);
}

/** Serves a library, and ends the server whatever happens. @param {{ library?: string }} where @param {(site: Site) => Promise<void>} look */
async function onSite(where, look) {
  const site = await Site.start({ program, within: work, ...where });
  try {
    await look(site);
  } finally {
    await site.stop();
  }
}

/** @param {Site} site @param {(page: Page) => Promise<void>} look */
function onPage(site, look) {
  return visit(browser, site, 'bench', async (page) => {
    page.setDefaultTimeout(PATIENCE);
    await prepare(page);
    await look(page);
  });
}

/** Runs with a library of projects with versions and backups. @param {(site: Site) => Promise<void>} look */
function inUse(look) {
  return onSite({}, async (site) => {
    const destination = await site.addDestination('disk');
    for (let at = 0; at < 10; at += 1) {
      const folder = makeProject(join(site.folder, `project-${at}`));
      const project = await site.keep(await site.addProject(folder));
      await site.backUp(project, destination);
      write(join(folder, 'src/main.rs'), 'fn main() {\n    println!("vault");\n}\n');
      await site.versions(project, 2);
    }
    await look(site);
  });
}

/** A library with one project of so many versions. @param {number} count */
function manyVersions(count) {
  const place = join(work, `versions-${count}`);
  mkdirSync(place);
  console.log(`Making ${count} versions`);
  figuresOf(join(programs, 'examples/measure'), ['many', String(count)], place);
  return join(place, String(readdirSync(place).find((name) => name.startsWith('library-'))));
}

/** @param {number[]} times */
function milliseconds(times) {
  const [least, most] = [Math.min(...times), Math.max(...times)].map((time) => time.toFixed(0));
  return times.length === 1 ? `${most} ms` : `${median(times).toFixed(0)} ms (${least}–${most}), ${times.length} times`;
}
