/** Gets a machine ready: the toolchains that must be there, and the packages that can be fetched. */

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';

/** The top folder of the project. */
export const root = resolve(fileURLToPath(import.meta.url), '../..');

const MIN_NODE = [20, 19];
const MIN_RUST = [1, 90];

/** Ends the command with a message in plain words. @param {...string} lines @returns {never} */
export function stop(...lines) {
  console.error(`\n${lines.join('\n')}\n`);
  process.exit(1);
}

/** Checks Node and Rust, and finds Rust where HOME does not lead to it. */
export function checkToolchains() {
  const node = process.versions.node.split('.').map(Number);
  if (isOlder(node, MIN_NODE)) {
    stop(`Node ${MIN_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`);
  }
  findRust();
  const rust = /(\d+)\.(\d+)/.exec(answer('rustc', '--version') ?? '');
  if (!rust || !answer('cargo', '--version')) {
    stop(
      'Rust is not here, or cargo cannot run.',
      'Install it with rustup (https://rustup.rs), then run this again. If it is installed for',
      'another HOME, set RUSTUP_HOME and CARGO_HOME to its .rustup and .cargo folders.',
    );
  }
  if (isOlder([Number(rust[1]), Number(rust[2])], MIN_RUST)) {
    stop(`Rust ${MIN_RUST.join('.')} or newer is needed; this is ${rust[0]}.`, 'Update it: rustup update stable');
  }
  process.env.CARGO_TARGET_DIR = resolve(root, process.env.CARGO_TARGET_DIR || 'target');
}

/** rustup looks for its toolchains below HOME; under another HOME they are beside cargo itself. */
function findRust() {
  const home = process.env.HOME ?? '/';
  const folders = (process.env.PATH ?? '').split(delimiter);
  const bin = [...folders, join(home, '.cargo/bin')].find((f) => existsSync(join(f, 'cargo')));
  if (!bin) return;
  if (!folders.includes(bin)) process.env.PATH = [bin, ...folders].join(delimiter);
  if (answer('cargo', '--version') && answer('rustc', '--version')) return;
  const cargoHome = dirname(bin);
  const rustupHome = join(dirname(cargoHome), '.rustup');
  if (!existsSync(rustupHome)) return;
  process.env.RUSTUP_HOME ||= rustupHome;
  if (isWritable(cargoHome)) process.env.CARGO_HOME ||= cargoHome;
}

/**
 * Installs the Debian packages that are missing, after saying which and why, and asking where
 * there is somebody to ask.
 * @param {import('./packages.mjs').Package[]} wanted
 */
export async function installPackages(wanted) {
  const missing = missingPackages(wanted);
  if (missing.length === 0) return;
  console.log('These Debian packages are missing:');
  const width = Math.max(...missing.map(({ name }) => name.length));
  for (const { name, why } of missing) console.log(`  ${name.padEnd(width)}  ${why}`);
  const apt = [...sudo(), 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q'];
  const install = [...apt, 'install', '-y', '--no-install-recommends', ...missing.map((p) => p.name)];
  if (!(await agreed(`Install them with apt${sudo().length > 0 ? ' and sudo' : ''}?`))) {
    stop('Nothing was installed. To do it yourself:', `  ${install.join(' ')}`);
  }
  run([...apt, 'update']);
  if (run(install) !== 0) {
    stop('apt could not install them; what it said is above. To try it yourself:', `  ${install.join(' ')}`);
  }
}

/** @param {import('./packages.mjs').Package[]} wanted */
function missingPackages(wanted) {
  const names = wanted.map(({ name }) => name);
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...names], {
    encoding: 'utf8',
  });
  if (query.error) {
    console.warn('This is not Debian or a relative of it. What these Debian packages hold must be here already:');
    console.warn(`  ${names.join(' ')}`);
    return [];
  }
  const installed = new Set(query.stdout.match(/^\S+(?= installed$)/gm));
  return wanted.filter(({ name }) => !installed.has(name));
}

function sudo() {
  if (process.getuid?.() === 0) return [];
  if (!answer('sudo', '--version')) {
    stop('Only root may install packages, and there is no sudo here.', 'Run this as root once, or ask who may.');
  }
  return ['sudo'];
}

/** @param {string} question */
async function agreed(question) {
  // In CI, or where nobody sits at the terminal, starting the command was the consent.
  if (process.env.CI || !process.stdin.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const reply = (await terminal.question(`${question} [Y/n] `)).trim().toLowerCase();
  terminal.close();
  return ['', 'y', 'yes'].includes(reply);
}

/** Installs the npm packages of the lock file, unless exactly they are there already. */
export function installNodePackages() {
  if (hasNodePackages()) return;
  console.log('Installing the npm packages of package-lock.json');
  if (run(['npm', 'ci', '--no-audit', '--no-fund']) !== 0) {
    stop('npm could not install its packages; what it said is above.');
  }
}

/** npm leaves a list of what it installed beside the packages. */
function hasNodePackages() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const there = packagesOf(installed);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, { version, optional }]) => path === '' || optional || there[path]?.version === version,
  );
}

/** @param {string} lock @returns {Record<string, { version: string, optional?: boolean }>} */
function packagesOf(lock) {
  return JSON.parse(readFileSync(lock, 'utf8')).packages;
}

/** Runs a command in the project's folder with this terminal. @param {string[]} command */
export function run([program, ...rest]) {
  const { status, error } = spawnSync(program, rest, { cwd: root, stdio: 'inherit' });
  if (error) console.error(String(error.message));
  return status ?? 1;
}

/** What a command prints, or nothing when it cannot run. @param {string} program @param {...string} rest */
export function answer(program, ...rest) {
  const { status, stdout } = spawnSync(program, rest, { encoding: 'utf8', cwd: root });
  return status === 0 ? stdout.trim() : undefined;
}

/** @param {number[]} version @param {number[]} least */
function isOlder(version, least) {
  const at = least.findIndex((part, n) => (version[n] ?? 0) !== part);
  return at >= 0 && (version[at] ?? 0) < least[at];
}

/** @param {string} folder */
function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
