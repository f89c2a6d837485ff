/** Measures in a page of Chromium: from an input to the frame that shows what it does, and what held frames up. */

/** @typedef {import('playwright-core').Page} Page */
/**
 * @typedef {object} Bench What is in every page that is measured.
 * @property {number[]} longTasks Milliseconds of each task of 50 or more.
 * @property {Promise<number>} [painted]
 * @property {(type: string, read: () => unknown) => Promise<number>} after
 * @property {() => Element | null} list
 * @property {() => number} middleRow
 * @property {() => string | null | undefined} activeRow
 * @property {() => boolean} lastRow
 * @property {() => { name: string, duration: number, count: number }} calls
 * @property {() => Promise<Loaded>} loaded
 */
/** @typedef {{ first: number, heading: number, settled: number, scripts: string[] }} Loaded Milliseconds, and the scripts before the first paint. */

/** Puts what measures into a page, and loads the page again. @param {Page} page */
export async function prepare(page) {
  await page.addInitScript(install);
  await page.reload();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
}

/** Runs in the page, before any script of it. */
function install() {
  /** @type {number[]} */
  const longTasks = [];
  const PATIENCE = 120_000;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  }).observe({ type: 'longtask', buffered: true });

  /** Runs something as soon as the frame that is being made is painted. @param {() => void} run */
  function whenPainted(run) {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = run;
    port2.postMessage(null);
  }

  /**
   * Milliseconds from the next event of this type to the frame that paints another value than the one there is.
   * @param {string} type @param {() => unknown} read @returns {Promise<number>}
   */
  function after(type, read) {
    const before = read();
    let begun = 0;
    addEventListener(type, (event) => (begun ||= event.timeStamp), { capture: true, once: true });
    return new Promise((done, fail) => {
      setTimeout(() => fail(new Error(`${type} changes nothing of ${read}`)), PATIENCE);
      const look = () =>
        requestAnimationFrame(() => {
          const isShown = begun > 0 && read() !== before;
          whenPainted(() => (isShown ? done(performance.now() - begun) : look()));
        });
      look();
    });
  }

  const list = () => document.querySelector('[role=grid], [role=treegrid]');

  /** The number of the row in the middle of the list; -1 where nothing is drawn. */
  function middleRow() {
    const box = list()?.getBoundingClientRect();
    const found = box && document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return Number(found?.closest('[data-row]')?.getAttribute('data-row') ?? -1);
  }

  const activeRow = () => list()?.getAttribute('aria-activedescendant');

  /** The call that took longest of those since resource timings were cleared, and how many there were. */
  function calls() {
    const made = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/api/call/'));
    const longest = made.reduce((one, other) => (other.duration > one.duration ? other : one), made[0]);
    return { name: longest?.name.split('/').at(-1) ?? 'none', duration: longest?.duration ?? 0, count: made.length };
  }

  /** Whether the last row of the list is in sight as a whole. */
  function lastRow() {
    const row = list()?.querySelector(`[aria-rowindex="${list()?.getAttribute('aria-rowcount')}"]`);
    const [inner, outer] = [row?.getBoundingClientRect(), list()?.getBoundingClientRect()];
    return Boolean(inner && outer && inner.top >= outer.top && inner.bottom <= outer.bottom + 1);
  }

  /** When the frame with the first of these was painted. @param {string} selector @returns {Promise<number>} */
  function shown(selector) {
    return new Promise((done) => {
      const look = () =>
        requestAnimationFrame(() => {
          const isThere = document.querySelector(selector) !== null;
          whenPainted(() => (isThere ? done(performance.now()) : look()));
        });
      look();
    });
  }
  const [heading, settled] = [shown('h1'), shown('[data-testid=health-sentence]')];

  async function loaded() {
    const times = { heading: await heading, settled: await settled };
    const first = performance.getEntriesByName('first-contentful-paint')[0].startTime;
    const resources = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType('resource'));
    const scripts = resources.filter(({ name, responseEnd }) => name.endsWith('.js') && responseEnd <= first);
    return { ...times, first, scripts: scripts.map(({ name }) => name) };
  }

  Object.assign(window, { bench: { longTasks, after, list, middleRow, activeRow, lastRow, calls, loaded } });
}

/**
 * Milliseconds from an input to the frame in which what `read` gives is another; `read` is an expression in the page.
 * @param {Page} page @param {string} type Of the event that the input begins with. @param {string} read
 * @param {() => Promise<unknown>} act @returns {Promise<number>}
 */
export async function painted(page, type, read, act) {
  await page.evaluate(`void (bench.painted = bench.after(${JSON.stringify(type)}, () => ${read}))`);
  await act();
  return page.evaluate('bench.painted');
}

/** The same for a key. @param {Page} page @param {string} key @param {string} read */
export function keyPainted(page, key, read) {
  return painted(page, 'keydown', read, () => page.keyboard.press(key));
}

/** The tasks that held frames up since this was asked last. @param {Page} page @returns {Promise<number[]>} */
export async function longTasks(page) {
  // The observer is told of a task only after it.
  await page.waitForTimeout(200);
  return page.evaluate('bench.longTasks.splice(0)');
}

/** Where the middle of the list is. @param {Page} page */
async function middleOfList(page) {
  const box = await page.locator('[role=grid], [role=treegrid]').first().boundingBox();
  if (!box) throw new Error('There is no list');
  return { box, x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Turns the wheel over the list, so many times. @param {Page} page @param {number} turns */
export async function wheel(page, turns) {
  const { x, y } = await middleOfList(page);
  await page.mouse.move(x, y);
  const times = [];
  for (let turn = 0; turn < turns; turn += 1) {
    times.push(await painted(page, 'wheel', 'bench.middleRow()', () => page.mouse.wheel(0, 240)));
  }
  return times;
}

/** Drags the scroll bar of the list from its top to its lowest end, until the last row is seen. @param {Page} page */
export async function dragToEnd(page) {
  const { box } = await middleOfList(page);
  const x = box.x + box.width - 6;
  await page.mouse.move(x, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(x, box.y + box.height / 2, { steps: 20 });
  const beyond = () => page.mouse.move(x, box.y + box.height + 200);
  const time = await painted(page, 'scroll', 'bench.lastRow()', beyond);
  await page.mouse.up();
  // The bar is brought into proportion when it stands still; the last row stays.
  await page.waitForTimeout(400);
  if (!(await page.evaluate('bench.lastRow()'))) throw new Error('The last row went out of sight again');
  return time;
}
