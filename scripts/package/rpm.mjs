/** The package for Fedora, openSUSE and their relatives, made with rpmbuild. */

import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../machine.mjs';
import { DESCRIPTION, RECOMMENDED, SUMMARY, wrapped } from './about.mjs';
import { DOC, contents, layOut } from './contents.mjs';
import { output } from './programs.mjs';

/** @typedef {import('./contents.mjs').Product} Product @typedef {import('./contents.mjs').File} File */

const LICENSES = '/usr/share/licenses/undercroft';

/** Makes it, and says what its file is called. @param {Product} product */
export function makeRpm(product) {
  const tree = join(product.work, 'rpm');
  const files = [...contents(product, '/usr/share/zsh/site-functions'), ...papers()];
  layOut(tree, files, product.epoch);
  const spec = join(product.work, 'undercroft.spec');
  writeFileSync(spec, specification(product, tree, files));
  const made = join(product.work, 'made');
  const places = [
    ['_topdir', join(product.work, 'rpmbuild')],
    ['_rpmdir', made],
  ];
  const define = places.flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  output('rpmbuild', '-bb', '--quiet', ...define, spec);
  const name =
    readdirSync(made, { recursive: true })
      .map(String)
      .find((file) => file.endsWith('.rpm')) ?? '';
  const file = name.slice(name.lastIndexOf('/') + 1);
  copyFileSync(join(made, name), join(product.out, file));
  return file;
}

/** @returns {File[]} */
function papers() {
  const licences = ['LICENSE', 'LICENSE-APACHE', 'LICENSE-MIT'];
  const licence = (/** @type {string} */ name) => ({ path: `${LICENSES}/${name}`, from: join(root, name) });
  return [...licences.map(licence), { path: `${DOC}/CHANGELOG.md`, from: join(root, 'CHANGELOG.md') }];
}

/** @param {Product} product @param {string} tree @param {File[]} files */
function specification({ version, revision, quick }, tree, files) {
  const summary = SUMMARY.charAt(0).toUpperCase() + SUMMARY.slice(1);
  const description = DESCRIPTION.map((text) => `${wrapped(text).join('\n')}\n`).join('\n');
  // Nothing of the machine or the hour gets in, and nothing is done to the files.
  return `%global debug_package %{nil}
%global __os_install_post %{nil}
%global _build_id_links none
%global _buildhost localhost
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1
%global _binary_payload w${quick ? 1 : 19}.zstdio

Name: undercroft
Version: ${version}
Release: ${revision}
Summary: ${summary}
License: MIT OR Apache-2.0
${RECOMMENDED.map((name) => `Recommends: ${name}\n`).join('')}
%description
${description}
%install
cp -a '${tree}/.' '%{buildroot}'

%files
%defattr(-,root,root)
%dir ${DOC}
%dir ${LICENSES}
${files.map(({ path }) => `${kind(path)}${path}\n`).join('')}`;
}

/** @param {string} path */
function kind(path) {
  if (path.startsWith(LICENSES)) return '%license ';
  return path.startsWith(DOC) || path.includes('/man/') ? '%doc ' : '';
}
