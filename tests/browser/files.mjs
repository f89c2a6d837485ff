/** Folders to add, and whether two of them hold the same. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Makes a small project of some files. @param {string} folder */
export function makeProject(folder) {
  write(join(folder, 'Cargo.toml'), '[package]\nname = "vault"\nversion = "0.1.0"\n');
  write(join(folder, 'src/main.rs'), 'fn main() {\n    println!("arch");\n}\n');
  write(join(folder, 'src/deep/er/stone.rs'), '// a stone\n');
  write(join(folder, 'notes.txt'), 'kept\n');
  return folder;
}

/** Adds what takes a while to back up: content that no compressor shrinks. @param {string} folder @param {number} mebibytes */
export function makeHeavy(folder, mebibytes) {
  for (let n = 0; n < mebibytes; n += 1) {
    const bytes = Buffer.alloc(1024 * 1024);
    // A simple generator is enough: every file has to differ, and none may repeat itself.
    for (let at = 0, state = n + 1; at < bytes.length; at += 4) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      bytes.writeUInt32LE((state ^ (state >>> 13)) >>> 0, at);
    }
    write(join(folder, `heavy/${n}.bin`), bytes);
  }
}

/** @param {string} path @param {string | Uint8Array} content */
export function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** What differs between two folders, in diff's words; nothing when they hold the same. @param {string} left @param {string} right */
export function differences(left, right) {
  const { stdout, stderr } = spawnSync('diff', ['--recursive', '--no-dereference', left, right], { encoding: 'utf8' });
  return stdout + stderr;
}
