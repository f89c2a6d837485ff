/** Prints what was measured: the machine, then one table with ratios beside the aims. */

import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { median, must } from './measure.mjs';

/** @typedef {import('./measure.mjs').Reading} Reading */
/** @typedef {Record<string, Record<string, Reading[]>>} Readings By piece of work, then by program. */

/** The first number is the aim for Undercroft divided by restic. */
const AIMS = /** @type {Record<string, number>} */ ({
  'first backup': 0.4,
  'nothing changed': 0.15,
  restore: 0.5,
});
const SIZE_AIM = 1.02;
const MEMORY_AIM_MIB = 200;
const STAT_AIM = 2.5;

/** @param {string} folder Where the bench writes. @param {string} ours The program. */
export function describeMachine(folder, ours) {
  return [...describeHost(folder), `${must(ours, ['--version']).stdout.trim()} (release); ${must('restic', ['version']).stdout.trim()}`];
}

/** @param {string} folder Where the bench writes. */
export function describeHost(folder) {
  const system = /PRETTY_NAME="(.*)"/.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const [{ model }] = cpus();
  const disk = must('stat', ['--file-system', '--format', '%T', folder]).stdout.trim();
  return [
    `${system}, Linux ${release()}, ${cpus().length} × ${model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory, ${disk}`,
  ];
}

/**
 * @param {Readings} readings @param {Record<string, number[]>} sizes Bytes of the repositories, by program.
 * @param {Record<string, number[]>} floors Seconds, by what was done.
 */
export function table(readings, sizes, floors) {
  const rows = [['', 'Undercroft', 'restic', 'ratio', 'aim']];
  for (const [work, by] of Object.entries(readings)) {
    const [ours, theirs] = [by.Undercroft, by.restic].map((list) => list.map((r) => r.seconds));
    const aim = AIMS[work] ? `≤ ${AIMS[work].toFixed(2)}` : '';
    rows.push([work, span(ours), span(theirs), ratio(median(ours), median(theirs)), aim]);
  }
  const [ourSize, theirSize] = [median(sizes.Undercroft), median(sizes.restic)];
  rows.push(['repository', mebibytes(ourSize), mebibytes(theirSize), ratio(ourSize, theirSize), `≤ ${SIZE_AIM}`]);
  const [ourPeak, theirPeak] = ['Undercroft', 'restic'].map((name) => peak(readings, name));
  rows.push([
    'peak memory of these',
    mebibytes(ourPeak),
    mebibytes(theirPeak),
    ratio(ourPeak, theirPeak),
    `≤ ${MEMORY_AIM_MIB} MiB`,
  ]);
  const walk = median(floors['bare walk with stat']);
  const idle = median(readings['nothing changed'].Undercroft.map((r) => r.seconds));
  rows.push(['nothing changed / bare walk', '', '', ratio(idle, walk), `≤ ${STAT_AIM}`]);
  for (const [what, seconds] of Object.entries(floors)) rows.push([`floor: ${what}`, span(seconds), '', '', '']);
  return align(rows);
}

/** @param {Readings} readings @param {string} program In bytes. */
function peak(readings, program) {
  return 1024 * Math.max(...Object.values(readings).flatMap((by) => by[program].map((r) => r.kibibytes)));
}

/** The median, with the least and the most. @param {number[]} seconds */
export function span(seconds) {
  const [middle, least, most] = [median(seconds), Math.min(...seconds), Math.max(...seconds)];
  return `${middle.toFixed(2)} s (${least.toFixed(2)}–${most.toFixed(2)})`;
}

/** @param {number} ours @param {number} theirs */
export const ratio = (ours, theirs) => (ours / theirs).toFixed(2);

/** @param {number} bytes */
export const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** As a table of Markdown that is also readable as it stands. @param {string[][]} rows */
export function align(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (/** @type {string[]} */ row) => `| ${row.map((cell, n) => cell.padEnd(widths[n])).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n');
}
