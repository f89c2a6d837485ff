/** Backups of weeks for the pictures: plans that ran night after night, at times that libfaketime tells. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { moment, run } from './docs_history.mjs';

export const PASSWORD = 'a cellar under the old mill';

/** How many nights ago the plans ran. */
const NIGHTS = [34, 33, 31, 30, 27, 26, 24, 23, 20, 19, 17, 16, 13, 12, 10, 9, 7, 6, 5, 4, 3, 2, 1];
/** When the drive in the attic was last here. */
const ATTIC = new Set([34, 27, 20, 12]);

/**
 * Adds two destinations and two plans to a library, and lets them run.
 * @param {string} library @param {{ disk: string, attic: string, work: string, projects: string[] }} places
 */
export function backUpForWeeks(library, { disk, attic, work, projects }) {
  const file = join(library, '..', 'password');
  writeFileSync(file, `${PASSWORD}\n`, { mode: 0o600 });
  const first = moment(35, '09:10');
  for (const [path, name] of [[disk, 'Backup disk'], [attic, 'Attic drive']]) {
    run(library, ['destination', 'add', path, '--name', name, '--password-file', file], first);
  }
  run(library, ['plan', 'add', 'Every night', '--to', 'Backup disk', '--schedule', 'daily 22:30', '--exclude', '*.tmp'], first);
  run(library, ['plan', 'add', 'Work to the attic', '--to', 'Attic drive', '--tag', 'work', '--schedule', 'weekly sun 18:00'], first);
  for (const ago of NIGHTS) {
    const changed = projects[ago % projects.length];
    writeFileSync(join(work, changed, 'CHANGES.md'), `# Changes\n\n- ${ago} days ago\n`.repeat(3));
    run(library, ['plan', 'run', 'Every night'], moment(ago, '22:30'));
    if (ATTIC.has(ago)) run(library, ['plan', 'run', 'Work to the attic'], moment(ago, '22:45'));
  }
  run(library, ['destination', 'parity', 'Backup disk', '10'], moment(1, '22:50'));
}
