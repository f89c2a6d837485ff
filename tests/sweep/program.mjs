/** The program `undercroft` in a home of its own. */

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ code: number | null, signal: string | null, stdout: string, stderr: string, milliseconds: number }} Ended */

export class Program {
  /** @param {string} path @param {string} folder */
  constructor(path, folder) {
    this.path = path;
    this.folder = folder;
    this.library = join(folder, 'library');
    this.destination = join(folder, 'destination');
    const home = join(folder, 'home');
    mkdirSync(home, { recursive: true });
    this.env = {
      PATH: String(process.env.PATH),
      HOME: home,
      UNDERCROFT_HOME: this.library,
      UNDERCROFT_PASSWORD: 'a password for the sweep',
      RESTIC_PASSWORD: 'a password for the sweep',
    };
  }

  /** Starts a command, and kills it as `kill -9` does after so many milliseconds. @param {string[]} words @param {number} [killAfter] @returns {Promise<Ended>} */
  async run(words, killAfter) {
    const begun = performance.now();
    const child = spawn(this.path, words, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (part) => (said.stdout += part));
    child.stderr.on('data', (part) => (said.stderr += part));
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
    const [code, signal] = await new Promise((done) => child.on('close', (...how) => done(how)));
    clearTimeout(timer);
    return { code, signal, ...said, milliseconds: performance.now() - begun };
  }

  /** Runs a command that has to succeed. @param {string[]} words */
  async must(words) {
    const ended = await this.run(words);
    if (ended.code !== 0) throw new Error(`undercroft ${words.join(' ')} ended with ${ended.code ?? ended.signal}:\n${ended.stdout}${ended.stderr}`);
    return ended.stdout;
  }

  /** Starts a command that goes on. @param {string[]} words */
  start(words) {
    return spawn(this.path, words, { env: this.env, stdio: ['ignore', 'ignore', 'inherit'] });
  }

  /** Runs a stock tool that has to find everything sound. @param {string} tool @param {string[]} words */
  peer(tool, words) {
    const { status, stdout, stderr } = spawnSync(tool, words, { env: this.env, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(`${tool} ${words.join(' ')} found:\n${stdout}${stderr}`);
  }
}
