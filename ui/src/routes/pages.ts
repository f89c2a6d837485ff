/** The modules of the pages, each loaded when its address is opened for the first time. */
import type { Component } from 'svelte';

export const pages = {
  activity: () => import('./ActivityPage.svelte'),
  archive: () => import('./ArchivePage.svelte'),
  backups: () => import('./BackupsPage.svelte'),
  browse: () => import('./BrowsePage.svelte'),
  dashboard: () => import('./DashboardPage.svelte'),
  destination: () => import('./DestinationPage.svelte'),
  diff: () => import('./DiffPage.svelte'),
  doctor: () => import('./DoctorPage.svelte'),
  fileHistory: () => import('./FileHistoryPage.svelte'),
  files: () => import('./FilesPage.svelte'),
  git: () => import('./GitPage.svelte'),
  help: () => import('./HelpPage.svelte'),
  history: () => import('./HistoryPage.svelte'),
  missing: () => import('./MissingPage.svelte'),
  plan: () => import('./PlanPage.svelte'),
  projects: () => import('./ProjectsPage.svelte'),
  recover: () => import('./RecoverPage.svelte'),
  rules: () => import('./RulesPage.svelte'),
  search: () => import('./SearchPage.svelte'),
  settings: () => import('./SettingsPage.svelte'),
  storage: () => import('./StoragePage.svelte'),
  workspaces: () => import('./WorkspacesPage.svelte'),
};

export type LoadPage<Props extends Record<string, unknown>> = () => Promise<{
  default: Component<Props>;
}>;

const loaded = new Map<unknown, unknown>();

/** The component of a page that was loaded before, so that it is drawn at once. */
export function loadedPage<Props extends Record<string, unknown>>(
  load: LoadPage<Props>,
): Component<Props> | undefined {
  return loaded.get(load) as Component<Props> | undefined;
}

/** Loads the component of a page. */
export async function loadPage<Props extends Record<string, unknown>>(
  load: LoadPage<Props>,
): Promise<Component<Props>> {
  const { default: component } = await load();
  loaded.set(load, component);
  return component;
}
