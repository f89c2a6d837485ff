/** The drives that the user wants no backups on, by their folder for backups: none of them is offered. */
import { createContext } from 'svelte';
import { readNames, writeNames } from '$lib/view-preferences';

const KEY = 'drives.declined';

export class DeclinedDrives {
  folders = $state.raw<readonly string[]>(readNames(KEY));

  decline(folder: string): void {
    this.#keep([...this.folders, folder]);
  }

  offerAgain(folder: string): void {
    this.#keep(this.folders.filter((one) => one !== folder));
  }

  #keep(folders: readonly string[]): void {
    this.folders = folders;
    writeNames(KEY, folders);
  }
}

export const [getDeclinedDrives, setDeclinedDrives] = createContext<DeclinedDrives>();
