/** A drive that comes and goes: a file with a file system in it, mounted as a drive is. For root only. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './webdriver.mjs';

export class Drive {
  /** @param {string} folder Holds the drive's content and the place where it shows. @param {string} name */
  constructor(folder, name, megabytes = 256) {
    this.image = join(folder, `${name}.img`);
    this.at = join(folder, name);
    writeFileSync(this.image, '');
    truncateSync(this.image, megabytes * 1024 * 1024);
    run('mkfs.ext4', '-q', '-F', this.image);
    mkdirSync(this.at);
    this.plug();
  }

  /** Connects it. */
  plug() {
    run('mount', '-o', 'loop', this.image, this.at);
  }

  /** Takes it away, as soon as nobody works with it. */
  unplug() {
    return until(`${this.at} is free`, () => this.#isGone());
  }

  /** Takes it away whatever works with it. */
  tearOff() {
    try {
      run('umount', '--lazy', this.at);
    } catch {
      // It was away.
    }
  }

  #isGone() {
    try {
      run('umount', this.at);
      return true;
    } catch {
      return false;
    }
  }
}

/** Why no drive can be mounted here; nothing where one can. */
export function whyNoDrive() {
  if (process.getuid?.() !== 0) return 'only root may mount a drive';
  const folder = mkdtempSync(join(tmpdir(), 'undercroft-drive-'));
  try {
    new Drive(folder, 'drive', 8).tearOff();
    return '';
  } catch (error) {
    return `no drive can be mounted: ${/** @type {Error} */ (error).message}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} program @param {...string} args */
function run(program, ...args) {
  const env = { PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  execFileSync(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
}
