/** What users and their programs do to a folder, drawn. */

import { appendFileSync, chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** @typedef {import('./random.mjs').Draws} Draws */

/** A folder that is changed, and what is known to be in it. */
export class Scene {
  /** @param {string} root @param {Draws} draws */
  constructor(root, draws) {
    this.root = root;
    this.draws = draws;
    this.made = 0;
    mkdirSync(root, { recursive: true });
  }

  /** Makes so many changes, one after the other. @param {number} count */
  change(count) {
    for (let at = 0; at < count; at += 1) this.one();
  }

  one() {
    const { draws } = this;
    const kind = draws.below(20);
    if (kind < 6) this.write(draws.text(draws.below(4000)));
    else if (kind === 6) this.write(draws.bytes(100_000 + draws.below(200_000)));
    else if (kind < 10) this.onFile((path) => appendFileSync(path, `more ${draws.next()}\n`));
    else if (kind < 12) this.onFile((path) => rmSync(path));
    else if (kind === 12) this.onFile((path) => renameSync(path, this.fresh()));
    else if (kind === 13) this.onFile((path) => chmodSync(path, draws.of([0o600, 0o644, 0o755])));
    else if (kind === 14) symlinkSync(`to-${draws.next()}`, this.fresh());
    else if (kind === 15) mkdirSync(this.fresh());
    else if (kind === 16) this.moveFolder();
    else if (kind === 17 && draws.below(6) === 0) this.removeFolder();
    else this.unpack();
  }

  /** @param {string | Buffer} content */
  write(content) {
    writeFileSync(this.fresh(), content);
  }

  /** A name that nothing has, in some folder. */
  fresh() {
    this.made += 1;
    return join(this.folder(), `n${this.made}-${this.draws.below(1000)}`);
  }

  /** Some folder, the root among them. */
  folder() {
    let folder = this.root;
    for (let depth = 0; depth < 5 && this.draws.below(4) > 0; depth += 1) {
      const inside = this.entries(folder).filter((entry) => entry.isDirectory());
      if (inside.length === 0) break;
      folder = join(folder, this.draws.of(inside).name);
    }
    return folder;
  }

  /** @param {string} folder */
  entries(folder) {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @param {(path: string) => void} act */
  onFile(act) {
    const folder = this.folder();
    const files = this.entries(folder).filter((entry) => entry.isFile());
    if (files.length > 0) act(join(folder, this.draws.of(files).name));
  }

  moveFolder() {
    const [from, into] = [this.folder(), this.folder()];
    if (from === this.root || `${into}/`.startsWith(`${from}/`)) return;
    this.made += 1;
    renameSync(from, join(into, `moved${this.made}`));
  }

  removeFolder() {
    const folder = this.folder();
    if (folder !== this.root) rmSync(folder, { recursive: true });
  }

  /** As package managers do: into a temporary folder, which is then moved into place, and edited there. */
  unpack() {
    const place = this.fresh();
    const temporary = join(dirname(place), `.unpack-${this.made}`);
    mkdirSync(temporary);
    for (let file = 0; file < 2 + this.draws.below(6); file += 1) {
      const path = join(temporary, this.draws.of(['', 'lib', 'lib/deep', 'src']), `f${file}.js`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, this.draws.text(this.draws.below(800)));
    }
    renameSync(temporary, place);
    const edited = join(place, 'lib');
    if (existsSync(edited) && lstatSync(edited).isDirectory()) writeFileSync(join(edited, 'edited.js'), this.draws.text(200));
  }
}
