/** The files of the packages: one list for all kinds of them. */

import { chmodSync, copyFileSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../machine.mjs';
import { output } from './programs.mjs';

/**
 * @typedef {object} Product What is packaged, and where.
 * @property {string} version
 * @property {string} revision The package's own number, behind the version.
 * @property {number} epoch The time that all files bear, in seconds.
 * @property {string} programs The folder of the programs.
 * @property {string} work A folder for what is needed on the way.
 * @property {string} out The folder for what is made.
 * @property {boolean} quick Whether it is for tests alone, and need not be small.
 */

/**
 * @typedef {object} File
 * @property {string} path Where it is installed.
 * @property {string} [from] The file it is a copy of.
 * @property {string | Buffer} [content] Or what is in it.
 * @property {boolean} [runs] Whether it is a program.
 */

export const DOC = '/usr/share/doc/undercroft';
const LINUX = join(root, 'src-tauri/app/linux');
const ICONS = '/usr/share/icons/hicolor';

/** What every package installs. @param {Product} product @param {string} zsh The folder of zsh's completions. @returns {File[]} */
export function contents({ programs, work }, zsh) {
  const undercroft = join(programs, 'undercroft');
  const completions = (/** @type {string} */ shell) => output(undercroft, 'completions', shell);
  return [
    { path: '/usr/bin/undercroft', from: undercroft, runs: true },
    { path: '/usr/bin/undercroft-desktop', from: join(programs, 'undercroft-desktop'), runs: true },
    ...['applications/undercroft-desktop.desktop', 'metainfo/app.undercroft.desktop.metainfo.xml'].map((path) => ({
      path: `/usr/share/${path}`,
      from: join(LINUX, path.split('/')[1]),
    })),
    ...icons(),
    ...manualPages(undercroft, join(work, 'man')),
    { path: '/usr/share/bash-completion/completions/undercroft', content: completions('bash') },
    { path: '/usr/share/fish/vendor_completions.d/undercroft.fish', content: completions('fish') },
    { path: `${zsh}/_undercroft`, content: completions('zsh') },
  ];
}

/** @returns {File[]} */
function icons() {
  const icon = (/** @type {string} */ folder, /** @type {string} */ file) => ({
    path: `${ICONS}/${folder}/apps/undercroft-desktop${file.slice(file.lastIndexOf('.'))}`,
    from: join(root, 'icons', file),
  });
  const drawn = [16, 24, 32, 48, 64, 128, 256].map((size) => icon(`${size}x${size}`, `${size}x${size}.png`));
  return [...drawn, icon('512x512', 'icon.png'), icon('scalable', 'undercroft.svg')];
}

/** @param {string} undercroft @param {string} folder @returns {File[]} */
function manualPages(undercroft, folder) {
  output(undercroft, 'man', '--target', folder);
  const pages = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
  return [...pages, join(LINUX, 'undercroft-desktop.1')].map((page) => ({
    path: `/usr/share/man/man1/${page.slice(page.lastIndexOf('/') + 1)}.gz`,
    content: gzip(readFileSync(page)),
  }));
}

/** Compressed, with nothing of the machine or the hour in it. @param {string | Buffer} content */
export function gzip(content) {
  return gzipSync(content, { level: 9 });
}

/** Lays the files out below a folder, as they are to be installed. @param {string} folder @param {File[]} files @param {number} epoch */
export function layOut(folder, files, epoch) {
  /** @type {Set<string>} */
  const folders = new Set();
  for (const { path, from, content, runs } of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    if (from) copyFileSync(from, file);
    else writeFileSync(file, content ?? '');
    if (runs) output('strip', file);
    chmodSync(file, runs ? 0o755 : 0o644);
    utimesSync(file, epoch, epoch);
    for (let at = dirname(file); at.length >= folder.length; at = dirname(at)) folders.add(at);
  }
  for (const each of [...folders].sort().reverse()) {
    chmodSync(each, 0o755);
    utimesSync(each, epoch, epoch);
  }
}
