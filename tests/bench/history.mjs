/**
 * `npm run bench:history`: the first version of the Linux source beside `git add -A -f && git commit`, turn
 * by turn; one changed file in projects of growing size, and one byte among 50,000 files in one folder;
 * saves of 10 KB; large files of which a little changes; many versions; the memory layer. Nothing here fails
 * for being slow.
 *
 * Options: --runs N (3), --versions N (100000), --files N (1000000, the largest project), --folder DIR,
 * --corpus DIR, as for `npm run bench`.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkToolchains, installPackages, root } from '../../scripts/machine.mjs';
import { forBench, forCommandLine, forTests } from '../../scripts/packages.mjs';
import { unpack } from './corpus.mjs';
import { buildExamples, figuresOf, grow, makePlace } from './examples.mjs';
import { measure, median, must } from './measure.mjs';
import { mebibytes, span } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    versions: { type: 'string', default: '100000' },
    files: { type: 'string', default: '1000000' },
    folder: { type: 'string' },
    corpus: { type: 'string' },
  },
});

checkToolchains();
const peers = forTests.filter(({ name }) => name.startsWith('git'));
await installPackages([...forCommandLine, ...forBench, ...peers]);
const programs = buildExamples(['history', 'session']);
const { home, work } = makePlace(options.folder);
const corpus = options.corpus ? resolve(root, options.corpus) : unpack(home);

firstVersions(Number(options.runs));
changes();
for (const what of [['save', '1000'], ['large'], ['many', String(options.versions)]]) {
  console.log(`${what.join(' ')}: ${JSON.stringify(ours(what))}`);
}
console.log(`memory: ${JSON.stringify(ours([], 'measure_memory'))}`);

/** @param {number} rounds */
function firstVersions(rounds) {
  /** @type {{ ours: number[], git: number[] }} */
  const seconds = { ours: [], git: [] };
  /** @type {Record<string, number>} */
  let last = {};
  let gitBytes = 0;
  must('cp', ['--archive', corpus, join(work, 'source')]);
  for (let round = 0; round < rounds; round += 1) {
    // Who goes first alternates.
    const turns = [() => (last = ours(['import', join(work, 'source')])), git];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) turn();
    seconds.ours.push(last.seconds);
  }
  const [first, added] = [span(seconds.ours), span(seconds.git)];
  const ratio = median(seconds.ours) / median(seconds.git);
  console.log(`first version of ${last.files} files: ${first}, git ${added}, ratio ${ratio.toFixed(2)}`);
  console.log(
    `  stored ${mebibytes(last.storedBytes)}, git ${mebibytes(gitBytes)}; peak ${mebibytes(last.peakBytes)}; nothing changed ${last.nothingChangedSeconds.toFixed(2)} s`,
  );

  function git() {
    const folder = join(work, 'git');
    const script = `cd "$1" && git init -q --bare "$2" && export GIT_DIR="$2" GIT_WORK_TREE="$1" &&
      git add -A -f && git -c user.name=a -c user.email=a@b commit -q -m first`;
    seconds.git.push(measure('sh', ['-c', script, 'sh', join(work, 'source'), folder]).seconds);
    gitBytes = Number(must('du', ['--summarize', '--bytes', folder]).stdout.split('\t')[0]);
    rmSync(folder, { recursive: true });
  }
}

function changes() {
  const projects = [
    ['small', 1000],
    ['large', Number(options.files)],
  ];
  report('the Linux source', ours(['change', join(work, 'source'), '200']));
  rmSync(join(work, 'source'), { recursive: true });
  for (const [name, files] of projects) {
    const folder = join(work, String(name));
    grow(folder, Number(files));
    report(String(name), ours(['change', folder, '200']));
    rmSync(folder, { recursive: true });
  }
  report('one byte, all in one folder', ours(['wide', '50000', '20']));

  /** @param {string} name @param {any} figures */
  function report(name, { files, milliseconds, storedBytes, peakBytes }) {
    const times = `p50 ${milliseconds.p50.toFixed(1)} ms, p99 ${milliseconds.p99.toFixed(1)} ms`;
    console.log(
      `one changed file in ${files} (${name}): ${times}; ${storedBytes} bytes each; peak ${mebibytes(peakBytes)}`,
    );
  }
}

/** @param {string[]} what @param {string} program @returns {any} */
function ours(what, program = 'measure') {
  const place = mkdtempSync(join(work, 'ours-'));
  const figures = figuresOf(join(programs, program), what, place);
  rmSync(place, { recursive: true });
  return figures;
}
