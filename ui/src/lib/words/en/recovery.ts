/** The words of getting a whole library back, in English. */
import { pluralIn } from '../plural';

const plural = pluralIn('en-GB');

export const recoveryWords = {
  recovery: {
    title: 'Get everything back',
    line: 'From one destination and its password: projects, histories, plans and settings.',
    interrupted: 'Nothing was restored yet. The password is not kept: enter it again to go on.',
    step1: 'Where are the backups?',
    drives: 'Drives with backups',
    place: 'Folder of the backups',
    noBackups:
      'No backups are in this folder. Choose the one that Undercroft made, often “Undercroft” on the drive.',
    password: 'Password',
    passwordHint: 'It is on the recovery kit',
    look: 'Look',
    looking: 'Looking…',
    step2: 'Which library?',
    none: 'There are backups, but none of a library.',
    noneLine: 'Add the folder as a destination to restore single projects from it.',
    libraries: 'Libraries found',
    of: (host: string, user: string) => `of ${user} on ${host}`,
    projects: (count: number) => plural(count, { one: '1 project', other: '# projects' }),
    places:
      'Undercroft keeps versions, restores and backs up only in the folders that you tick. Tick those that are yours; Self-check lists the others, to confirm later.',
    confirmAll: 'Tick all folders',
    step3: 'What comes back?',
    withFolders: 'The projects’ folders, too',
    withFoldersHint:
      'Each ticked one to where it was, from its newest backup. Where something is already, nothing is touched.',
    colProject: 'Project',
    colPath: 'Folder',
    colLast: 'Newest backup',
    colSize: 'Size',
    wasAt: (path: string) => `It was at ${path}; your home folder has another name here.`,
    occupied: 'Something is there; it stays as it is',
    noBackup: 'no backup',
    start: 'Restore library',
    running: 'Restoring…',
    failed: 'The restore failed',
    doneTitle: 'Everything is back',
    doneLine: 'Undercroft restarts to open the restored library.',
    restart: 'Start over',
    restartByHand:
      'Stop `undercroft serve` and start it again, then reload this page. Your library is there.',
    restarting: 'Restarting…',
    notEmpty: 'This library is not empty',
    notEmptyLine:
      'A whole library only comes back into an empty one. Start Undercroft with another library folder, or restore single projects from their backups.',
  },
};
