/** Samples of what each runner prints, and what they count to. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tally } from './tally.mjs';

/** @type {[import('./tally.mjs').Runner, string, number, number][]} */
const samples = [
  ['nextest', '     Summary [   5.680s] 9 tests run: 9 passed, 0 skipped', 9, 0],
  ['nextest', '     Summary [   4.9s] 9 tests run: 7 passed (1 slow), 2 failed, 0 skipped', 7, 2],
  ['nextest', '\x1b[32m     Summary\x1b[0m [   0.1s] \x1b[1m1\x1b[0m test run: \x1b[1m1\x1b[0m passed', 1, 0],
  ['cargo', 'test result: ok. 3 passed; 0 failed; 0 ignored\ntest result: FAILED. 4 passed; 1 failed;', 7, 1],
  ['vitest', ' Test Files  1 passed (1)\n      Tests  1 failed | 12 passed (13)\n', 12, 1],
  ['vitest', ' Test Files  1 passed (1)\n      Tests  12 passed (12)\n', 12, 0],
  ['node', '# tests 5\n# suites 0\n# pass 4\n# fail 1\n', 4, 1],
  ['node', 'ℹ tests 5\nℹ suites 0\nℹ pass 5\nℹ fail 0\n', 5, 0],
];

for (const [runner, output, passed, failed] of samples) {
  test(`${runner}: ${passed} passed, ${failed} failed`, () => {
    assert.deepEqual(tally(output, runner, failed === 0), { passed, failed });
  });
}

test('a step without a count is one test', () => {
  assert.deepEqual(tally('', undefined, true), { passed: 1, failed: 0 });
  assert.deepEqual(tally('', 'cargo', false), { passed: 0, failed: 1 });
});

test('a runner that breaks after its count has failed', () => {
  assert.deepEqual(tally('# pass 5\n# fail 0\n', 'node', false), { passed: 5, failed: 1 });
});
