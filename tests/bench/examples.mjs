/** The programs that measure one room each: `examples/measure*.rs` of the room, built in release. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { root, run, stop } from '../../scripts/machine.mjs';
import { must } from './measure.mjs';
import { describeHost } from './table.mjs';

/** Builds those of these rooms. @param {string[]} rooms @param {string} [profile] */
export function buildExamples(rooms, profile = 'release') {
  console.log(`Building the measurements (${profile})`);
  const packages = rooms.flatMap((room) => ['--package', `undercroft-${room}`]);
  if (run(['cargo', 'build', '--profile', profile, '--locked', ...packages, '--examples']) !== 0) {
    stop('They could not be built; the reason is above.');
  }
  return join(String(process.env.CARGO_TARGET_DIR), profile, 'examples');
}

/** A folder for what lasts between runs, and one that goes with this run. @param {string} [folder] */
export function makePlace(folder) {
  const home = folder ? resolve(root, folder) : join(tmpdir(), 'undercroft-bench');
  mkdirSync(home, { recursive: true });
  const work = mkdtempSync(join(home, 'run-'));
  process.on('exit', () => rmSync(work, { recursive: true, force: true }));
  process.on('SIGINT', () => process.exit(1));
  console.log(`\n${describeHost(work).join('\n')}\nload before: ${loadavg()[0].toFixed(2)}\n`);
  return { home, work };
}

/**
 * Runs one in a folder, and returns its figures.
 * @param {string} program @param {string[]} what @param {string} folder @returns {any}
 */
export function figuresOf(program, what, folder) {
  return JSON.parse(must(program, what, { MEASURE_IN: folder }).stdout);
}

/** Makes a project of so many small files, a thousand to a folder. @param {string} folder @param {number} files */
export function grow(folder, files) {
  for (let at = 0; at < files; at += 1) {
    const inside = join(folder, `part-${Math.floor(at / 100_000)}`, `folder-${Math.floor(at / 1000)}`);
    if (at % 1000 === 0) mkdirSync(inside, { recursive: true });
    const text = `the content of file ${at}, which is like no other's\n`.repeat(25).slice(0, 1200);
    writeFileSync(join(inside, `file-${at}.txt`), text);
  }
}
