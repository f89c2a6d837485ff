/** The words of the first run, and of setting backups up. */
import { pluralIn } from '../plural';

const plural = pluralIn('en-GB');

export const firstRunWords = {
  firstRun: {
    title: 'Keep your work safe',
    setUpTitle: 'Set up backups',
    lost: 'Restoring a lost machine?',
    begin: 'Start',
    again: 'Try again',
    back: 'Change what is chosen',
    leave: 'You can leave this page: the work goes on.',
    work: 'What you work on',
    searching: 'Looking for projects in your home folder…',
    none: 'No project was found in your home folder. Add the folders that you work in.',
    partial: 'There may be more: the search ended in time.',
    unread: (count: number) =>
      plural(count, { one: '1 folder could not be read.', other: '# folders could not be read.' }),
    chosen: (count: number, size: string) =>
      plural(count, { one: `1 folder, ${size}`, other: `# folders, ${size}` }),
    addFolder: 'Add folder…',
    folder: 'Folder of a project',
    addThis: 'Add this folder',
    drop: 'or drop folders on this window',
    dropTitle: 'Drop folders to add them',
    dropHint: 'They stay where they are.',
    rebuildable: (size: string, names: string) =>
      `${size} in ${names} can be rebuilt and is left out`,
    moreThan: (size: string) => `more than ${size}`,
    changed: 'Changed',
    isProject: 'Project already',
    known: (name: string) => `That folder belongs to ${name}, which is a project already.`,
    within: (folder: string, outer: string) =>
      `${folder} is a part of ${outer}. Which of them do you mean?`,
    several: (count: number, name: string) =>
      plural(count, {
        one: `1 project was found in ${name} and added.`,
        other: `# projects were found in ${name} and added.`,
      }),
    addOuter: (name: string) => `Add ${name}`,
    addOnly: (name: string) => `Add only ${name}`,
    addWhole: (name: string) => `Add ${name} as one project instead`,
    where: 'Where backups go',
    otherFolder: 'Another folder…',
    otherHint: 'On any drive, or on a share that is mounted.',
    nowhere: 'Nowhere yet: keep versions on this disk only',
    nowhereHint: 'Versions undo mistakes. If the disk fails, they are lost with your files.',
    noDrive: 'No other drive is connected. Connect one, and it is shown here.',
    homeFolder: 'Home folder',
    room: (free: string, total: string) => `${free} free of ${total}`,
    holds: 'Holds backups already',
    sameDisk: 'On the same disk as your work: if it fails, both are lost',
    otherFolderLabel: 'Folder for backups',
    opens: 'What opens them again',
    existing: 'That folder holds backups already. With their password you can go on with them.',
    restoreInstead: 'Restore my library from it',
    everyDay: (at: string) => `Backups run every day at ${at}.`,
    schedule: (said: string) => `Backup schedule: ${said}.`,
    decided: (kept: string) => `Each is encrypted, verified, and kept ${kept}.`,
    decidedVersions: 'Every change becomes a version.',
    keptDays: (days: number) => plural(days, { one: 'for 1 day', other: 'for # days' }),
    keptYears: 'for years',
    change: 'Change…',
    pictureTitle: 'Versions and backups',
    pictureText:
      'Versions are kept on the same disk as your files, and bring back what you changed or deleted. Backups are kept on another drive, encrypted, and bring everything back if the disk is lost.',
    pictureDisk: 'This disk',
    pictureDrive: 'Another drive',
    pictureFiles: 'Your files',
    pictureVersions: 'Versions',
    pictureBackups: 'Backups',
    pictureChanges: 'every change',
    pictureSealed: 'encrypted',
    working: 'Keeping your work safe…',
    stopped: 'Not finished yet',
    interrupted: (title: string) => ({
      what: `${title} was stopped`,
      next: 'Try again: it goes on where it was',
    }),
    versions: 'Versions kept',
    backedUp: 'Backed up',
    verified: 'Verified',
    steps: { waiting: 'waiting', running: 'now', done: 'done', failed: 'not done' },
    progress: 'Progress',
    allSafe: (count: number) =>
      plural(count, {
        one: '1 project is backed up and verified',
        other: '# projects are backed up and verified',
      }),
    someSafe: (safe: number, count: number) =>
      `${safe} of ${count} projects are backed up and verified`,
    onlyVersions: (count: number) =>
      plural(count, {
        one: '1 project keeps versions on this disk',
        other: '# projects keep versions on this disk',
      }),
    ready: 'Backups are set up. Add a project, and it is backed up.',
    noBackups: 'There is no backup yet. Set it up when another drive is at hand.',
    kitTitle: 'Put the recovery kit away',
    kitLine: 'Without its password nobody can open these backups.',
    showKit: 'Show recovery kit',
    openProjects: 'Open projects',
    goToDashboard: 'Go to the dashboard',
  },
};
