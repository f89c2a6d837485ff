/**
 * `npm run bench`: Undercroft and restic do the same work in one run, turn by turn, on the Linux
 * source with a warm cache; medians and ratios are printed. Nothing here fails for being slow.
 *
 * Options: --runs N (3), --folder DIR (where the corpus and the repositories go, 5 GB a round; a
 * folder in the system's temporary one), --corpus DIR (other files than the Linux source).
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkToolchains, installPackages, root, run, stop } from '../../scripts/machine.mjs';
import { forBench, forCommandLine } from '../../scripts/packages.mjs';
import { edit, filesOf, unpack } from './corpus.mjs';
import { measure, must } from './measure.mjs';
import { restic, undercroft } from './programs.mjs';
import { describeMachine, table } from './table.mjs';

const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '3' }, folder: { type: 'string' }, corpus: { type: 'string' } },
});
const runs = Number(options.runs);
if (!(runs >= 1)) stop('--runs takes a number from 1.');

checkToolchains();
await installPackages([...forCommandLine, ...forBench]);
console.log('Building the command line in release');
if (run(['cargo', 'build', '--release', '--locked', '--package', 'undercroft-cli']) !== 0) {
  stop('It could not be built; the reason is above.');
}

const home = options.folder ? resolve(root, options.folder) : join(tmpdir(), 'undercroft-bench');
mkdirSync(home, { recursive: true });
const pristine = options.corpus ? resolve(root, options.corpus) : unpack(home);
const work = mkdtempSync(join(home, 'run-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(1));

const ours = join(String(process.env.CARGO_TARGET_DIR), 'release/undercroft');
const programs = [undercroft(ours, join(work, 'library')), restic('restic', join(work, 'cache'))];

/** @type {import('./table.mjs').Readings} */
const readings = { 'first backup': {}, 'nothing changed': {}, '100 files changed': {}, restore: {} };
/** @type {Record<string, number[]>} */
const sizes = {};
/** @type {Record<string, number[]>} */
const floors = { 'bare walk with stat': [], 'writing the files (cp -a)': [] };

// Nothing is removed before the end: for minutes ext4 passes over the inodes of what was, and who
// creates files then would pay for it.
const source = join(work, 'source-0');
for (let round = 0; round < runs; round += 1) {
  const copy = join(work, `source-${round}`);
  floors['writing the files (cp -a)'].push(measure('cp', ['--archive', pristine, copy]).seconds);
}
const files = filesOf(source);
console.log(`\n${files.length} files; load before: ${loadavg()[0].toFixed(2)}; ${runs} rounds`);
for (let round = 0; round < runs; round += 1) oneRound(round);

console.log(`\n${describeMachine(work, ours).join('\n')}`);
console.log(`${files.length} files, medians of ${runs} (least–most), turn by turn, warm cache\n`);
console.log(table(readings, sizes, floors));

/** @param {number} round */
function oneRound(round) {
  // Who goes first alternates, so that neither always finds what the other left warm.
  const order = round % 2 === 0 ? programs : [...programs].reverse();
  const place = (/** @type {string} */ name, /** @type {string} */ kind) => join(work, `${name}-${kind}-${round}`);
  for (const { name, path, env, init } of order) must(path, init(place(name, 'repository')), env);

  floors['bare walk with stat'].push(measure('find', [source, '-printf', '%s %T@\n']).seconds);
  for (const kind of ['first backup', 'nothing changed', '100 files changed']) {
    if (kind === '100 files changed') edit(files, 100, round);
    for (const program of order) {
      note(kind, program.name, measure(program.path, program.backup(place(program.name, 'repository'), source), program.env));
      if (kind === 'first backup') noteSize(program.name, place(program.name, 'repository'));
    }
  }
  for (const program of order) {
    const [repository, target] = [place(program.name, 'repository'), place(program.name, 'restored')];
    note('restore', program.name, measure(program.path, program.restore(repository, target), program.env));
    // A fast restore of other bytes is no restore.
    must('diff', ['--recursive', '--no-dereference', source, join(target, source)]);
  }
  const judge = programs[1];
  must(judge.path, judge.check(place('Undercroft', 'repository')), judge.env);
}

/** @param {string} kind @param {string} name @param {import('./measure.mjs').Reading} reading */
function note(kind, name, reading) {
  (readings[kind][name] ??= []).push(reading);
  console.log(`  ${kind}, ${name}: ${reading.seconds.toFixed(2)} s, ${(reading.kibibytes / 1024).toFixed(0)} MiB`);
}

/** @param {string} name @param {string} repository */
function noteSize(name, repository) {
  const size = must('du', ['--summarize', '--bytes', repository]).stdout.split('\t')[0];
  (sizes[name] ??= []).push(Number(size));
}
