/** The packages: made twice alike, and installed in a bare Debian, used, upgraded and removed. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { installPackages } from '../../scripts/machine.mjs';
import { forPackageTest } from '../../scripts/packages.mjs';
import { Desktop } from '../e2e/desktop.mjs';
import { Page, until } from '../e2e/webdriver.mjs';
import { BareRoot, run } from './bare_root.mjs';

const MENU_ENTRY = '/usr/share/applications/undercroft-desktop.desktop';
const AUTOSTART = '/home/ada/.config/autostart/undercroft.desktop';
const PICTURES = 'test-results/package';
const profile = process.env.UNDERCROFT_PROFILE ?? 'release';

if (process.getuid?.() !== 0) throw new Error('Root alone can install packages: run this as root');
await installPackages(forPackageTest);
const folder = mkdtempSync(join(tmpdir(), 'undercroft-packages-'));
const desktop = new Desktop();
after(async () => {
  await desktop.stop();
  rmSync(folder, { recursive: true, force: true });
});

const first = packaged('first', '1');
const upgrade = packaged('upgrade', '2');

test('the same programs make the same packages, byte for byte', () => {
  const again = packaged('again', '1');
  assert.equal(readFileSync(join(again, 'SHA256SUMS'), 'utf8'), readFileSync(join(first, 'SHA256SUMS'), 'utf8'));
  run('sh', '-c', 'cd "$0" && sha256sum --check --quiet SHA256SUMS', again);
});

test("Debian's rules hold", () => {
  const said = run('lintian', '--allow-root', '--fail-on', 'error,warning', one(first, '.deb'));
  assert.equal(said.trim(), '');
});

test('both kinds of package hold the same files', () => {
  const [deb, rpm] = ['deb', 'rpm'].map((name) => join(folder, name));
  mkdirSync(rpm);
  run('dpkg-deb', '--extract', one(first, '.deb'), deb);
  run('sh', '-c', 'rpm2cpio "$0" | (cd "$1" && cpio --extract --make-directories --quiet)', one(first, '.rpm'), rpm);
  // Where papers and zsh's completions lie is each system's own.
  const own = (/** @type {string[]} */ [path]) => /^usr\/share\/(doc|licenses|lintian|zsh)\//.test(path);
  const common = (/** @type {string} */ tree) => digests(tree).filter((file) => !own(file));
  assert.deepEqual(common(rpm), common(deb));
  assert.match(run('rpm', '-qp', '--requires', one(first, '.rpm')), /^libwebkit2gtk-4\.1\.so\.0\(\)/m);
});

test('installed in a bare Debian, used, upgraded, removed', async (t) => {
  const root = BareRoot.make(join(folder, 'root'));
  const ada = (/** @type {string[]} */ ...words) => root.runAsAda('undercroft', ...words);
  const driver = 'http://127.0.0.1:4591';
  /** @type {Page} */
  let page;
  /** @type {() => void} */
  let end;
  mkdirSync(PICTURES, { recursive: true });
  await desktop.start({});

  await t.test('apt finds all that it needs', () => {
    root.install(brought(root, one(first, '.deb')));
    assert.match(ada('--version'), /^undercroft \d/);
    assert.equal(root.run('/sbin/ldconfig', '-p').includes('libwebkit2gtk-4.1.so.0'), true);
    // For the desktop around it, which a bare Debian has not.
    root.install('dbus-daemon', 'desktop-file-utils', 'libglib2.0-bin', 'webkit2gtk-driver');
  });

  await t.test('its menu entry opens the window', async () => {
    const menu = `gio launch ${MENU_ENTRY} && exec sleep infinity`;
    end = inSession(root, 'sh', '-c', menu);
    await desktop.windowTitled('Undercroft');
    await until('the page is painted', () => isPainted('menu'));
    await desktop.closeWindow();
    await desktop.isHidden();
    end();
  });

  await t.test('archives open with it', () => {
    assert.match(root.runAsAda('gio', 'mime', 'application/x-zstd-compressed-tar'), /undercroft-desktop\.desktop/);
  });

  await t.test('the command line keeps versions of a project', () => {
    root.runAsAda('sh', '-c', 'mkdir work && echo first > work/notes.txt');
    ada('project', 'add', '/home/ada/work');
    ada('history', 'start', 'work');
    root.runAsAda('sh', '-c', 'echo second > work/notes.txt');
    ada('version', 'save', '-w', 'work', '-m', 'Before the upgrade');
    assert.match(ada('version', 'list', '-w', 'work'), /Before the upgrade/);
  });

  await t.test('an archive that it is started with is offered for import', async () => {
    root.runAsAda('tar', '--create', '--gzip', '--file', 'old.tar.gz', 'work');
    end = inSession(root, 'env', 'TAURI_WEBVIEW_AUTOMATION=true', 'WebKitWebDriver', '--port=4591');
    await until('the driver answers', () =>
      fetch(`${driver}/status`).then(
        (r) => r.ok,
        () => false,
      ),
    );
    page = await Page.open(driver, '/usr/bin/undercroft-desktop', ['/home/ada/old.tar.gz']);
    await page.sees('Import a project');
    await until('the dialog is painted', () => isPainted('archive'));
  });

  await t.test('start at login survives an upgrade, also one under the running program', async () => {
    await startAtLogin(page, 'true');
    const entry = readFileSync(root.path(AUTOSTART), 'utf8');
    assert.match(entry, /^Exec="\/usr\/bin\/undercroft-desktop" --hidden --library "\/home\/ada\//m);
    root.install(brought(root, one(upgrade, '.deb')));
    assert.match(root.run('dpkg-query', '--show', 'undercroft'), /-2\n$/);
    assert.equal(readFileSync(root.path(AUTOSTART), 'utf8'), entry);
    await startAtLogin(page, 'false');
    assert.equal(existsSync(root.path(AUTOSTART)), false);
    await startAtLogin(page, 'true');
    assert.equal(readFileSync(root.path(AUTOSTART), 'utf8'), entry);
    await page.close();
    end();
  });

  await t.test('the upgrade keeps the library', () => {
    assert.match(ada('version', 'list', '-w', 'work'), /Before the upgrade/);
    root.runAsAda('sh', '-c', 'echo third > work/notes.txt');
    ada('version', 'save', '-w', 'work', '-m', 'After the upgrade');
    assert.match(ada('version', 'list', '-w', 'work'), /After the upgrade[^]*Before the upgrade/);
  });

  await t.test('removed, nothing of it is left but what is the user’s', () => {
    const before = digests(root.path('/home/ada'));
    const installed = root.run('dpkg', '--listfiles', 'undercroft').trim().split('\n');
    const files = installed.filter((path) => path.includes('undercroft'));
    assert.ok(files.length > 100);
    root.apt('remove', 'undercroft');
    root.run('dpkg', '--purge', 'undercroft');
    assert.deepEqual(
      files.filter((path) => existsSync(root.path(path))),
      [],
    );
    const search = ['/etc', '/opt', '/usr', '/var', '-ipath', '*undercroft*'];
    assert.equal(root.run('find', ...search), '');
    assert.doesNotMatch(root.runAsAda('gio', 'mime', 'application/x-zstd-compressed-tar'), /undercroft/);
    assert.deepEqual(digests(root.path('/home/ada')), before);
  });
});

/** Makes packages of the programs that are built, and says where. @param {string} name @param {string} revision */
function packaged(name, revision) {
  const out = join(folder, name);
  const what = ['--no-build', '--profile', profile, '--revision', revision, '--out', out];
  run('node', 'scripts/package/package.mjs', ...what);
  return out;
}

/** The one file in a folder that ends so. @param {string} where @param {string} end */
function one(where, end) {
  const [found, ...more] = readdirSync(where).filter((name) => name.endsWith(end));
  assert.ok(found && more.length === 0);
  return join(where, found);
}

/** Brings a package into the root, and says where it is there. @param {BareRoot} root @param {string} file */
function brought(root, file) {
  const path = `/tmp/${basename(file)}`;
  copyFileSync(file, root.path(path));
  return path;
}

/** Starts a program as on ada's desktop. @param {BareRoot} root @param {...string} command */
function inSession(root, ...command) {
  const env = { DISPLAY: String(desktop.env.DISPLAY), GDK_BACKEND: 'x11', NO_AT_BRIDGE: '1' };
  return root.startAsAda(env, 'dbus-run-session', '--', ...command);
}

/** Keeps a picture of the display, and tells whether more is on it than an empty window. @param {string} name */
async function isPainted(name) {
  const file = resolve(PICTURES, `${name}.png`);
  await desktop.picture(file);
  return statSync(file).size > 10_000;
}

/** @param {Page} page @param {string} value */
async function startAtLogin(page, value) {
  await page.call('settings_change', { set: { 'start-at-login': value } });
}

/** The files below a folder, each with its digest. @param {string} tree */
function digests(tree) {
  const entries = readdirSync(tree, { recursive: true, withFileTypes: true }).filter((it) => it.isFile());
  const files = entries.map((it) => join(it.parentPath, it.name)).sort();
  return files.map((file) => [
    file.slice(tree.length + 1),
    createHash('sha256').update(readFileSync(file)).digest('hex'),
  ]);
}
