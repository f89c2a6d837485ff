/** Folders to work on, and ways to compare them. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes a small project with awkward names in it. @param {string} folder */
export function makeProject(folder) {
  mkdirSync(join(folder, 'src/deep er'), { recursive: true });
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'Cargo.toml'), '[package]\nname = "atlas"\nversion = "0.1.0"\n');
  writeFileSync(join(folder, 'src/main.rs'), 'fn main() {\n    println!("hello");\n}\n');
  writeFileSync(join(folder, 'src/deep er/naïve – ä.txt'), 'umlauts\n');
  writeFileSync(join(folder, 'src/nothing'), '');
  writeFileSync(join(folder, 'photo.bin'), randomBytes(3 * 1024 * 1024));
  writeFileSync(join(folder, 'run'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  symlinkSync('src/main.rs', join(folder, 'entry'));
  return folder;
}

/** Adds bytes that nothing can shrink. @param {string} folder @param {number} megabytes */
export function makeBulk(folder, megabytes) {
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < megabytes / 8; n += 1) {
    writeFileSync(join(folder, `bulk-${n}.bin`), randomBytes(8 * 1024 * 1024));
  }
}

/** Every file below a folder with its kind, mode, time and content, to compare trees by. @param {string} folder */
export function describeTree(folder, prefix = '') {
  /** @type {Record<string, string>} */
  const found = {};
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    const base = `${(stat.mode >>> 0).toString(8)} ${stat.mtimeMs}`;
    if (stat.isDirectory()) Object.assign(found, { [prefix + name]: base }, describeTree(path, `${prefix}${name}/`));
    else if (stat.isSymbolicLink()) found[prefix + name] = `${base} -> ${readlinkSync(path)}`;
    else found[prefix + name] = `${base} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
  }
  return found;
}

/** Whether two trees are the same, and if not, where. @param {string} actual @param {string} expected */
export function assertSameTree(actual, expected) {
  const [found, wanted] = [describeTree(actual), describeTree(expected)];
  const names = new Set([...Object.keys(found), ...Object.keys(wanted)]);
  const differences = [...names].filter((name) => found[name] !== wanted[name]);
  const lines = differences.map((name) => `${name}: ${found[name] ?? 'missing'}, not ${wanted[name] ?? 'there'}`);
  assert.equal(lines.join('\n'), '');
}

/** Runs restic on a repository, and gives back what it prints. @param {string} repository @param {string} password @param {...string} args */
export function restic(repository, password, ...args) {
  const env = { PATH: process.env.PATH, HOME: repository, RESTIC_PASSWORD: password };
  return execFileSync('restic', ['--no-cache', '-r', repository, ...args], { env, encoding: 'utf8' });
}
