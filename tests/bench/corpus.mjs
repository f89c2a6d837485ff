/** The files to back up: the Linux source as Debian ships it, in a copy that the bench may change. */

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './measure.mjs';

const TARBALL = '/usr/src/linux-source-6.1.tar.xz';

/** Unpacks the source into `folder`, unless it is there from an earlier run. @param {string} folder */
export function unpack(folder) {
  const corpus = join(folder, 'linux-source-6.1');
  if (existsSync(corpus)) return corpus;
  const unfinished = join(folder, 'unpacking');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  console.log(`Unpacking ${TARBALL} into ${folder}`);
  must('tar', ['--extract', '--file', TARBALL, '--directory', unfinished]);
  // Whole or not at all: a run that was stopped leaves no half corpus.
  renameSync(join(unfinished, 'linux-source-6.1'), corpus);
  rmSync(unfinished, { recursive: true });
  return corpus;
}

/** All regular files below a folder, in the order of their paths. @param {string} folder */
export function filesOf(folder) {
  /** @type {string[]} */
  const files = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...filesOf(path));
    else if (entry.isFile()) files.push(path);
  }
  return files.sort();
}

/** Adds a line to `count` files spread over the whole tree. @param {string[]} files @param {number} count @param {number} round */
export function edit(files, count, round) {
  const step = Math.floor(files.length / count);
  for (let n = 0; n < count; n += 1) {
    writeFileSync(files[n * step + round], `\n/* changed in round ${round} */\n`, { flag: 'a' });
  }
}
