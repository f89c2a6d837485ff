/** Runs a command and tells how long it took and how much memory it had at most. */

import { spawnSync } from 'node:child_process';

/** @typedef {{ seconds: number, kibibytes: number }} Reading */

/**
 * Runs a command to its end under GNU time; what was written before is on disk by then, so that
 * one command does not pay for another's writes.
 * @param {string} program @param {string[]} rest @param {Record<string, string>} [env]
 * @returns {Reading}
 */
export function measure(program, rest, env = {}) {
  must('sync', []);
  const begun = process.hrtime.bigint();
  const { stderr } = must('/usr/bin/time', ['--format', '%M', program, ...rest], env);
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  return { seconds, kibibytes: Number(stderr.trim().split('\n').at(-1)) };
}

/** Runs a command that has to succeed. @param {string} program @param {string[]} rest @param {Record<string, string>} [env] */
export function must(program, rest, env = {}) {
  const result = spawnSync(program, rest, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.status !== 0) {
    const said = result.error ? result.error.message : result.stdout + result.stderr;
    throw new Error(`${program} ${rest.join(' ')} failed (${result.status ?? result.signal}):\n${said}`);
  }
  return result;
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
