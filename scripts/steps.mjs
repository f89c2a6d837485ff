/** The steps of `npm test`, in their order: the quick ones first. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { answer, root } from './machine.mjs';

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} what What it does, in a few words.
 * @property {() => string[]} command
 * @property {string} sorry What to do when it fails.
 * @property {() => import('./tally.mjs').Runner} [runner] Whose way of counting its output follows.
 * @property {string[]} [after] Steps whose work it uses; when one of them failed, it is left out.
 * @property {string[][]} [needs] Commands that must work; without them the step is left out.
 */

// One set of features for every step, so that nothing is built twice.
const cargoWorkspace = ['--locked', '--workspace', '--features', 'undercroft-desktop/embed'];
const hasNextest = () => answer('cargo', 'nextest', '--version') !== undefined;
const npm = (/** @type {string} */ script) => () => ['npm', 'run', '--silent', script];

/** Runs the tests of a folder one file after the other. @param {string} folder */
function nodeTests(folder) {
  const files = readdirSync(join(root, folder)).filter((name) => name.endsWith('.test.mjs'));
  if (files.length === 0) throw new Error(`There are no tests in ${folder}`);
  return ['node', '--test', '--test-concurrency=1', ...files.sort().map((name) => join(folder, name))];
}

/** @type {Step[]} */
export const steps = [
  {
    name: 'format',
    what: 'Rust files are formatted',
    command: () => ['cargo', 'fmt', '--all', '--check'],
    needs: [['cargo', 'fmt', '--version']],
    sorry: 'What differs is above; `cargo fmt --all` mends it.',
  },
  {
    name: 'scripts',
    what: 'the scripts count tests and skips rightly',
    command: () => ['node', '--test', 'scripts/skips.test.mjs', 'scripts/tally.test.mjs'],
    runner: () => 'node',
    sorry: 'The script that counts tests is wrong.',
  },
  {
    name: 'ui-types',
    what: 'svelte-check',
    command: npm('check'),
    sorry: 'The types of the pages do not fit.',
  },
  {
    name: 'ui-lint',
    what: 'eslint and prettier',
    command: npm('lint'),
    sorry: 'The rules broken are above; `npm run format` mends the formatting.',
  },
  {
    name: 'ui',
    what: 'unit tests of the pages (vitest)',
    command: npm('test:unit'),
    runner: () => 'vitest',
    sorry: 'The failing tests are above.',
  },
  {
    name: 'ui-build',
    what: 'the pages as they ship',
    command: npm('build'),
    sorry: 'The pages could not be built.',
  },
  {
    name: 'pictures',
    what: 'every screen beside its kept picture: both themes, two sizes, two languages',
    command: npm('pictures'),
    after: ['ui-build'],
    runner: () => 'node',
    sorry: 'What differs is in test-results/pictures. If it is meant: npm run pictures -- --keep NAME…',
  },
  {
    name: 'clippy',
    what: 'lints in the rooms, with the bans of clippy.toml, and in the tests',
    command: () => ['cargo', 'clippy', ...cargoWorkspace, '--all-targets', '--', '--deny', 'warnings'],
    after: ['ui-build'],
    needs: [['cargo', 'clippy', '--version']],
    sorry: 'The lints are above, each with its remedy.',
  },
  {
    name: 'build',
    what: 'all programs, with checks on',
    command: () => ['cargo', 'build', ...cargoWorkspace],
    after: ['ui-build'],
    sorry: 'It does not compile; the reason is above.',
  },
  {
    name: 'rust',
    what: 'all tests of the rooms',
    after: ['build'],
    command: () =>
      hasNextest()
        ? ['cargo', 'nextest', 'run', '--no-fail-fast', ...cargoWorkspace]
        : ['cargo', 'test', '--no-fail-fast', '--lib', '--bins', '--tests', ...cargoWorkspace],
    runner: () => (hasNextest() ? 'nextest' : 'cargo'),
    sorry: 'The failing tests are above.',
  },
  {
    name: 'browser',
    what: 'the pages in Chromium, over `undercroft serve`',
    command: () => nodeTests('tests/browser'),
    after: ['build'],
    runner: () => 'node',
    sorry: 'The failing tests are above; screenshots of them are in test-results/.',
  },
  {
    name: 'window',
    what: 'the real window, its tray and a real drag, on a display of its own',
    command: () => nodeTests('tests/e2e'),
    after: ['build'],
    runner: () => 'node',
    sorry: 'The failing tests are above; screenshots of them are in test-results/.',
  },
];
