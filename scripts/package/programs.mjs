/** Programs that packaging runs, and what they print. */

import { spawnSync } from 'node:child_process';
import { stop } from '../machine.mjs';

/** What a program prints. @param {string} program @param {...string} args */
export function output(program, ...args) {
  return outputIn(undefined, program, ...args);
}

/** What a program prints that runs in this folder. @param {string | undefined} folder @param {string} program @param {...string} args */
export function outputIn(folder, program, ...args) {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  if (status !== 0) stop(`${[program, ...args].join(' ')} failed:`, error?.message ?? stderr);
  return stdout;
}
