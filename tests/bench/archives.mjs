/**
 * `npm run bench:archives`: archiving the Linux source beside `tar | zstd -3 -T0`, restoring it beside
 * `tar --zstd -x`, listing it and reading one file out of it; importing a zip of 1 GB, and one of 100,000 small
 * files, beside `unzip`, turn by turn. Every result is compared with what went in. Nothing here fails for being
 * slow.
 *
 * Options: --runs N (3), --folder DIR (8 GB a round), --corpus DIR, as for `npm run bench`; --profile NAME (release).
 */

import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkToolchains, installPackages, root } from '../../scripts/machine.mjs';
import { forBench, forCommandLine } from '../../scripts/packages.mjs';
import { unpack } from './corpus.mjs';
import { buildExamples, figuresOf, grow, makePlace } from './examples.mjs';
import { measure, median, must } from './measure.mjs';
import { align, mebibytes, ratio, span } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    folder: { type: 'string' },
    corpus: { type: 'string' },
    profile: { type: 'string', default: 'release' },
  },
});
const ZIP_BYTES = 1_000_000_000;
const SMALL_FILES = 100_000;
const MEMORY_AIM_MIB = 200;

checkToolchains();
await installPackages([...forCommandLine, ...forBench]);
const program = join(buildExamples(['archive'], options.profile), 'measure_archives');
const { home, work } = makePlace(options.folder);
const corpus = options.corpus ? resolve(root, options.corpus) : unpack(home);

/** @template T @typedef {(place: string) => T} Work A piece of work in a folder. */

/** What both were measured at, by piece of work, with the aim for ours divided by theirs. */
const rows = [['', 'Undercroft', 'peer', 'ratio', 'aim']];
/** @type {number[]} */
const peaks = [];

archiveAndRestore();
importZip('import of a zip of 1 GB', 0.7, largeZip());
importZip(`import of ${SMALL_FILES} small files`, undefined, smallZip());
rows.push(['peak memory of these', mebibytes(Math.max(...peaks)), '', '', `≤ ${MEMORY_AIM_MIB} MiB`]);
console.log(`medians of ${options.runs} (least–most), turn by turn, warm cache\n\n${align(rows)}`);

function archiveAndRestore() {
  const source = join(work, 'source');
  must('cp', ['--archive', corpus, source]);
  let peer = '';
  /** @type {any} */
  let last = {};
  compare('archive', 1.1, {
    ours: (place) => (last = ours(['archive', source], place)),
    theirs: (place) => {
      peer = join(place, 'source.tar.zst');
      // What ours returns from is on disk, so the peer's is to be, too.
      const script = `set -o pipefail
        tar --create --directory "$1" source | zstd -3 -T0 --quiet -o "$2" && sync "$2"`;
      return measure('bash', ['-c', script, 'bash', work, peer]).seconds;
    },
  });
  const [size, peerSize] = [last.archiveBytes, statSync(peer).size];
  rows.push(['  its size', mebibytes(size), mebibytes(peerSize), ratio(size, peerSize), '≤ 1.02']);
  rows.push([`  list of ${last.entries} entries`, milliseconds(last.listSeconds), '', '', '≤ 50 ms']);
  const read = `${milliseconds(last.fileSeconds)}, ${mebibytes(last.fileBytesRead)} read`;
  rows.push(['  one file out of it', read, '', '', '≤ 50 ms']);
  rows.push(['  check', `${last.checkSeconds.toFixed(2)} s`, '', '', '']);

  const made = join(work, 'archived');
  mkdirSync(made);
  ours(['archive', source], made);
  const archive = archiveIn(made);
  compare('restore', 1.2, {
    ours: (place) => ours(['restore', join(made, 'library')], place),
    theirs: (place) => measure('tar', ['--zstd', '--extract', '--file', archive, '--directory', place]).seconds,
    judge: (place) => {
      isSame(source, join(place, 'ours/restored'));
      // Not ours alone: any tar opens an archive.
      isSame(source, join(place, 'peer/source'));
    },
  });
}

/** @param {string} name @param {number | undefined} aim @param {string} zip */
function importZip(name, aim, zip) {
  // What ours returns from is on disk, so the peer's is to be, too.
  const script = 'unzip -q "$1" -d "$2" && sync --file-system "$2"';
  compare(name, aim, {
    ours: (place) => ours(['import', zip], place),
    theirs: (place) => measure('sh', ['-c', script, 'sh', zip, place]).seconds,
    judge: (place) => isSame(join(place, 'peer', readdirSync(join(place, 'peer'))[0]), join(place, 'ours/imported')),
  });
}

/**
 * Measures both, turn by turn, each in a folder of its own. Nothing is removed before the end: for minutes ext4
 * passes over the inodes of what was, and who creates files then would pay for it.
 * @param {string} name @param {number | undefined} aim
 * @param {{ ours: Work<{ seconds: number }>, theirs: Work<number>, judge?: Work<void> }} both
 */
function compare(name, aim, { ours: run, theirs, judge }) {
  /** @type {{ ours: number[], theirs: number[] }} */
  const seconds = { ours: [], theirs: [] };
  for (let round = 0; round < Number(options.runs); round += 1) {
    const place = join(work, name.replaceAll(' ', '-'), String(round));
    mkdirSync(join(place, 'ours'), { recursive: true });
    mkdirSync(join(place, 'peer'));
    const turns = [
      () => seconds.ours.push(run(join(place, 'ours')).seconds),
      () => seconds.theirs.push(theirs(join(place, 'peer'))),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) turn();
    judge?.(place);
  }
  const cell = aim === undefined ? '' : `≤ ${aim.toFixed(1)}`;
  const compared = ratio(median(seconds.ours), median(seconds.theirs));
  rows.push([name, span(seconds.ours), span(seconds.theirs), compared, cell]);
  console.log(rows.at(-1)?.join('  '));
}

/** @param {string[]} what @param {string} place */
function ours(what, place) {
  must('sync', []);
  const figures = figuresOf(program, what, place);
  peaks.push(figures.peakBytes);
  return figures;
}

/** The archive in a library. @param {string} place */
function archiveIn(place) {
  const files = readdirSync(join(place, 'library/archives'), { recursive: true, encoding: 'utf8' });
  const name = files.find((file) => file.endsWith('.tar.zst'));
  if (!name) throw new Error('No archive was made');
  return join(place, 'library/archives', name);
}

/** Copies of the source until there is a gigabyte, zipped. */
function largeZip() {
  const folder = join(work, 'large');
  const source = Number(must('du', ['--summarize', '--apparent-size', '--block-size=1', corpus]).stdout.split('\t')[0]);
  mkdirSync(folder);
  for (let copy = 0; copy * source < ZIP_BYTES; copy += 1) {
    must('cp', ['--archive', corpus, join(folder, `copy-${copy}`)]);
  }
  return zipped(folder, ['-1']);
}

function smallZip() {
  const folder = join(work, 'small');
  grow(folder, SMALL_FILES);
  return zipped(folder, ['-1']);
}

/** @param {string} folder @param {string[]} how */
function zipped(folder, how) {
  const zip = `${folder}.zip`;
  must('sh', [
    '-c',
    'cd "$1" && shift && zip --quiet --recurse-paths --symlinks "$@"',
    'sh',
    work,
    ...how,
    zip,
    folder.slice(work.length + 1),
  ]);
  rmSync(folder, { recursive: true });
  return zip;
}

/** @param {string} a @param {string} b */
function isSame(a, b) {
  must('diff', ['--recursive', '--no-dereference', a, b]);
}

/** @param {number} seconds */
function milliseconds(seconds) {
  return `${(seconds * 1000).toFixed(0)} ms`;
}
