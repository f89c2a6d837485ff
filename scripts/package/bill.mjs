/** The bill of materials, in CycloneDX's form: each crate and each npm package inside the programs. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../machine.mjs';
import { outputIn } from './programs.mjs';

const PROGRAMS = ['undercroft-cli', 'undercroft-desktop'];

/**
 * @typedef {object} Component
 * @property {string} name
 * @property {string} version
 * @property {string} purl
 * @property {string} [license]
 * @property {{ alg: string, content: string }} [hash]
 * @property {string[]} uses The `purl`s of what it depends on.
 */

/** Writes it, and says what its file is called. @param {import('./contents.mjs').Product} product */
export function billOfMaterials({ version, epoch, out }) {
  const components = [...crates(), ...npmPackages()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      timestamp: new Date(epoch * 1000).toISOString(),
      component: { type: 'application', 'bom-ref': 'undercroft', name: 'undercroft', version },
    },
    components: components.map(described),
    dependencies: [
      { ref: 'undercroft', dependsOn: components.filter(isDirect).map(({ purl }) => purl) },
      ...components.map(({ purl, uses }) => ({ ref: purl, dependsOn: uses })),
    ],
  };
  const name = `undercroft-${version}.cdx.json`;
  writeFileSync(join(out, name), `${JSON.stringify(bill, null, 2)}\n`);
  return name;
}

/** @param {Component} component */
function isDirect({ name, purl }) {
  return PROGRAMS.includes(name) || direct().has(purl);
}

/** @param {Component} component */
function described({ name, version, purl, license, hash }) {
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    ...(hash && { hashes: [hash] }),
    ...(license && { licenses: [{ expression: license }] }),
    purl,
  };
}

/** The crates that the programs are linked from, as cargo resolves them for this machine. @returns {Component[]} */
function crates() {
  const target = /^host: (.*)$/m.exec(outputIn(root, 'rustc', '-vV'))?.[1] ?? '';
  const ask = ['--format-version=1', '--locked', '--features', 'embed', '--filter-platform', target];
  const { packages, resolve } = JSON.parse(outputIn(root, 'cargo', 'metadata', ...ask));
  const byId = new Map(packages.map((/** @type {any} */ one) => [one.id, one]));
  const linked = new Map(resolve.nodes.map((/** @type {any} */ { id, deps }) => [id, deps.filter(isLinked)]));
  const inside = reachable(
    packages.filter((/** @type {any} */ one) => PROGRAMS.includes(one.name)).map((/** @type {any} */ { id }) => id),
    (id) => linked.get(id).map((/** @type {any} */ dep) => dep.pkg),
  );
  const sums = checksums();
  const purl = (/** @type {string} */ id) => `pkg:cargo/${byId.get(id).name}@${byId.get(id).version}`;
  return inside.map((id) => {
    const { name, version, license } = byId.get(id);
    const content = sums.get(`${name} ${version}`);
    const uses = linked
      .get(id)
      .map((/** @type {any} */ dep) => purl(dep.pkg))
      .sort();
    const hash = content && { alg: 'SHA-256', content };
    // Older crates write a slash where the expression has an OR.
    return { name, version, purl: purl(id), license: license?.replaceAll('/', ' OR '), hash, uses };
  });
}

/** Whether it becomes part of the program; what tests and build scripts use does not. @param {any} dependency */
function isLinked({ dep_kinds }) {
  return dep_kinds.some((/** @type {any} */ { kind }) => kind === null);
}

/** @param {string[]} from @param {(one: string) => string[]} next */
function reachable(from, next) {
  const seen = new Set(from);
  for (const one of seen) for (const other of next(one)) seen.add(other);
  return [...seen];
}

/** The digests of the crates, by name and version. */
function checksums() {
  const lock = readFileSync(join(root, 'Cargo.lock'), 'utf8');
  const entries = lock.matchAll(/name = "(.*)"\nversion = "(.*)"\nsource = .*\nchecksum = "(.*)"/g);
  return new Map([...entries].map(([, name, version, sum]) => [`${name} ${version}`, sum]));
}

/** @returns {Record<string, any>} */
function npmLock() {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
}

/** The npm packages that the pages are built from; what only builds and tests them is left out. @returns {Component[]} */
function npmPackages() {
  const lock = npmLock();
  const inside = Object.entries(lock).filter(([path, { dev, optional }]) => path && !dev && !optional);
  return inside.map(([path, { version, license, integrity, dependencies }]) => ({
    name: nameOf(path),
    version,
    purl: npmUrl(path, version),
    license,
    hash: integrity && { alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') },
    uses: Object.keys(dependencies ?? {})
      .flatMap((name) => found(lock, path, name))
      .sort(),
  }));
}

/** The direct npm packages, which the top of the lock file names. */
function direct() {
  const lock = npmLock();
  return new Set(Object.keys(lock[''].dependencies).flatMap((name) => found(lock, '', name)));
}

/** Where npm finds a dependency: nearest first. @param {Record<string, any>} lock @param {string} path @param {string} name @returns {string[]} */
function found(lock, path, name) {
  const at = path ? `${path}/node_modules/${name}` : `node_modules/${name}`;
  if (lock[at]) return lock[at].dev ? [] : [npmUrl(at, lock[at].version)];
  return path ? found(lock, path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/'))), name) : [];
}

/** @param {string} path */
function nameOf(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** @param {string} path @param {string} version */
function npmUrl(path, version) {
  return `pkg:npm/${nameOf(path).replace('@', '%40')}@${version}`;
}
