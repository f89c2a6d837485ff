/**
 * Kills the program as `kill -9` does, at drawn moments of everything that writes, and holds what it
 * acknowledged against what comes back.
 */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Scene } from './changes.mjs';
import { Program } from './program.mjs';
import { differences, treeOf } from './tree.mjs';

/** @typedef {import('./random.mjs').Draws} Draws @typedef {import('./tree.mjs').Tree} Tree */

/** How often a destination is read back whole, in kills. */
const READ_BACK_EVERY = 25;

export class Kills {
  /** @param {string} path @param {string} folder @param {Draws} draws */
  constructor(path, folder, draws) {
    this.program = new Program(path, folder);
    this.folder = folder;
    this.draws = draws;
    this.scene = new Scene(join(folder, 'work'), draws);
    /** @type {Map<string, Tree>} What each acknowledged version holds. */
    this.versions = new Map();
    /** @type {Map<string, number>} How long each act takes that is not killed, in milliseconds. */
    this.lengths = new Map();
    /** @type {Record<string, { killed: number, finished: number }>} */
    this.counts = {};
    /** @type {string[]} */
    this.wrong = [];
    this.imported = 0;
  }

  async begin() {
    const { program } = this;
    this.scene.change(400);
    await program.must(['project', 'add', this.scene.root, '--name', 'p']);
    await program.must(['history', 'start', 'p']);
    await program.must(['destination', 'add', program.destination, '--name', 'shelf']);
    await program.must(['plan', 'add', 'Nightly', '--to', 'shelf', '--project', 'p', '--schedule', 'manual']);
    await this.learn(treeOf(this.scene.root));
  }

  /** @param {number} kills */
  async run(kills) {
    await this.begin();
    const acts = { save: this.save, restore: this.restore, import: this.import, 'plan run': this.plan, prune: this.prune, compact: this.compact };
    for (let done = 0; done < kills; ) {
      const [name, act] = this.draws.of(Object.entries(acts));
      this.scene.change(this.draws.below(12));
      const before = this.killed();
      await act.call(this);
      done += this.killed() - before;
      await this.oneComesBack();
      if (this.killed() > before && done % READ_BACK_EVERY === 0) this.readBack();
      if (process.stdout.isTTY || done % 50 === 0) console.log(`  ${done} kills, last ${name}, ${this.versions.size} versions, ${this.wrong.length} differences`);
    }
    await this.prove();
  }

  killed() {
    return Object.values(this.counts).reduce((sum, { killed }) => sum + killed, 0);
  }

  /** Runs an act that is killed at a drawn moment; whether it was. @param {string} name @param {string[]} words */
  async kill(name, words) {
    const usual = this.lengths.get(name) ?? 400;
    const ended = await this.program.run(words, 1 + this.draws.below(Math.ceil(usual * 1.1)));
    const count = (this.counts[name] ??= { killed: 0, finished: 0 });
    const killed = ended.signal === 'SIGKILL';
    count[killed ? 'killed' : 'finished'] += 1;
    if (!killed && ended.code !== 0) this.report(`${words.join(' ')} ended with ${ended.code}: ${ended.stderr}`);
    return killed;
  }

  /** Does it again, to its end. @param {string} name @param {string[]} words @param {number[]} fine */
  async again(name, words, fine = [0]) {
    const ended = await this.program.run(words);
    if (!fine.includes(Number(ended.code))) this.report(`${words.join(' ')}, after a kill, ended with ${ended.code ?? ended.signal}: ${ended.stderr}`);
    const usual = this.lengths.get(name);
    this.lengths.set(name, usual === undefined ? ended.milliseconds : (usual * 3 + ended.milliseconds) / 4);
  }

  async save() {
    const words = ['version', 'save', 'p', '-m', 'Saved'];
    if (await this.kill('save', words)) await this.again('save', words);
    await this.learn(treeOf(this.scene.root));
  }

  async restore() {
    const before = treeOf(this.scene.root);
    const id = this.draws.of([...this.versions.keys()]);
    const words = ['version', 'restore', id];
    if (await this.kill('restore', words)) {
      // What is half restored is a state of its own; the one before is kept already, or still there.
      await this.program.must(['version', 'save', 'p', '-m', 'After a kill']);
      await this.learn(treeOf(this.scene.root), before);
      const half = treeOf(this.scene.root);
      await this.again('restore', words);
      await this.learn(treeOf(this.scene.root), half);
    } else {
      await this.learn(treeOf(this.scene.root), before);
    }
    this.compare(`the workspace, restored to ${id}`, this.tree(id), treeOf(this.scene.root));
  }

  async import() {
    this.imported += 1;
    const name = `imported-${this.imported}`;
    const scene = new Scene(join(this.folder, name), this.draws);
    scene.change(60 + this.draws.below(200));
    await this.program.must(['project', 'add', scene.root, '--name', name]);
    // Begun already is an answer, too, when the kill came after it.
    if (await this.kill('import', ['history', 'start', name])) await this.again('import', ['history', 'start', name], [0, 1]);
    await this.program.must(['version', 'save', name, '-m', 'All of it']);
    const [newest] = await this.listed(name);
    await this.comesBack(newest.id, treeOf(scene.root));
    await this.program.must(['project', 'remove', name]);
    rmSync(scene.root, { recursive: true });
  }

  async plan() {
    const words = ['plan', 'run', 'Nightly'];
    if (await this.kill('plan run', words)) await this.again('plan run', words);
    const target = mkdtempSync(join(this.folder, 'backup-'));
    await this.program.must(['restore', 'latest', '--project', 'p', '--from', 'shelf', '--target', target]);
    this.compare('the newest backup', treeOf(this.scene.root), treeOf(join(target, basename(this.scene.root))));
    rmSync(target, { recursive: true });
  }

  async prune() {
    await this.program.must(['retention', 'apply', 'shelf', '--keep-last', '2']);
    await this.program.must(['retention', 'empty', 'shelf']);
    const words = ['destination', 'cleanup', 'shelf'];
    if (await this.kill('prune', words)) await this.again('prune', words);
  }

  async compact() {
    const words = ['history', 'compact', 'p'];
    if (await this.kill('compact', words)) await this.again('compact', words);
  }

  /** @returns {Promise<{ id: string, trigger: string }[]>} Newest first. @param {string} workspace */
  async listed(workspace) {
    return JSON.parse(await this.program.must(['version', 'list', workspace, '--limit', '100000', '--json']));
  }

  /** Takes in the versions that are new, and sees that none is gone. @param {Tree} now @param {Tree} [before] */
  async learn(now, before) {
    const listed = await this.listed('p');
    const ids = new Set(listed.map(({ id }) => id));
    for (const known of this.versions.keys()) if (!ids.has(known)) this.report(`version ${known} is gone`);
    for (const { id, trigger } of listed) {
      if (!this.versions.has(id)) this.versions.set(id, trigger === 'beforeRestore' ? (before ?? now) : now);
    }
    if (listed.length > 0) this.compare(`the newest version, ${listed[0].id}`, now, this.tree(listed[0].id));
  }

  /** @param {string} id */
  tree(id) {
    return this.versions.get(id) ?? new Map();
  }

  async oneComesBack() {
    const [id, tree] = this.draws.of([...this.versions]);
    await this.comesBack(id, tree);
  }

  /** @param {string} id @param {Tree} expected */
  async comesBack(id, expected) {
    const target = mkdtempSync(join(this.folder, 'version-'));
    await this.program.must(['version', 'restore', id, '--to', target]);
    this.compare(`version ${id}`, expected, treeOf(target));
    rmSync(target, { recursive: true });
  }

  readBack() {
    this.program.peer('restic', ['--no-cache', '--no-lock', '--repo', this.program.destination, 'check', '--read-data']);
  }

  /** Everything that was acknowledged, once more, and what the stock tools say. */
  async prove() {
    for (const [id, tree] of this.versions) await this.comesBack(id, tree);
    const histories = join(this.program.library, 'history');
    for (const name of readdirSync(histories)) this.program.peer('git', ['--git-dir', join(histories, name), 'fsck', '--strict', '--no-dangling']);
    this.readBack();
    const [objects, key] = [join(this.program.library, 'objects'), join(this.program.library, 'keys', 'objects')];
    this.program.peer('restic', ['--no-cache', '--no-lock', '--repo', objects, '--password-file', key, 'check', '--read-data']);
  }

  /** @param {string} of @param {Tree} expected @param {Tree} found */
  compare(of, expected, found) {
    const differing = differences(expected, found);
    if (differing.length > 0) this.report(`${of} differs in ${differing.length}: ${differing.slice(0, 5).join('; ')}`);
  }

  /** @param {string} text */
  report(text) {
    this.wrong.push(text);
    console.log(`  ! ${text}`);
  }
}
