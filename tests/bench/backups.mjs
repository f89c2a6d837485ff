/**
 * `npm run bench:backups`: what is done with backups once they are there, beside restic in one run, turn by
 * turn on copies of the same repository: prune that drops half of it, copy to another repository, forget,
 * check of all data, one file's versions in a thousand snapshots, recovery of a library. Nothing here fails for
 * being slow; each result is checked.
 *
 * Options: --runs N (3), --mebibytes N (5120, of the repository; a fifth of it is recovered), --snapshots N
 * (5000, to forget), --only WORDS (rows whose names hold one of them), --folder DIR (in the system's temporary one).
 */

import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkToolchains, installPackages, root, run, stop } from '../../scripts/machine.mjs';
import { forBench, forCommandLine } from '../../scripts/packages.mjs';
import { measure, median, must } from './measure.mjs';
import { restic, undercroft } from './programs.mjs';
import { align, describeMachine, mebibytes, span } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    mebibytes: { type: 'string', default: '5120' },
    snapshots: { type: 'string', default: '5000' },
    only: { type: 'string', default: '' },
    folder: { type: 'string' },
  },
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
const work = mkdtempSync(join(home, 'run-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(1));
const place = (/** @type {string} */ name) => join(work, name);

const program = join(String(process.env.CARGO_TARGET_DIR), 'release/undercroft');
const ours = undercroft(program, place('library'));
const theirs = restic('restic', place('cache'));
const passwordFile = place('password');
writeFileSync(passwordFile, theirs.env.RESTIC_PASSWORD);

/** In so many snapshots one file is looked for. */
const SEARCHED = Math.min(1000, Number(options.snapshots));
const LIBRARY_MEBIBYTES = Math.ceil(Number(options.mebibytes) / 5);
const SMALL_FILES = 8;

/** @typedef {import('./programs.mjs').Program} Program */
/**
 * @typedef {object} Row A piece of work that both do.
 * @property {string} name
 * @property {number} [aim] For Undercroft divided by restic.
 * @property {() => string} repository The one that each works on a copy of; made when it is first wanted.
 * @property {(program: Program, repository: string) => string[][]} commands One after the other.
 * @property {(program: Program, repository: string) => void} [prepare] Not measured.
 * @property {(repository: string, program: Program) => void} [judge] Fails when the work was not done.
 */

const largeOne = once(large);
const many = once(manySnapshots);
/** @type {Row[]} A new row needs no more than this. */
const rows = [
  {
    name: 'prune that drops half',
    aim: 0.5,
    repository: once(halfForgotten),
    commands: ({ on }, repository) => [[...on(repository), 'prune', '--max-unused', '0%']],
    judge: isSound,
  },
  {
    name: 'copy to another repository',
    aim: 0.5,
    repository: largeOne,
    prepare: (program, repository) => must(program.path, program.init(`${repository}-copy`), program.env),
    commands: ({ on }, repository) => [
      [...on(`${repository}-copy`), 'copy', '--from-repo', repository, '--from-password-file', passwordFile],
    ],
    judge: (repository) => isSound(`${repository}-copy`),
  },
  {
    name: 'check --read-data',
    aim: 0.6,
    repository: largeOne,
    commands: (program, repository) => [program.check(repository)],
  },
  {
    name: `forget of ${options.snapshots} snapshots`,
    aim: 0.3,
    repository: many,
    commands: ({ on }, repository) => [[...on(repository), 'forget', '--group-by', '', '--keep-last', '1']],
    judge: (repository) => {
      const left = readdirSync(join(repository, 'snapshots')).length;
      if (left !== 1) throw new Error(`${left} snapshots are left`);
    },
  },
  {
    name: `one file's versions in ${SEARCHED} snapshots`,
    repository: many,
    prepare: (_, repository) => {
      const snapshots = readdirSync(join(repository, 'snapshots')).sort();
      for (const name of snapshots.slice(SEARCHED)) rmSync(join(repository, 'snapshots', name));
    },
    commands: ({ on, find }, repository) => [[...on(repository), ...find(place('many-source/file'))]],
  },
  {
    name: 'recovery of a library, beside a bare restore',
    aim: 1.2,
    repository: once(libraryBackedUp),
    prepare: () => {
      for (const name of ['project', 'recovered', 'restored']) rmSync(place(name), { recursive: true, force: true });
    },
    commands: (program, repository) =>
      program === ours
        ? [['--quiet', '--library', place('recovered'), 'library', 'recover', repository, '--with-folders']]
        : snapshotsIn(repository).map((id) => [...theirs.on(repository), 'restore', id, '--target', place('restored')]),
    judge: (_, program) => {
      const folder = program === ours ? place('project') : place('restored');
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const least = LIBRARY_MEBIBYTES * (1 + SMALL_FILES);
      if (files.length < least) throw new Error(`${files.length} of ${least} files are back`);
    },
  },
];

const wanted = options.only.split(' ').filter(Boolean);
const chosen = rows.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
const shown = [['', 'Undercroft', 'restic', 'ratio', 'aim', 'peak memory']];
console.log(`load before: ${loadavg()[0].toFixed(2)}; ${runs} rounds`);
for (const row of chosen) shown.push(measureRow(row));
console.log(`\n${describeMachine(work, program).join('\n')}\n\n${align(shown)}`);

/** @param {Row} row */
function measureRow(row) {
  const original = row.repository();
  /** @type {Record<string, import('./measure.mjs').Reading[]>} */
  const readings = { [ours.name]: [], [theirs.name]: [] };
  for (let round = 0; round < runs; round += 1) {
    // Who goes first alternates, so that neither always finds what the other left warm.
    const order = round % 2 === 0 ? [ours, theirs] : [theirs, ours];
    for (const program of order) {
      const repository = place('repository');
      must('cp', ['--archive', original, repository]);
      row.prepare?.(program, repository);
      const parts = row.commands(program, repository).map((words) => measure(program.path, words, program.env));
      const reading = together(parts);
      readings[program.name].push(reading);
      console.log(`  ${row.name}, ${program.name}: ${reading.seconds.toFixed(2)} s, ${(reading.kibibytes / 1024).toFixed(0)} MiB`);
      row.judge?.(repository, program);
      for (const used of [repository, `${repository}-copy`]) must('rm', ['-rf', used]);
    }
  }
  const [a, b] = [ours, theirs].map(({ name }) => readings[name].map(({ seconds }) => seconds));
  const peak = 1024 * Math.max(...readings[ours.name].map(({ kibibytes }) => kibibytes));
  return [row.name, span(a), span(b), (median(a) / median(b)).toFixed(2), row.aim ? `≤ ${row.aim.toFixed(2)}` : '', mebibytes(peak)];
}

/** @param {string} repository */
function isSound(repository) {
  must(theirs.path, theirs.check(repository), theirs.env);
}

/** Files of noise and of text in equal parts; each as no other. @param {string} folder */
function fill(folder, mebibytes = Number(options.mebibytes)) {
  for (let n = 0; n < mebibytes; n += 1) {
    const inside = join(folder, `folder-${n >> 7}`);
    mkdirSync(inside, { recursive: true });
    const noise = randomBytes(512 << 10);
    writeFileSync(join(inside, `${n}`), Buffer.concat([noise, Buffer.from(noise.toString('hex'))]));
    // What is small is most of what people have.
    for (let small = 0; small < SMALL_FILES; small += 1) {
      const digest = createHash('sha256').update(`${n} ${small}`).digest('hex');
      writeFileSync(join(inside, `${n}-${small}.txt`), `the words of file ${digest}\n`.repeat(64));
    }
  }
}

/** A repository of one snapshot. */
function large() {
  const [repository, source] = [place('large'), place('large-source')];
  console.log(`Making a repository of ${options.mebibytes} MiB`);
  must(theirs.path, theirs.init(repository), theirs.env);
  fill(source);
  must(theirs.path, theirs.backup(repository, source), theirs.env);
  rmSync(source, { recursive: true });
  return repository;
}

/** A repository of which only every second file is in a snapshot that is left. */
function halfForgotten() {
  const [repository, source] = [place('half'), place('half-source')];
  console.log(`Making a repository of ${options.mebibytes} MiB, and forgetting half of it`);
  must(theirs.path, theirs.init(repository), theirs.env);
  fill(source);
  must(theirs.path, theirs.backup(repository, source), theirs.env);
  for (const folder of readdirSync(source)) {
    for (const name of readdirSync(join(source, folder))) {
      if (Number.parseInt(name, 10) % 2 === 0) rmSync(join(source, folder, name));
    }
  }
  must(theirs.path, theirs.backup(repository, source), theirs.env);
  must(theirs.path, ['--quiet', '--cache-dir', place('cache'), '--repo', repository, 'forget', '--keep-last', '1'], theirs.env);
  rmSync(source, { recursive: true });
  return repository;
}

/** A repository of many small snapshots, of one minute after the other; a file changes all the time. */
function manySnapshots() {
  const repository = place('many');
  console.log(`Making ${options.snapshots} snapshots`);
  const cargo = ['run', '--quiet', '--release', '--locked', '--package', 'undercroft-repository'];
  must('cargo', [...cargo, '--example', 'many_snapshots', repository, place('many-source'), options.snapshots], ours.env);
  return repository;
}

/** A destination with a library and its one project, which is gone from the disk. */
function libraryBackedUp() {
  const [repository, library] = [place('destination'), place('library-before')];
  console.log(`Making a library of ${LIBRARY_MEBIBYTES} MiB`);
  fill(place('project'), LIBRARY_MEBIBYTES);
  for (const words of [
    ['project', 'add', place('project')],
    ['destination', 'add', repository, '--name', 'Disk'],
    ['plan', 'add', 'All', '--to', 'Disk'],
    ['plan', 'run', 'All'],
  ]) {
    must(ours.path, ['--quiet', '--library', library, ...words], ours.env);
  }
  return repository;
}

/** @param {string} repository @returns {string[]} */
function snapshotsIn(repository) {
  const listed = JSON.parse(must(theirs.path, [...theirs.on(repository), 'snapshots', '--json'], theirs.env).stdout);
  return listed.map((/** @type {{ id: string }} */ { id }) => id);
}

/** @param {import('./measure.mjs').Reading[]} parts One after the other. */
function together(parts) {
  const seconds = parts.reduce((sum, part) => sum + part.seconds, 0);
  return { seconds, kibibytes: Math.max(...parts.map((part) => part.kibibytes)) };
}

/** @template T @param {() => T} make @returns {() => T} */
function once(make) {
  /** @type {T | undefined} */
  let made;
  return () => (made ??= make());
}
