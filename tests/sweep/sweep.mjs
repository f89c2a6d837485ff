/**
 * `npm run sweep`: kills the program at drawn moments, and changes files beside the watcher, for as long
 * as is asked, and fails when anything that was acknowledged does not come back exactly.
 *
 * Options: --kills N (500), --rounds N (20), --operations N (20000, in each round), --seed N,
 * --program PATH (else a release build), --folder DIR (a folder in the system's temporary one).
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkToolchains, installPackages, root, run, stop } from '../../scripts/machine.mjs';
import { forCommandLine, forTests } from '../../scripts/packages.mjs';
import { Bursts } from './bursts.mjs';
import { Kills } from './kills.mjs';
import { Draws } from './random.mjs';

const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '20' },
    operations: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    program: { type: 'string' },
    folder: { type: 'string', default: tmpdir() },
  },
});

checkToolchains();
await installPackages([...forCommandLine, ...forTests.filter(({ name }) => ['git', 'git-lfs', 'restic'].includes(name))]);
const program = options.program ? resolve(options.program) : built();
const folder = resolve(root, options.folder);
mkdirSync(folder, { recursive: true });
const work = mkdtempSync(join(folder, 'undercroft-sweep-'));
const draws = new Draws(Number(options.seed));
console.log(`seed ${options.seed}, in ${work}`);

const kills = new Kills(program, join(work, 'kills'), draws);
if (Number(options.kills) > 0) {
  await kills.run(Number(options.kills));
  console.table(kills.counts);
  console.log(`${kills.killed()} kills, ${kills.versions.size} versions, ${kills.wrong.length} differences`);
}
const bursts = new Bursts(program, join(work, 'bursts'), draws);
if (Number(options.rounds) > 0) {
  await bursts.run(Number(options.rounds), Number(options.operations));
  console.log(`${options.rounds} rounds of ${options.operations} operations, ${bursts.differing} differences`);
}

const isExact = kills.wrong.length === 0 && bursts.differing === 0;
if (isExact) rmSync(work, { recursive: true });
else console.error(`What differs is in ${work}`);
process.exitCode = isExact ? 0 : 1;

function built() {
  console.log('Building the command line in release');
  if (run(['cargo', 'build', '--release', '--locked', '--package', 'undercroft-cli']) !== 0) {
    stop('It could not be built; the reason is above.');
  }
  return join(String(process.env.CARGO_TARGET_DIR), 'release/undercroft');
}
