/** The pages of the sidebar, each with the key that leads to it after `G`. */
import type { UseCaseName } from './backend/bindings';
import type { Route } from './routing';
import {
  activityRoute,
  archiveRoute,
  helpRoute,
  projectsRoute,
  searchRoute,
  storageRoute,
} from './routing';
import { words } from './words';

/** `asks` is the use case that tells the same on the command line. */
export type PageKey = { key: string; name: string; route: Route; asks?: UseCaseName };

export const pageKeys: readonly PageKey[] = [
  { key: 'D', name: words.nav.dashboard, route: { page: 'dashboard' }, asks: 'dashboard' },
  { key: 'P', name: words.nav.projects, route: projectsRoute(), asks: 'project_list' },
  {
    key: 'B',
    name: words.nav.backups,
    route: { page: 'backups', destination: null },
    asks: 'destination_list',
  },
  { key: 'F', name: words.nav.search, route: searchRoute(), asks: 'search' },
  { key: 'R', name: words.nav.archive, route: archiveRoute(), asks: 'archive_list' },
  { key: 'U', name: words.nav.storage, route: storageRoute(), asks: 'usage_overview' },
  { key: 'A', name: words.nav.activity, route: activityRoute(), asks: 'event_list' },
  { key: 'S', name: words.nav.settings, route: { page: 'settings' }, asks: 'settings_show' },
  { key: 'H', name: words.nav.help, route: helpRoute() },
];
