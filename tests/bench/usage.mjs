/**
 * `npm run bench:usage`: counting what takes space in a project of 1,000,000 files beside `du`, turn by turn,
 * and each question to what was counted. Nothing here fails for being slow.
 *
 * Options: --runs N (3), --files N (1000000), --folder DIR; --profile NAME (release).
 */

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkToolchains, installPackages } from '../../scripts/machine.mjs';
import { forBench, forCommandLine } from '../../scripts/packages.mjs';
import { buildExamples, figuresOf, grow, makePlace } from './examples.mjs';
import { measure, median } from './measure.mjs';
import { align, mebibytes, ratio, span } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    files: { type: 'string', default: '1000000' },
    folder: { type: 'string' },
    profile: { type: 'string', default: 'release' },
  },
});

checkToolchains();
await installPackages([...forCommandLine, ...forBench]);
const program = join(buildExamples(['usage'], options.profile), 'measure_usage');
const { work } = makePlace(options.folder);
const folder = join(work, 'project');
console.log(`Making ${options.files} files`);
grow(folder, Number(options.files));

/** @type {any[]} */
const readings = [];
/** @type {number[]} */
const du = [];
measure('du', ['--summarize', folder]);
for (let round = 0; round < Number(options.runs); round += 1) {
  const turns = [
    () => readings.push(figuresOf(program, [folder], work)),
    () => du.push(measure('du', ['--summarize', folder]).seconds),
  ];
  for (const turn of round % 2 === 0 ? turns : turns.reverse()) turn();
}

const of = (/** @type {(reading: any) => number} */ figure) => readings.map(figure);
const scans = of(({ scanSeconds }) => scanSeconds);
const rows = [
  ['', 'Undercroft', 'du', 'ratio', 'aim'],
  [`scan of ${readings[0].files} files`, span(scans), span(du), ratio(median(scans), median(du)), '≤ 1.2'],
  [
    'first numbers of what was counted',
    milliseconds(of(({ loadSeconds, questions }) => loadSeconds + questions.folder)),
    '',
    '',
    '≤ 1000 ms',
  ],
  ...Object.keys(readings[0].questions).map((name) => [
    `  ${name}`,
    milliseconds(of(({ questions }) => questions[name])),
    '',
    '',
    '≤ 100 ms',
  ]),
  ['  growth between two counts', milliseconds(of(({ growthSeconds }) => growthSeconds)), '', '', ''],
  ['kept on disk', mebibytes(readings[0].savedBytes), '', '', ''],
  ['peak memory', mebibytes(Math.max(...of(({ peakBytes }) => peakBytes))), '', '', '≤ 200 MiB'],
];
console.log(`medians of ${options.runs} (least–most), turn by turn, warm cache\n\n${align(rows)}`);

/** @param {number[]} seconds */
function milliseconds(seconds) {
  return `${(median(seconds) * 1000).toFixed(1)} ms`;
}
