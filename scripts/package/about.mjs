/** The words about Undercroft that every package bears. */

export const SUMMARY = 'versions, backups and archives of the projects you work on';

export const DESCRIPTION = [
  'Keeps every version of the projects you work on, backs them up, and gives them back: a file, a folder or all of it.',
  'Versions are git repositories, backups are restic repositories, archives are tar files: all of it opens with stock tools.',
  'Holds the window (undercroft-desktop) and the command line (undercroft), which also serves the same pages to a browser.',
];

/** Whoever publishes packages puts an address that is read here. */
export const MAINTAINER = 'The Undercroft developers <undercroft@packages.invalid>';

/** Programs that it uses where they are: git for remotes, FUSE to mount backups. */
export const RECOMMENDED = ['git', 'fuse3'];

/** Lines of at most this width. @param {string} text @param {number} [width] */
export function wrapped(text, width = 76) {
  return text
    .replace(new RegExp(`(.{1,${width}})(?: |$)`, 'g'), '$1\n')
    .trimEnd()
    .split('\n');
}
