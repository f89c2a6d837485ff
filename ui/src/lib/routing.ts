/** The addresses of the UI, both ways: `#/projects/…` to a route and back. */

export type ProjectQuery = {
  text: string;
  status: string;
  language: string;
  tag: string;
  protection: string;
};
export type ActivityQuery = {
  show: 'events' | 'runs';
  project: string;
  state: string;
  run: string;
};

export type Route =
  | { page: 'dashboard' }
  | { page: 'projects'; project: string | null; query: ProjectQuery }
  | { page: 'snapshots'; project: string }
  | { page: 'browse'; destination: string; snapshot: string; path: string[]; project: string }
  | { page: 'backups'; destination: string | null }
  | { page: 'activity'; query: ActivityQuery }
  | { page: 'settings' }
  | { page: 'missing'; address: string };

export type Page = Route['page'];

export const NO_PROJECT_QUERY: ProjectQuery = {
  text: '',
  status: '',
  language: '',
  tag: '',
  protection: '',
};
export const NO_ACTIVITY_QUERY: ActivityQuery = { show: 'events', project: '', state: '', run: '' };

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
  if (page === 'projects' && first && second === 'snapshots' && path.length === 0) {
    return { page: 'snapshots', project: first };
  }
  if (page === 'browse' && first && second) {
    const project = query.get('project') ?? '';
    return { page, destination: first, snapshot: second, path, project };
  }
  if (page === 'backups' && rest.length <= 1) return { page, destination: first ?? null };
  if (page === 'activity' && rest.length === 0) return { page, query: readActivityQuery(query) };
  if (page === 'settings' && rest.length === 0) return { page };
  return null;
}

export function formatRoute(route: Route): string {
  switch (route.page) {
    case 'dashboard':
      return '#/';
    case 'projects':
      return address(['projects', route.project], route.query);
    case 'snapshots':
      return address(['projects', route.project, 'snapshots']);
    case 'browse':
      return address(['browse', route.destination, route.snapshot, ...route.path], {
        project: route.project,
      });
    case 'backups':
      return address(['backups', route.destination]);
    case 'activity':
      return address(['activity'], {
        ...route.query,
        show: route.query.show === 'events' ? '' : route.query.show,
      });
    case 'settings':
      return '#/settings';
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

function address(segments: (string | null)[], query: Record<string, string> = {}): string {
  const path = segments.filter((segment) => segment !== null).map(encodeURIComponent);
  const filled = Object.entries(query).filter(([, value]) => value !== '');
  const suffix = filled.length > 0 ? `?${new URLSearchParams(filled).toString()}` : '';
  return `#/${path.join('/')}${suffix}`;
}

function readProjectQuery(query: URLSearchParams): ProjectQuery {
  const read = (key: keyof ProjectQuery) => query.get(key) ?? '';
  return {
    text: read('text'),
    status: read('status'),
    language: read('language'),
    tag: read('tag'),
    protection: read('protection'),
  };
}

function readActivityQuery(query: URLSearchParams): ActivityQuery {
  const read = (key: keyof ActivityQuery) => query.get(key) ?? '';
  return {
    show: read('show') === 'runs' ? 'runs' : 'events',
    project: read('project'),
    state: read('state'),
    run: read('run'),
  };
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
