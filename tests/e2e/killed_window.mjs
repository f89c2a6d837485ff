/** A window that is killed, at a moment or at a step of its work, and opened again on the same library. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { until } from './webdriver.mjs';

export class KilledWindow {
  /** @type {import('./webdriver.mjs').Page} */
  page;
  /** The process whose window it is. */
  #pid = 0;

  /** @param {import('./desktop.mjs').Desktop} desktop */
  constructor(desktop) {
    this.desktop = desktop;
  }

  /** Opens the window, which ends itself when it comes to this step (`src-tauri/foundation/src/write_points.rs`).
   * @param {string} [crashAt] */
  async open(crashAt) {
    if (crashAt) this.desktop.env.UNDERCROFT_CRASH_AT = crashAt;
    try {
      this.page = await this.desktop.open();
    } finally {
      delete this.desktop.env.UNDERCROFT_CRASH_AT;
    }
    this.#pid = Number(await this.desktop.xdotool('getwindowpid', await this.desktop.windowTitled('Undercroft')));
  }

  /** Kills it now. */
  async kill() {
    process.kill(this.#pid, 'SIGKILL');
    await this.isGone();
  }

  /** Waits until it ended itself. */
  async isGone() {
    await until('the program is gone', () => !isAlive(this.#pid));
    // Its driver has nothing to drive any more.
    await this.page.close().catch(() => undefined);
  }

  /** Begins a job, in the middle of which the window ends itself, as it was opened to.
   * @param {string} name @param {object} request */
  async dieAmid(name, request) {
    // Its answer may not come any more.
    await this.page.call(name, request).catch(() => undefined);
    await this.isGone();
  }

  /** Begins a job, and kills the window as soon as the job tells that it has done something.
   * @param {string} name @param {object} request */
  async killAmid(name, request) {
    const { id } = await this.page.call(name, request);
    await until(`${name} is under way`, async () => {
      const { state, progress } = await this.job(id);
      assert.ok(state === 'queued' || state === 'running', `${name} was done before it could be killed`);
      return state === 'running' && (progress.filesDone > 0 || progress.bytesDone > 0);
    });
    await this.kill();
    return id;
  }

  /** @param {string} id */
  async job(id) {
    return (await this.page.call('job_list')).find((/** @type {any} */ one) => one.id === id);
  }

  /** Does a job to its end, which has to be a good one. @param {string} name @param {object} request */
  async finish(name, request) {
    const { id, title } = await this.page.call(name, request);
    const job = await until(`${title} has ended`, async () => {
      const known = await this.job(id);
      return !['queued', 'running'].includes(known.state) && known;
    });
    assert.equal(job.state, 'succeeded', JSON.stringify(job.outcome));
    return job;
  }

  /** Waits until nothing is done any more. */
  rest() {
    return until('all jobs ended', async () => {
      const jobs = await this.page.call('job_list');
      return jobs.every((/** @type {any} */ job) => !['queued', 'running'].includes(job.state));
    });
  }

  /** @param {string} hash */
  async go(hash) {
    await this.page.run((hash) => void (location.hash = hash), hash);
  }

  /** The page at this address shows, holds something and no error. @param {string} hash */
  async isWell(hash) {
    await this.go(hash);
    await until(`${hash} shows`, () =>
      this.page.run(() => {
        const main = document.querySelector('main');
        return main && !main.querySelector('[aria-busy="true"]') && main.innerText.trim().length > 20;
      }),
    );
    const errors = await this.page.run(() =>
      [...document.querySelectorAll('[data-testid="error-note"]')].map((note) => note.textContent),
    );
    assert.deepEqual(errors, [], hash);
  }

  /** The newest run of this kind says on its own page that it was interrupted, and what to do.
   * @param {string} kind */
  async saysInterrupted(kind) {
    const run = await until(`${kind} is told`, async () => {
      const runs = await this.page.call('run_list', { limit: 30 });
      return runs.find((/** @type {any} */ one) => one.kind === kind && one.outcome);
    });
    assert.equal(run.outcome.summary, 'Interrupted before it was done', JSON.stringify(run));
    await this.go(`#/activity?show=runs&run=${run.id}`);
    const detail = await this.page.withText('run-detail', `Interrupted: ${run.title}`);
    assert.match(await detail.text(), /What to do: /);
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
