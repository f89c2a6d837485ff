/** The package for Debian and its relatives, made with dpkg-deb. */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../machine.mjs';
import { DESCRIPTION, MAINTAINER, RECOMMENDED, SUMMARY, wrapped } from './about.mjs';
import { DOC, contents, gzip, layOut } from './contents.mjs';
import { output, outputIn } from './programs.mjs';

/** @typedef {import('./contents.mjs').Product} Product @typedef {import('./contents.mjs').File} File */

/** WebKit paints through it, and without it the window stays blank; its own package only recommends it. */
const PAINTER = 'libgl1-mesa-dri';

/** Makes it, and says what its file is called. @param {Product} product */
export function makeDeb(product) {
  const architecture = output('dpkg', '--print-architecture').trim();
  const tree = join(product.work, 'deb');
  const files = [...contents(product, '/usr/share/zsh/vendor-completions'), ...papers(product)];
  layOut(tree, files, product.epoch);
  mkdirSync(join(tree, 'DEBIAN'), { mode: 0o755 });
  writeFileSync(join(tree, 'DEBIAN/control'), control(product, architecture, tree, files));
  writeFileSync(join(tree, 'DEBIAN/md5sums'), sums(tree, files));
  const name = `undercroft_${product.version}-${product.revision}_${architecture}.deb`;
  // One thread: more of them would cut what they compress by how many there are.
  const like = ['--root-owner-group', '-Zxz', `-z${product.quick ? 0 : 6}`, '--threads-max=1'];
  output('dpkg-deb', ...like, '--build', tree, join(product.out, name));
  return name;
}

/** What Debian's policy wants beside the program. @param {Product} product @returns {File[]} */
function papers(product) {
  return [
    { path: `${DOC}/copyright`, content: copyright() },
    { path: `${DOC}/changelog.gz`, content: gzip(readFileSync(join(root, 'CHANGELOG.md'))) },
    { path: `${DOC}/changelog.Debian.gz`, content: gzip(changelog(product)) },
    { path: '/usr/share/lintian/overrides/undercroft', from: join(root, 'src-tauri/app/linux/lintian-overrides') },
  ];
}

/** @param {Product} product @param {string} architecture @param {string} tree @param {File[]} files */
function control(product, architecture, tree, files) {
  const size = files.reduce((sum, { path }) => sum + Math.ceil(statSync(join(tree, path)).size / 1024), 0);
  const description = DESCRIPTION.map((text) =>
    wrapped(text)
      .map((line) => ` ${line}\n`)
      .join(''),
  );
  return `Package: undercroft
Version: ${product.version}-${product.revision}
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${size}
Depends: ${libraries(product, tree)}, ${PAINTER}
Recommends: ${RECOMMENDED.join(', ')}
Section: vcs
Priority: optional
Description: ${SUMMARY}
${description.join(' .\n')}`;
}

/** The packages of the libraries that the programs are linked with. @param {Product} product @param {string} tree */
function libraries({ work }, tree) {
  mkdirSync(join(work, 'debian'));
  writeFileSync(join(work, 'debian/control'), 'Source: undercroft\n\nPackage: undercroft\nArchitecture: any\n');
  const programs = ['undercroft', 'undercroft-desktop'].map((name) => join(tree, 'usr/bin', name));
  const found = outputIn(work, 'dpkg-shlibdeps', '-O', ...programs);
  return found.replace('shlibs:Depends=', '').trim();
}

/** @param {string} tree @param {File[]} files */
function sums(tree, files) {
  const md5 = (/** @type {string} */ path) =>
    createHash('md5')
      .update(readFileSync(join(tree, path)))
      .digest('hex');
  return files.map(({ path }) => `${md5(path)}  ${path.slice(1)}\n`).join('');
}

function copyright() {
  const licence = readFileSync(join(root, 'LICENSE-MIT'), 'utf8');
  const [notice, ...terms] = licence.trim().split('\n').slice(2);
  const indented = terms.slice(1).map((line) => ` ${line || '.'}\n`);
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Undercroft

Files: *
Copyright: ${notice.replace('Copyright (c) ', '')}
License: Expat or Apache-2.0

License: Expat
${indented.join('')}
License: Apache-2.0
 On Debian systems the text of the Apache License 2.0 is in
 /usr/share/common-licenses/Apache-2.0.
`;
}

/** @param {Product} product */
function changelog({ version, revision, epoch }) {
  const [day, date, month, year, time] = new Date(epoch * 1000).toUTCString().replace(',', '').split(' ');
  return `undercroft (${version}-${revision}) unstable; urgency=medium

  * See changelog.gz.

 -- ${MAINTAINER}  ${day}, ${date} ${month} ${year} ${time} +0000
`;
}
