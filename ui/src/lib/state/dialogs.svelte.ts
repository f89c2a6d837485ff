/** Which dialog is open. One at a time: a dialog only ever asks one question. */
import { createContext } from 'svelte';
import type { Destination, Project, Snapshot } from '$lib/backend/bindings';

export type RestoreTarget = { snapshot: Snapshot; path: string[] };
export type Dialog =
  | { kind: 'palette' }
  | { kind: 'shortcuts' }
  | { kind: 'addProject'; suggestion: string }
  | { kind: 'addDestination'; project: Project | null }
  | { kind: 'forgetDestination'; destination: Destination }
  | { kind: 'restore'; target: RestoreTarget };

export class Dialogs {
  open = $state.raw<Dialog | null>(null);

  show(dialog: Dialog): void {
    this.open = dialog;
  }

  close(): void {
    this.open = null;
  }
}

export const [getDialogs, setDialogs] = createContext<Dialogs>();
