/** The Debian packages that Undercroft is built, run and tested with, and what each is for. */

/** @typedef {{ name: string, why: string }} Package */

/** @param {Record<string, string>} reasons @returns {Package[]} */
const list = (reasons) => Object.entries(reasons).map(([name, why]) => ({ name, why }));

/** Enough for `undercroft`, the command line and server. */
export const forCommandLine = list({
  'build-essential': 'the linker, and the C compiler for the parts in C (SQLite, zstd)',
  'pkg-config': 'finds the libraries to link with',
});

/** What the window needs beside that. */
export const forWindow = list({
  'libwebkit2gtk-4.1-dev': 'the engine that draws the window',
  'libgtk-3-dev': 'the window itself, and its dialogs',
  'libdbus-1-dev': 'the tray and the one-window-only rule speak over D-Bus',
});

/** What `npm run package` needs beside both. */
export const forPackaging = list({
  'dpkg-dev': 'finds the packages of the libraries that the programs are linked with',
  rpm: 'makes the package for Fedora and openSUSE',
});

/** What the test of the packages needs beside that. */
export const forPackageTest = list({
  debootstrap: 'makes the bare Debian that the package is installed in',
  lintian: "knows Debian's rules for packages",
  rpm2cpio: 'unpacks the other package',
  cpio: 'unpacks it, too',
  xvfb: 'a display for the window',
  xdotool: 'sees the window on it',
  'python3-gi': 'takes the pictures of it',
  'gir1.2-gtk-3.0': 'takes them, too',
});

/** What the tests need beside both. */
export const forTests = list({
  git: 'the peer that reads histories and finds them sound, and pushes and pulls',
  'git-lfs': 'the peer that gets the large files of a history back',
  restic: 'the peer that reads what Undercroft wrote, and writes what Undercroft reads',
  zstd: 'opens archives of projects, and makes some to import',
  'xz-utils': 'makes archives to import',
  zip: 'makes archives to import',
  unzip: 'the peer that opens them',
  sqlite3: 'reads the catalog, and lets its times pass',
  fuse3: 'mounts a repository as a folder, also for who is not root',
  xvfb: 'a display for the real window where there is none',
  'webkit2gtk-driver': 'drives the real window',
  'dbus-daemon': 'a session bus of its own for each test of the tray',
  dbus: 'dbus-run-session, which gives each test of the keyring a session of its own',
  'gnome-keyring': 'the keyring that passwords of destinations are kept in',
  'python3-gi': 'the drag source that drops a real folder on the window',
  'python3-dbus': 'plays the host of the tray',
  'gir1.2-gtk-3.0': 'the drag source, too',
  xdotool: 'moves the mouse of the test display',
  chromium: 'the browser that the browser tests drive',
  'fonts-dejavu-core': 'the letters in the pictures of the pages',
});

/** What keeping new pictures of the pages needs. */
export const forPictures = list({
  webp: 'packs them without loss',
});

/** What the bench needs beside those for the command line. */
export const forBench = list({
  restic: 'the peer to compare with',
  'linux-source-6.1': 'the corpus: 78,579 files of source code',
  'xz-utils': 'unpacks it',
  time: 'reads how much memory a program had',
  zip: 'makes what is imported',
  unzip: 'the peer of importing',
  zstd: 'the peer of archiving, with tar',
});
