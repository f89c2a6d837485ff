/** Puts what was dropped into a folder of a workspace, and asks first where a name is taken. */
import type { FileListing, Place, Workspace } from '$lib/backend/bindings';
import type { Dialogs } from '$lib/state/dialogs.svelte';
import type { HistoryActions, NameTaken } from '$lib/state/history-actions.svelte';

export class Upload {
  constructor(
    readonly historyActions: HistoryActions,
    readonly dialogs: Dialogs,
  ) {}

  /** Takes a drop in the window, which knows the paths. */
  places(workspace: Workspace, folder: string[], dropped: Place[], listing?: FileListing): void {
    const ids = dropped.map((place) => place.id);
    const taken = namesTaken(
      dropped.map((place) => place.name),
      listing,
    );
    if (taken.length === 0) return void this.historyActions.upload(workspace, folder, ids, 'ask');
    const onchoose = (choice: NameTaken) =>
      void this.historyActions.upload(workspace, folder, ids, choice);
    this.dialogs.show({ kind: 'nameTaken', names: taken, onchoose });
  }

  /** Takes a drop in a browser, which only hands over contents. */
  files(workspace: Workspace, folder: string[], dropped: File[], listing?: FileListing): void {
    const save = (choice: NameTaken) =>
      void this.historyActions.saveFiles(workspace, folder, nameFiles(dropped, choice, listing));
    const taken = namesTaken(
      dropped.map((file) => file.name),
      listing,
    );
    if (taken.length === 0) return save('replace');
    this.dialogs.show({ kind: 'nameTaken', names: taken, onchoose: save });
  }
}

export function namesTaken(names: string[], listing?: FileListing): string[] {
  const known = new Set(listing?.entries.map((entry) => entry.name));
  return names.filter((name) => known.has(name));
}

/** The name of each file, without those that are skipped. */
export function nameFiles(
  files: File[],
  choice: NameTaken,
  listing?: FileListing,
): { file: File; name: string }[] {
  const known = new Set(listing?.entries.map((entry) => entry.name));
  return files.flatMap((file) => {
    if (!known.has(file.name) || choice === 'replace') return [{ file, name: file.name }];
    return choice === 'skip' ? [] : [{ file, name: freeName(file.name, known) }];
  });
}

/** "report.pdf" becomes "report (2).pdf", or the first figure that is free. */
function freeName(name: string, known: ReadonlySet<string>): string {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  let count = 2;
  while (known.has(`${stem} (${count})${ending}`)) count += 1;
  return `${stem} (${count})${ending}`;
}
