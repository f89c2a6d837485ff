/** The open dialog. One at a time: a dialog asks one question. */
import { createContext } from 'svelte';
import type {
  Archive,
  CleanupStep,
  Destination,
  Place,
  Project,
  Snapshot,
  Version,
  Workspace,
} from '$lib/backend/bindings';
import type { RestoreConflict, RestoreSource, RestoreTarget } from '$lib/restoring';
import type { NameTaken } from './history-actions.svelte';

/** Files and folders of one project that may go. */
export type FreeSet = { project: string; paths: string[][] };

/**
 * What to restore, all of it without paths; where to unless it goes where it was, and what becomes of
 * files that are there unless that is decided by whether they are saved first.
 */
export type RestoreQuestion = {
  source: RestoreSource;
  paths: string[][];
  to?: RestoreTarget;
  conflict?: RestoreConflict;
};
/** The projects to archive: those that are named, and with `idle` every one that is idle. */
export type ArchiveChoice = { projects: string[]; idle: boolean };
/** A question that only wants a yes: what will happen, and the button that does it. */
export type Confirmation = {
  title: string;
  line: string;
  label: string;
  command?: string;
  run: () => void;
};
export type Dialog =
  | { kind: 'palette' }
  | { kind: 'shortcuts' }
  | { kind: 'addProject'; suggestion: string }
  | { kind: 'diagnostics' }
  | { kind: 'reviewPlaces' }
  | { kind: 'newProject' }
  | { kind: 'importProject'; place: Place | null; suggestion?: string }
  | { kind: 'locateProject'; project: string; name: string }
  | { kind: 'extractProject'; project: { id: string; name: string } }
  | { kind: 'saveTemplate'; project: Project }
  | { kind: 'deleteProject'; project: Project }
  | ({ kind: 'makeArchives' } & ArchiveChoice)
  | { kind: 'moveArchive'; archive: Archive }
  | { kind: 'addDestination'; project: Project | null }
  | { kind: 'recoveryKit'; destination: Destination }
  | { kind: 'forgetDestination'; destination: Destination }
  | { kind: 'forgetBackups'; destination: Destination; snapshots: Snapshot[] }
  | { kind: 'compareBackups'; from: Snapshot; to: Snapshot | null }
  | { kind: 'copyBackups'; destination: Destination; snapshots: Snapshot[] }
  | { kind: 'destinationPassword'; destination: Destination; way: 'add' | 'change' | 'test' }
  | { kind: 'cleanUp'; destination: Destination }
  | { kind: 'moveDestination'; destination: Destination }
  | ({ kind: 'confirm' } & Confirmation)
  | ({ kind: 'restore' } & RestoreQuestion)
  | { kind: 'openWorkspace'; version: Version }
  | { kind: 'closeWorkspace'; workspace: Workspace }
  | { kind: 'saveVersion'; workspace: Workspace }
  | { kind: 'freeSpace'; sets: FreeSet[]; steps?: CleanupStep[] }
  | { kind: 'thin'; project: string }
  | { kind: 'sessionWork'; way: 'export' | 'import' }
  | { kind: 'importSettings'; file: string; text: string }
  | { kind: 'nameTaken'; names: string[]; onchoose: (taken: NameTaken) => void };

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
