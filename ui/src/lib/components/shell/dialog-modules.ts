/** The modules of the dialogs, each loaded when it is first asked. */
import type { Component } from 'svelte';
import type { Dialog } from '$lib/state/dialogs.svelte';

type Asked<Kind extends Dialog['kind']> = Omit<Extract<Dialog, { kind: Kind }>, 'kind'>;
/** The dialogs that are shown by others: the palette by the frame, the freeing of space by its page. */
type OwnDialog = 'palette' | 'freeSpace';
type Modules = {
  [Kind in Exclude<Dialog['kind'], OwnDialog>]: () => Promise<{
    default: Component<Asked<Kind>>;
  }>;
};

const modules: Modules = {
  shortcuts: () => import('./ShortcutsDialog.svelte'),
  diagnostics: () => import('../settings/DiagnosticsDialog.svelte'),
  addProject: () => import('../projects/AddProjectDialog.svelte'),
  reviewPlaces: () => import('../recovery/ReviewPlacesDialog.svelte'),
  newProject: () => import('../projects/NewProjectDialog.svelte'),
  importProject: () => import('../projects/ImportDialog.svelte'),
  locateProject: () => import('../projects/LocateProjectDialog.svelte'),
  extractProject: () => import('../projects/ExtractDialog.svelte'),
  saveTemplate: () => import('../projects/SaveTemplateDialog.svelte'),
  deleteProject: () => import('../projects/DeleteProjectDialog.svelte'),
  makeArchives: () => import('../archives/MakeArchivesDialog.svelte'),
  moveArchive: () => import('../archives/MoveArchiveDialog.svelte'),
  addDestination: () => import('../destinations/AddDestinationDialog.svelte'),
  recoveryKit: () => import('../destinations/RecoveryKitDialog.svelte'),
  forgetDestination: () => import('../destinations/ForgetDestinationDialog.svelte'),
  forgetBackups: () => import('../snapshots/ForgetBackupsDialog.svelte'),
  compareBackups: () => import('../snapshots/CompareDialog.svelte'),
  copyBackups: () => import('../destinations/CopyBackupsDialog.svelte'),
  destinationPassword: () => import('../destinations/PasswordDialog.svelte'),
  cleanUp: () => import('../destinations/CleanUpDialog.svelte'),
  moveDestination: () => import('../destinations/MoveDestinationDialog.svelte'),
  confirm: () => import('../overview/ConfirmDialog.svelte'),
  restore: () => import('../restore/RestoreDialog.svelte'),
  openWorkspace: () => import('../workspaces/OpenWorkspaceDialog.svelte'),
  closeWorkspace: () => import('../workspaces/CloseWorkspaceDialog.svelte'),
  saveVersion: () => import('../history/SaveVersionDialog.svelte'),
  thin: () => import('../history/ThinDialog.svelte'),
  sessionWork: () => import('../settings/SessionWorkDialog.svelte'),
  importSettings: () => import('../settings/ImportSettingsDialog.svelte'),
  nameTaken: () => import('../files/NameTakenDialog.svelte'),
};

type Load = () => Promise<{ default: Component<Record<string, unknown>> }>;

/** The module of a dialog, which takes what it is asked with; none for a dialog that others show. */
export function moduleOf({ kind }: Dialog): Load | undefined {
  return (modules as Partial<Record<Dialog['kind'], unknown>>)[kind] as Load | undefined;
}
