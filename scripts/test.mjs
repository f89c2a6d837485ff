/**
 * `npm test`: gets the machine ready, then runs every test, step by step, and says at the end what failed.
 * `npm test -- rust browser` runs only the steps of these names.
 */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answer, checkToolchains, installNodePackages, installPackages, root, stop } from './machine.mjs';
import { forCommandLine, forTests, forWindow } from './packages.mjs';
import { isExpected, skipsIn } from './skips.mjs';
import { steps } from './steps.mjs';
import { tally } from './tally.mjs';

/** @typedef {import('./steps.mjs').Step} Step */

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  stop(`No step is called ${unknown.join(', ')}.`, `The steps: ${steps.map((s) => s.name).join(', ')}`);
}

const started = Date.now();
checkToolchains();
await installPackages([...forCommandLine, ...forWindow, ...forTests]);
installNodePackages();

const total = { passed: 0, failed: 0 };
/** Steps that failed, or had to be left out for one that did. @type {string[]} */
const red = [];
/** Steps and tests that this machine could not run. @type {string[]} */
const skipped = [];
const scratch = mkdtempSync(join(tmpdir(), 'undercroft-test-'));
const skipList = join(scratch, 'skipped');
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => process.exit(1));

for (const step of steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  if (!(await take(step))) red.push(step.name);
}
if (existsSync(skipList)) skipped.push(...skipsIn(readFileSync(skipList, 'utf8')));
console.log(`\n${seconds(started)} in all`);
if (skipped.length > 0) console.log(`Skipped on this machine:\n${skipped.map((line) => `  ${line}`).join('\n')}`);
const unexpected = process.env.CI ? skipped.filter((line) => !isExpected(line)) : [];
if (unexpected.length > 0) {
  console.error(`Where all is to be tested, these must run:\n${unexpected.map((line) => `  ${line}`).join('\n')}`);
}
if (red.length > 0) console.error(`Not green: ${red.join(', ')}. These again: npm test -- ${red.join(' ')}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${skipped.length} skipped`);
process.exitCode = red.length + unexpected.length > 0 ? 1 : 0;

/** Runs one step; whether all is well with it. @param {Step} step */
async function take(step) {
  const lost = step.after?.filter((name) => red.includes(name)) ?? [];
  if (lost.length > 0) {
    console.error(`\n— ${step.name}: left out, because ${lost.join(' and ')} failed`);
    return false;
  }
  const lacking = step.needs?.find(([program, ...rest]) => answer(program, ...rest) === undefined);
  if (lacking) {
    const reason = `${lacking.slice(0, 2).join(' ')} is not installed`;
    console.log(`\n— ${step.name}: left out, because ${reason}`);
    skipped.push(`step ${step.name}: ${reason}`);
    return true;
  }
  console.log(`\n— ${step.name}: ${step.what}`);
  const begun = Date.now();
  const { succeeded, output } = await execute(step.command());
  const count = tally(output, step.runner?.(), succeeded);
  total.passed += count.passed;
  total.failed += count.failed;
  if (succeeded) {
    console.log(`✓ ${step.name}, ${count.passed} passed, ${seconds(begun)}`);
  } else {
    console.error(`\n✗ ${step.name} failed after ${seconds(begun)}. ${step.sorry}`);
  }
  return succeeded;
}

/** Runs a command with its output shown and kept. @param {string[]} command */
async function execute([program, ...rest]) {
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1', CARGO_TERM_COLOR: 'always' } : {};
  const child = spawn(program, rest, {
    cwd: root,
    env: { ...testEnvironment(), ...colour },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (part) => (process.stdout.write(part), (output += part)));
  child.stderr.on('data', (part) => (process.stderr.write(part), (output += part)));
  const succeeded = await new Promise((done) => {
    child.on('error', (error) => (console.error(error.message), done(false)));
    child.on('close', (code) => done(code === 0));
  });
  return { succeeded, output };
}

/**
 * The caller's environment, but that no test can find the library of the one who runs it, and that what a debug build
 * makes has keys that are quickly derived.
 */
function testEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('UNDERCROFT_'));
  const homes = ['DATA', 'CONFIG', 'STATE'].map((kind) => [`XDG_${kind}_HOME`, join(scratch, kind.toLowerCase())]);
  const ours = Object.entries({ UNDERCROFT_CHEAP_KEYS: '1', UNDERCROFT_TEST_SKIPS: skipList });
  return Object.fromEntries([...kept, ...homes, ...ours]);
}

/** @param {number} since */
function seconds(since) {
  const passed = Math.round((Date.now() - since) / 1000);
  return passed < 60 ? `${passed} s` : `${Math.floor(passed / 60)} min ${passed % 60} s`;
}
