/** Counts the tests in what the test runners print. */

/** @typedef {{ passed: number, failed: number }} Tally */

/** What each runner prints at its end. */
const patterns = {
  nextest: /tests? run: (?<passed>\d+) passed(?: \([^)]*\))?(?:, (?<failed>\d+) failed)?/g,
  cargo: /^test result: \w+\. (?<passed>\d+) passed; (?<failed>\d+) failed/gm,
  vitest: /^\s*Tests\s+(?:(?<failed>\d+) failed \| )?(?:(?<passed>\d+) passed)?/gm,
  node: /^[#ℹ] pass (?<passed>\d+)\n[#ℹ] fail (?<failed>\d+)/gm,
};

/** @typedef {keyof typeof patterns} Runner */

/**
 * What a runner's output says; nothing found counts as one test, which passed or not as a whole.
 * @param {string} output @param {Runner | undefined} runner @param {boolean} succeeded
 * @returns {Tally}
 */
export function tally(output, runner, succeeded) {
  const total = { passed: 0, failed: 0 };
  if (runner) {
    // eslint-disable-next-line no-control-regex
    for (const match of output.replace(/\x1b\[[0-9;]*m/g, '').matchAll(patterns[runner])) {
      total.passed += Number(match.groups?.passed ?? 0);
      total.failed += Number(match.groups?.failed ?? 0);
    }
  }
  if (total.passed + total.failed === 0) return { passed: Number(succeeded), failed: Number(!succeeded) };
  if (!succeeded && total.failed === 0) total.failed = 1;
  return total;
}
