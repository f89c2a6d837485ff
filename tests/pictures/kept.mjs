/** The pictures that are kept: `kept/SCREEN/THEME-WIDTH-LANGUAGE.webp`, without loss. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('kept', import.meta.url));

/** @param {string} name */
const pathOf = (name) => join(folder, `${name}.webp`);

/** The names of all that are kept. */
export function allKept() {
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => path.endsWith('.webp')).map((path) => path.slice(0, -'.webp'.length));
}

/** @param {string} name */
export function readKept(name) {
  return existsSync(pathOf(name)) ? readFileSync(pathOf(name)) : undefined;
}

/** @param {string} name @param {Buffer} picture A PNG. */
export function keep(name, picture) {
  const { stdout, stderr, status, error } = spawnSync(
    'cwebp',
    ['-quiet', '-lossless', '-z', '6', '-o', '-', '--', '-'],
    {
      input: picture,
    },
  );
  if (error) throw error;
  if (status !== 0) throw new Error(`cwebp could not pack ${name}: ${stderr}`);
  mkdirSync(dirname(pathOf(name)), { recursive: true });
  writeFileSync(pathOf(name), stdout);
}

/** @param {string} name */
export function letGo(name) {
  rmSync(pathOf(name));
}
