/** What is in a folder, so that two can be held against each other. */

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {Map<string, string>} Tree What each path is: kind, permissions, content. */

/** How a file is called that a restore is still writing; no version holds one, and the next restore takes it away. */
const UNFINISHED = '.undercroft-restore-';

/** @param {string} root @returns {Tree} */
export function treeOf(root) {
  /** @type {Tree} */
  const tree = new Map();
  const open = [''];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const name of readdirSync(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (name.startsWith(UNFINISHED)) continue;
      const found = lstatSync(join(root, path));
      const mode = (found.mode & 0o7777).toString(8);
      if (found.isDirectory()) {
        tree.set(path, `folder ${mode}`);
        open.push(path);
      } else if (found.isSymbolicLink()) {
        tree.set(path, `link ${readlinkSync(join(root, path))}`);
      } else {
        tree.set(path, `file ${mode} ${createHash('sha256').update(readFileSync(join(root, path))).digest('hex')}`);
      }
    }
  }
  return tree;
}

/** The paths that are not the same in both, each with what it is here and there. @param {Tree} expected @param {Tree} found */
export function differences(expected, found) {
  const paths = new Set([...expected.keys(), ...found.keys()]);
  return [...paths]
    .filter((path) => expected.get(path) !== found.get(path))
    .sort()
    .map((path) => `${path}: ${expected.get(path) ?? 'nothing'}, found ${found.get(path) ?? 'nothing'}`);
}
