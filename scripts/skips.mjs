/** What a machine could not run, as the tests tell it in a file: a line each, the test and the reason. */

/** What only some containers refuse, so that a test that wants it may be skipped where all is to be tested. */
const refused = [/: no tmpfs can be mounted/, /: no loop device can be made/, /: no user namespace/, /: no FUSE/];

/** The lines, each once, in the order of their tests. @param {string} text */
export function skipsIn(text) {
  return [...new Set(text.split('\n').filter((line) => line !== ''))].sort();
}

/** Whether it may be skipped where all is to be tested. @param {string} line */
export function isExpected(line) {
  return refused.some((pattern) => pattern.test(line));
}
