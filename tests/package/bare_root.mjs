/** A bare Debian in a folder, with a user "ada", and programs that run inside it. Root alone can make one. */

import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Mounts are seen by the program alone and go with it, as do the programs that it starts. */
const INSIDE = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
const ENTER = `mkdir -p "$0/dev/shm" "$0/tmp/.X11-unix" /tmp/.X11-unix &&
  mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/dev/shm" &&
  mount --bind /tmp/.X11-unix "$0/tmp/.X11-unix" && exec chroot "$@"`;

export class BareRoot {
  /** @param {string} folder */
  constructor(folder) {
    this.folder = folder;
  }

  /** Makes one like this machine's Debian, from where this machine's apt has its packages. @param {string} folder */
  static make(folder) {
    const sources = debianSources();
    if (sources.length === 0) throw new Error('apt knows no sources of Debian here');
    const { suite, address } = sources[0];
    run('debootstrap', '--variant=minbase', suite, folder, address);
    const root = new BareRoot(folder);
    const lines = sources.map((it) => `deb ${it.address} ${it.suite} ${it.component}\n`);
    root.write('/etc/apt/sources.list', lines.join(''));
    root.write(
      '/etc/apt/apt.conf.d/99machine',
      run('apt-config', 'dump')
        .match(/^Acquire::.*\n/gm)
        ?.join('') ?? '',
    );
    for (const file of ['/etc/resolv.conf', '/etc/hosts']) copyFileSync(file, root.path(file));
    root.run('useradd', '--create-home', 'ada');
    root.run('apt-get', '-q', 'update');
    return root;
  }

  /** Where a path of it is on this machine. @param {string} path */
  path(path) {
    return join(this.folder, path);
  }

  /** @param {string} path @param {string} content */
  write(path, content) {
    mkdirSync(join(this.path(path), '..'), { recursive: true });
    writeFileSync(this.path(path), content);
  }

  /** Installs packages, named or as files of it, with nothing that they only recommend. @param {...string} packages */
  install(...packages) {
    return this.apt('install', '--no-install-recommends', ...packages);
  }

  /** @param {...string} words */
  apt(...words) {
    return this.run('env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y', ...words);
  }

  /** Runs a program as root, and gives back what it prints. @param {...string} command */
  run(...command) {
    return run('unshare', ...INSIDE, 'sh', '-c', ENTER, this.folder, this.folder, ...command);
  }

  /** Runs a program as ada, and gives back what it prints. @param {...string} command */
  runAsAda(...command) {
    return run('unshare', ...this.#asAda({}, command));
  }

  /** Starts a program as ada, and gives back how to end it and all that it started. @param {Record<string, string>} env @param {...string} command */
  startAsAda(env, ...command) {
    const stdio = /** @type {const} */ (['ignore', 'ignore', 'inherit']);
    const child = spawn('unshare', this.#asAda(env, command), { stdio, detached: true });
    // What has become ada's no longer dies with who started it: its first process takes the rest along.
    const end = () => process.kill(-Number(child.pid), 'SIGKILL');
    process.once('exit', end);
    return () => {
      process.off('exit', end);
      end();
    };
  }

  /** @param {Record<string, string>} env @param {string[]} command */
  #asAda(env, command) {
    const all = { HOME: '/home/ada', PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', XDG_RUNTIME_DIR: '/home/ada', ...env };
    const words = Object.entries(all).map(([name, value]) => `${name}=${value}`);
    const user = ['--userspec=ada:ada', this.folder, 'env', '-i', '--chdir=/home/ada', ...words];
    return [...INSIDE, 'sh', '-c', ENTER, this.folder, ...user, ...command];
  }
}

/** What apt has of Debian itself: the release first, then its updates. */
function debianSources() {
  const format = '$(RELEASE)\t$(REPO_URI)\t$(COMPONENT)';
  const codename = run('sh', '-c', '. /etc/os-release && echo "$VERSION_CODENAME"').trim();
  const found = run('apt-get', 'indextargets', '--format', format, 'Created-By: Packages', 'Origin: Debian');
  const lines = [...new Set(found.trim().split('\n'))].map((line) => line.split('\t'));
  const sources = lines.map(([suite, address, component]) => ({ suite, address, component }));
  const own = sources.filter(({ suite, component }) => suite.startsWith(codename) && component === 'main');
  return own.sort((a, b) => a.suite.length - b.suite.length);
}

/** @param {string} program @param {...string} args */
export function run(program, ...args) {
  const stdio = /** @type {const} */ (['ignore', 'pipe', 'inherit']);
  return execFileSync(program, args, { encoding: 'utf8', stdio, maxBuffer: 1e9 });
}
