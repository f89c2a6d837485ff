/** Holds the script that the first paint waits for below what it may weigh, compressed. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root, stop } from './machine.mjs';

const MOST_KB = 150;
const dist = join(root, 'ui/dist');

const IMPORT = /(?:^|[;}\n])\s*import\s*(?:[\w*{}$,\s]+?from\s*)?["'](\.[^"']+\.js)["']/g;
/** The page itself, which waits for its language. */
const START = /import\(["'`](\.\/start-[^"'`]+\.js)["'`]\)/g;

/** The scripts that a script loads before the page is drawn. @param {string} code */
const importsOf = (code) =>
  [IMPORT, START].flatMap((pattern) => [...code.matchAll(pattern)].map(([, path]) => String(path)));

/** Every script that is loaded before the page is drawn, with its code. */
function firstScripts() {
  const page = readFileSync(join(dist, 'index.html'), 'utf8');
  const waiting = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, path]) => String(path));
  /** @type {Map<string, string>} */
  const found = new Map();
  for (let path = waiting.pop(); path; path = waiting.pop()) {
    if (found.has(path)) continue;
    const code = readFileSync(join(dist, path), 'utf8');
    found.set(path, code);
    waiting.push(...importsOf(code).map((other) => join(dirname(String(path)), other)));
  }
  return found;
}

const scripts = [...firstScripts()].map(([path, code]) => ({ path, kb: gzipSync(code).length / 1000 }));
const sum = scripts.reduce((total, { kb }) => total + kb, 0);
for (const { path, kb } of scripts) console.log(`${kb.toFixed(1).padStart(7)} kB  ${path}`);
console.log(`${sum.toFixed(1).padStart(7)} kB before the first paint, of ${MOST_KB}`);
if (scripts.length === 0) stop('The built page names no script; build it first: `npm run build`');
if (sum > MOST_KB) stop('The first script weighs too much: load what is not on every page late, by import().');
