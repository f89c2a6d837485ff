/** The two that are compared, each with the commands for the same piece of work. */

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} path
 * @property {Record<string, string>} env
 * @property {(repository: string) => string[]} on What comes before every command on a repository.
 * @property {(repository: string) => string[]} init
 * @property {(repository: string, source: string) => string[]} backup
 * @property {(repository: string, target: string) => string[]} restore
 * @property {(repository: string) => string[]} check
 * @property {(path: string) => string[]} find Where a file is in all snapshots; comes after `on`.
 */

const password = 'a password for the bench';

/** @param {string} path @param {string} home @returns {Program} */
export function undercroft(path, home) {
  const on = (/** @type {string} */ repository) => ['--quiet', 'repo', '--repo', repository];
  return {
    name: 'Undercroft',
    path,
    env: { UNDERCROFT_PASSWORD: password, UNDERCROFT_HOME: home },
    on,
    init: (repository) => [...on(repository), 'init'],
    backup: (repository, source) => [...on(repository), 'backup', source],
    restore: (repository, target) => [...on(repository), 'restore', 'latest', '--target', target],
    check: (repository) => [...on(repository), 'check', '--read-data'],
    find: (path) => ['versions', path],
  };
}

/** @param {string} path @param {string} cache @returns {Program} */
export function restic(path, cache) {
  const on = (/** @type {string} */ repository) => ['--quiet', '--cache-dir', cache, '--repo', repository];
  return {
    name: 'restic',
    path,
    env: { RESTIC_PASSWORD: password },
    on,
    init: (repository) => [...on(repository), 'init', '--repository-version', '2'],
    backup: (repository, source) => [...on(repository), 'backup', source],
    restore: (repository, target) => [...on(repository), 'restore', 'latest', '--target', target],
    check: (repository) => [...on(repository), 'check', '--read-data'],
    find: (path) => ['find', path],
  };
}
