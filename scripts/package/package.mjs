/** `npm run package`: builds the programs as they ship, and makes packages of them in dist/. */

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { answer, checkToolchains, installNodePackages, installPackages, root, run, stop } from '../machine.mjs';
import { forCommandLine, forPackaging, forWindow } from '../packages.mjs';
import { billOfMaterials } from './bill.mjs';
import { makeDeb } from './deb.mjs';
import { makeRpm } from './rpm.mjs';

const HELP = `npm run package -- [OPTIONS]

  --profile NAME    the profile of cargo to build with, or whose folder to take programs from [release]
  --revision N      the package's own number, behind the version [1]
  --out FOLDER      the folder for what is made [dist]
  --no-build        package the programs that are built already`;

const options = chosen();
checkToolchains();
await installPackages([...forCommandLine, ...forWindow, ...forPackaging]);
if (!options['no-build']) build(options.profile);
makePackages();

function chosen() {
  try {
    const { values } = parseArgs({
      options: {
        profile: { type: 'string', default: 'release' },
        revision: { type: 'string', default: '1' },
        out: { type: 'string', default: 'dist' },
        'no-build': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    return values;
  } catch (error) {
    stop(/** @type {Error} */ (error).message, '', HELP);
  }
}

/** @param {string} profile */
function build(profile) {
  installNodePackages();
  must('The pages could not be built', ['npm', 'run', '--silent', 'build']);
  if (profile === 'release') leaveOutPaths();
  const programs = ['--package', 'undercroft-desktop', '--package', 'undercroft-cli'];
  const features = ['--features', 'undercroft-desktop/embed'];
  must('The programs could not be built', [
    'cargo',
    'build',
    '--profile',
    profile,
    '--locked',
    ...programs,
    ...features,
  ]);
}

/** What ships does not tell, and does not depend on, where it was built. */
function leaveOutPaths() {
  const home = process.env.CARGO_HOME || join(process.env.HOME ?? '/', '.cargo');
  const sources = join(home, 'registry/src');
  const crates = readdirSync(sources).map((name) => [join(sources, name), 'crates']);
  const renamed = [[root, 'undercroft'], ...crates].map(([from, to]) => `${from}=${to}`);
  const add = (/** @type {string} */ name, /** @type {string} */ flag) => {
    process.env[name] = [process.env[name] ?? '', ...renamed.map((it) => `${flag}=${it}`)].join(' ').trim();
  };
  add('RUSTFLAGS', '--remap-path-prefix');
  add('CFLAGS', '-ffile-prefix-map');
}

function makePackages() {
  const out = resolve(root, options.out);
  const folder = options.profile === 'dev' ? 'debug' : options.profile;
  const epoch = timeOfCommit();
  process.env.SOURCE_DATE_EPOCH = String(epoch);
  mkdirSync(out, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'undercroft-package-'));
  try {
    const programs = join(String(process.env.CARGO_TARGET_DIR), folder);
    const product = {
      version: version(),
      revision: options.revision,
      epoch,
      programs,
      work,
      out,
      quick: options.profile !== 'release',
    };
    const made = [makeDeb(product), makeRpm(product), billOfMaterials(product)];
    const sums = made.map((name) => `${digest(join(out, name))}  ${name}\n`);
    writeFileSync(join(out, 'SHA256SUMS'), sums.join(''));
    console.log(
      ['Made:', ...made, 'SHA256SUMS'].map((name, at) => (at ? `  ${join(options.out, name)}` : name)).join('\n'),
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The time that all in a package bears: the same source gives the same bytes. */
function timeOfCommit() {
  const epoch = process.env.SOURCE_DATE_EPOCH ?? answer('git', 'log', '-1', '--format=%ct');
  if (/^\d+$/.test(epoch ?? '')) return Number(epoch);
  return stop('Cannot tell of when the sources are: this is no clone.', 'Set SOURCE_DATE_EPOCH to a time in seconds.');
}

function version() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}

/** @param {string} file */
function digest(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** @param {string} sorry @param {string[]} command */
function must(sorry, command) {
  if (run(command) !== 0) stop(`${sorry}; the reason is above.`);
}
