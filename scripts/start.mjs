/** `npm start`: installs what is missing, builds, and opens the window. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { checkToolchains, installNodePackages, installPackages, run, stop } from './machine.mjs';
import { forCommandLine, forWindow } from './packages.mjs';

const hasDisplay = Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
if (!hasDisplay) {
  console.log('There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open.');
  console.log('Building the command line instead, which can also show the same pages in a browser.');
}

checkToolchains();
await installPackages(hasDisplay ? [...forCommandLine, ...forWindow] : forCommandLine);
installNodePackages();

must('The pages could not be built', ['npm', 'run', '--silent', 'build']);
const build = ['cargo', 'build', '--profile', 'start', '--locked', '--package', 'undercroft-cli'];
if (hasDisplay) build.push('--package', 'undercroft-desktop', '--features', 'undercroft-desktop/embed');
console.log('Building; the first time this takes some minutes');
must('The programs could not be built', build);

const programs = join(String(process.env.CARGO_TARGET_DIR), 'start');
if (hasDisplay) openWindow(join(programs, 'undercroft-desktop'));
else explainCommandLine(join(programs, 'undercroft'));

/** @param {string} program */
function openWindow(program) {
  const window = spawn(program, { stdio: 'inherit' });
  window.on('error', (error) => stop(`The window could not be opened: ${error.message}`));
  window.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 0)));
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.on(signal, () => window.kill(signal));
  }
}

/** @param {string} program */
function explainCommandLine(program) {
  console.log(`
Built. To use Undercroft from here:

  ${program} --help
  ${program} project add FOLDER
  ${program} serve        the same pages as in the window, for a browser on this machine

From another machine with a browser, forward the port first: ssh -L PORT:127.0.0.1:PORT THIS-MACHINE
`);
}

/** @param {string} sorry @param {string[]} command */
function must(sorry, command) {
  if (run(command) !== 0) stop(`${sorry}; the reason is above.`);
}
