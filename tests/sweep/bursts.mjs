/**
 * Changes a project with drawn operations beside the watcher, half in one burst, half in bursts of 700
 * with drawn pauses, and holds the version that it makes by itself against the disk.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Scene } from './changes.mjs';
import { Program } from './program.mjs';
import { differences, treeOf } from './tree.mjs';

/** @typedef {import('./random.mjs').Draws} Draws */

const BURST = 700;
/** How long the watcher may take until its newest version is what is on disk, in milliseconds. */
const PATIENCE = 120_000;

export class Bursts {
  /** @param {string} path @param {string} folder @param {Draws} draws */
  constructor(path, folder, draws) {
    this.program = new Program(path, folder);
    this.folder = folder;
    this.draws = draws;
    this.scene = new Scene(join(folder, 'work'), draws);
    this.differing = 0;
  }

  /** @param {number} rounds @param {number} operations */
  async run(rounds, operations) {
    this.scene.change(300);
    await this.program.must(['project', 'add', this.scene.root, '--name', 'p']);
    await this.program.must(['history', 'start', 'p']);
    const watcher = this.program.start(['history', 'watch', '--quiet']);
    try {
      await pause(3000);
      for (let round = 1; round <= rounds; round += 1) await this.round(round, operations);
    } finally {
      watcher.kill('SIGTERM');
      await new Promise((done) => watcher.on('close', done));
    }
  }

  /** @param {number} round @param {number} operations */
  async round(round, operations) {
    this.scene.change(operations / 2);
    for (let left = operations / 2; left > 0; left -= BURST) {
      this.scene.change(Math.min(BURST, left));
      await pause(this.draws.below(3000));
    }
    const begun = performance.now();
    let wrong = await this.wrongNow();
    while (wrong.length > 0 && performance.now() - begun < PATIENCE) {
      await pause(2000);
      wrong = await this.wrongNow();
    }
    this.differing += wrong.length;
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    console.log(`  round ${round}: ${treeOf(this.scene.root).size} entries, ${wrong.length} differences after ${seconds} s`);
    for (const line of wrong.slice(0, 5)) console.log(`  ! ${line}`);
    // So that the next round has the same amount to go through.
    for (const entry of this.scene.entries(this.scene.root).slice(0, -20)) rmSync(join(this.scene.root, entry.name), { recursive: true });
  }

  async wrongNow() {
    const [newest] = JSON.parse(await this.program.must(['version', 'list', 'p', '--limit', '1', '--json']));
    const target = mkdtempSync(join(this.folder, 'version-'));
    await this.program.must(['version', 'restore', newest.id, '--to', target]);
    const wrong = differences(treeOf(this.scene.root), treeOf(target));
    rmSync(target, { recursive: true });
    return wrong;
  }
}
