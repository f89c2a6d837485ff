/** The addresses of the UI, both ways: `#/projects/…` to a route and back. */
import {
  NO_ACTIVITY_QUERY,
  NO_PROJECT_QUERY,
  NO_STORAGE_QUERY,
  readActivityQuery,
  readArchiveQuery,
  readProjectQuery,
  readStorageQuery,
  STORAGE_VIEWS,
} from './route-queries';
import type {
  ActivityQuery,
  ArchiveQuery,
  HistoryQuery,
  ProjectQuery,
  StorageQuery,
} from './route-queries';

/** The views of a destination; the first is shown unless the address says otherwise. */
export const DESTINATION_VIEWS = [
  'backups',
  'trash',
  'verification',
  'keys',
  'maintenance',
] as const;
export type DestinationView = (typeof DESTINATION_VIEWS)[number];
/** A workspace of a project, by its id or `main`. */
type InWorkspace = { project: string; workspace: string };

/** The version that a page of files shows when none is chosen: the newest. */
export const NOW = 'now';
export const MAIN = 'main';

export type Route =
  | { page: 'dashboard' }
  | { page: 'projects'; project: string | null; query: ProjectQuery }
  | ({ page: 'files'; version: string; path: string[]; file: string } & InWorkspace)
  | ({ page: 'history'; query: HistoryQuery } & InWorkspace)
  | ({ page: 'fileHistory'; path: string[]; from: string; to: string } & InWorkspace)
  | ({ page: 'diff'; from: string; to: string; path: string[] } & InWorkspace)
  | { page: 'workspaces'; project: string }
  | ({ page: 'git' } & InWorkspace)
  | { page: 'rules'; project: string }
  | {
      page: 'browse';
      destination: string;
      snapshot: string;
      path: string[];
      project: string;
      /** The name of the file in the folder that is shown. */
      file?: string;
    }
  | {
      page: 'backups';
      destination: string | null;
      view?: DestinationView;
      /** The folder on a drive that backups are set up for. */
      drive?: string;
    }
  | { page: 'plan'; plan: string | null }
  | ({ page: 'archive'; archive: string | null } & ArchiveQuery)
  | { page: 'search'; text: string; project: string; content: boolean }
  | { page: 'recover' }
  | { page: 'doctor' }
  | { page: 'activity'; query: ActivityQuery }
  | { page: 'storage'; query: StorageQuery }
  | { page: 'settings'; section?: string; find?: string }
  | { page: 'help'; name: string; at: string }
  | { page: 'missing'; address: string };

export type Page = Route['page'];

/** A name of a file has at most so many bytes. */
const LONGEST_NAME = 255;
/** The address of a plan that is not there yet. */
const NEW = 'new';

export function parseRoute(hash: string): Route {
  const address = hash.replace(/^#/, '');
  const [pathText = '', queryText = ''] = splitOnce(address, '?');
  const segments = pathText
    .split('/')
    .filter((segment) => segment !== '')
    .map(decode);
  const query = new URLSearchParams(queryText);
  const [page, ...rest] = segments;
  if (page === undefined) return { page: 'dashboard' };
  return parsePage(page, rest, query) ?? { page: 'missing', address };
}

function parsePage(page: string, rest: string[], query: URLSearchParams): Route | null {
  const [first, second, ...path] = rest;
  if (page === 'projects' && rest.length <= 1) {
    return { page, project: first ?? null, query: readProjectQuery(query) };
  }
  if (page === 'projects' && first && second) return parseProjectView(first, second, path, query);
  if (page === 'browse' && first && second) {
    const [project, file] = [query.get('project') ?? '', query.get('file')];
    return {
      page,
      destination: first,
      snapshot: second,
      path,
      project,
      ...(file ? { file } : {}),
    };
  }
  if (page === 'backups' && rest.length <= 1) {
    const view = DESTINATION_VIEWS.find((one) => one === query.get('view'));
    const drive = query.get('drive');
    if (!first) return { page, destination: null, ...(drive ? { drive } : {}) };
    return { page, destination: first, ...(view ? { view } : {}) };
  }
  if (page === 'activity' && rest.length === 0) return { page, query: readActivityQuery(query) };
  if (page === 'storage' && rest.length === 0) return { page, query: readStorageQuery(query) };
  // The former address of the clean-up.
  if (page === 'cleanup' && rest.length === 0) return storageRoute();
  if (page === 'plans' && first && rest.length === 1) {
    return { page: 'plan', plan: first === NEW ? null : first };
  }
  // The former address of a search in backups alone.
  if ((page === 'search' || page === 'backup-search') && rest.length === 0) {
    const [text, project] = [query.get('text') ?? '', query.get('project') ?? ''];
    return { page: 'search', text, project, content: query.get('in') === 'text' };
  }
  if (page === 'archive') {
    const [, ...inside] = rest;
    return { page, archive: first ?? null, ...readArchiveQuery(query), path: inside };
  }
  if (page === 'settings' && rest.length === 0) {
    const [section, find] = [query.get('section'), query.get('find')];
    return { page, ...(section ? { section } : {}), ...(find ? { find } : {}) };
  }
  if (page === 'help' && rest.length <= 1) {
    return { page, name: first ?? '', at: query.get('at') ?? '' };
  }
  const bare = page === 'recover' || page === 'doctor';
  if (bare && rest.length === 0) return { page };
  return null;
}

/** A view of a project: `files/main/now/src`, `history/main?version=…`. */
function parseProjectView(
  project: string,
  view: string,
  rest: string[],
  query: URLSearchParams,
): Route | null {
  const read = (key: string) => query.get(key) ?? '';
  const [workspace = MAIN, ...path] = rest;
  const version = read('version');
  const place = { project, workspace };
  switch (view) {
    case 'workspaces':
    case 'rules':
      return rest.length === 0 ? { page: view, project } : null;
    case 'git':
      return path.length === 0 ? { page: view, ...place } : null;
    case 'history': {
      const wanted = { version, text: read('text'), trigger: read('trigger') };
      return path.length === 0 ? { page: view, ...place, query: wanted } : null;
    }
    case 'files': {
      const [shown = NOW, ...folder] = path;
      return { page: view, ...place, version: shown, path: folder, file: read('file') };
    }
    case 'file-history':
      if (path.length === 0) return null;
      return { page: 'fileHistory', ...place, path, from: read('from'), to: read('to') };
    case 'diff': {
      const inside = read('path').split('/').filter(Boolean);
      return { page: view, ...place, from: read('from'), to: read('to') || NOW, path: inside };
    }
    default:
      return null;
  }
}

export function formatRoute(route: Route): string {
  switch (route.page) {
    case 'dashboard':
      return '#/';
    case 'projects':
      return address(['projects', route.project], route.query);
    case 'workspaces':
    case 'rules':
      return address(['projects', route.project, route.page]);
    case 'git':
      return address(['projects', route.project, 'git', route.workspace]);
    case 'history':
      return address(['projects', route.project, 'history', route.workspace], route.query);
    case 'files':
      return address(
        ['projects', route.project, 'files', route.workspace, route.version, ...route.path],
        { file: route.file },
      );
    case 'fileHistory':
      return address(['projects', route.project, 'file-history', route.workspace, ...route.path], {
        from: route.from,
        to: route.to,
      });
    case 'diff':
      return address(['projects', route.project, 'diff', route.workspace], {
        from: route.from,
        to: route.to,
        path: route.path.join('/'),
      });
    case 'browse':
      return address(['browse', route.destination, route.snapshot, ...route.path], {
        project: route.project,
        file: route.file ?? '',
      });
    case 'backups':
      return address(['backups', route.destination], {
        view: route.view && route.view !== DESTINATION_VIEWS[0] ? route.view : '',
        drive: route.drive ?? '',
      });
    case 'storage': {
      const { view, by, ...rest } = route.query;
      const isUsual = { view: view === STORAGE_VIEWS[0], by: by === 'place' };
      const said = { view: isUsual.view ? '' : view, ...rest, by: isUsual.by ? '' : by };
      return address(['storage'], said);
    }
    case 'activity':
      return address(['activity'], {
        ...route.query,
        show: route.query.show === 'runs' ? '' : route.query.show,
      });
    case 'plan':
      return address(['plans', route.plan ?? NEW]);
    case 'search': {
      const { text, project, content } = route;
      return address(['search'], { text, project, in: content ? 'text' : '' });
    }
    case 'archive':
      return address(['archive', route.archive, ...route.path], {
        view: route.view === 'files' ? route.view : '',
        file: route.file,
        show: route.trash ? 'trash' : '',
        text: route.text,
      });
    case 'settings':
      return address(['settings'], { section: route.section ?? '', find: route.find ?? '' });
    case 'help':
      return address(['help', route.name || null], { at: route.at });
    case 'recover':
    case 'doctor':
      return `#/${route.page}`;
    case 'missing':
      return `#${route.address}`;
  }
}

export function projectsRoute(project: string | null = null, query?: Partial<ProjectQuery>): Route {
  return { page: 'projects', project, query: { ...NO_PROJECT_QUERY, ...query } };
}

export function activityRoute(query?: Partial<ActivityQuery>): Route {
  return { page: 'activity', query: { ...NO_ACTIVITY_QUERY, ...query } };
}

export function archiveRoute(archive: string | null = null, query: Partial<ArchiveQuery> = {}) {
  const nothing = { view: 'facts' as const, path: [], file: '', trash: false, text: '' };
  return { page: 'archive' as const, archive, ...nothing, ...query };
}

export function searchRoute(text = '', query: { project?: string; content?: boolean } = {}) {
  return { page: 'search' as const, text, project: '', content: false, ...query };
}

export function filesRoute(
  project: string,
  parts: Partial<Extract<Route, { page: 'files' }>> = {},
) {
  const route = { workspace: MAIN, version: NOW, path: [], file: '', ...parts };
  return { ...route, page: 'files' as const, project };
}

export function historyRoute(project: string, workspace = MAIN, query?: Partial<HistoryQuery>) {
  const nothing = { version: '', text: '', trigger: '' };
  return { page: 'history' as const, project, workspace, query: { ...nothing, ...query } };
}

/** The address of a view of the storage; what is as usual is left out of it. */
export function storageRoute(query?: Partial<StorageQuery>): Extract<Route, { page: 'storage' }> {
  return { page: 'storage', query: { ...NO_STORAGE_QUERY, ...query } };
}

/** The last name in an address that leads nowhere, if it is one that somebody may look for: no id. */
export function lastNameIn(address: string): string {
  const [path = ''] = splitOnce(address, '?');
  const name = decode(path.split('/').findLast((part) => part !== '') ?? '').trim();
  return /^[0-9a-f-]{16,}$/i.test(name) ? '' : name.slice(0, LONGEST_NAME);
}

/** A page of the help, or the first one; `at` is the anchor of a heading in it. */
export function helpRoute(name = '', at = ''): Extract<Route, { page: 'help' }> {
  return { page: 'help', name, at };
}

/** The project that an address is about. */
export function projectOf(route: Route): string | null {
  return 'project' in route && route.project !== '' ? route.project : null;
}

function address(segments: (string | null)[], query: Record<string, string> = {}): string {
  const path = segments.filter((segment) => segment !== null).map(encodeURIComponent);
  const filled = Object.entries(query).filter(([, value]) => value !== '');
  const suffix = filled.length > 0 ? `?${new URLSearchParams(filled).toString()}` : '';
  return `#/${path.join('/')}${suffix}`;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
