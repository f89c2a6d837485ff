/** The questions of an address to its page, behind the `?`. */

export type ProjectQuery = {
  text: string;
  status: string;
  language: string;
  tag: string;
  protection: string;
  framework: string;
  /** A band of sizes, and one of times without a change, as the filters name them. */
  size: string;
  age: string;
};
export type ActivityQuery = {
  show: 'runs' | 'events' | 'undo' | 'calendar';
  project: string;
  plan: string;
  destination: string;
  kind: string;
  state: string;
  run: string;
  /** The kind of the events, and the text that a line of the list has to contain. */
  event: string;
  text: string;
  /** The month of the calendar, `2026-11`; this one when empty. */
  month: string;
};
/** The views of the storage; the first is shown unless the address says otherwise. */
export const STORAGE_VIEWS = ['findings', 'picture', 'growth', 'trend'] as const;
const USAGE_BY = ['place', 'layer', 'type', 'age'] as const;
export type StorageQuery = {
  view: (typeof STORAGE_VIEWS)[number];
  /** The key of the place that is shown; empty for the whole. */
  key: string;
  by: (typeof USAGE_BY)[number];
  /** The counts between which the growth is shown. */
  from: string;
  to: string;
  /** The subject of the trend: `project:ID`, `destination:ID`, or empty for the library. */
  subject: string;
};
export type HistoryQuery = { version: string; text: string; trigger: string };

/** The part of an archive that is shown, and how the list of archives is filtered. */
export type ArchiveQuery = {
  /** The view of the archive: its facts or its files. */
  view: 'facts' | 'files';
  path: string[];
  file: string;
  /** Whether the trash is listed instead. */
  trash: boolean;
  /** The part of a name that is searched for in all archives. */
  text: string;
};

export const NO_PROJECT_QUERY: ProjectQuery = {
  text: '',
  status: '',
  language: '',
  tag: '',
  protection: '',
  framework: '',
  size: '',
  age: '',
};
export const NO_ACTIVITY_QUERY: ActivityQuery = {
  show: 'runs',
  project: '',
  plan: '',
  destination: '',
  kind: '',
  state: '',
  run: '',
  event: '',
  text: '',
  month: '',
};
export const NO_STORAGE_QUERY: StorageQuery = {
  view: STORAGE_VIEWS[0],
  key: '',
  by: 'place',
  from: '',
  to: '',
  subject: '',
};

export function readProjectQuery(query: URLSearchParams): ProjectQuery {
  const read = (key: keyof ProjectQuery) => query.get(key) ?? '';
  return {
    text: read('text'),
    status: read('status'),
    language: read('language'),
    tag: read('tag'),
    protection: read('protection'),
    framework: read('framework'),
    size: read('size'),
    age: read('age'),
  };
}

export function readArchiveQuery(query: URLSearchParams): Omit<ArchiveQuery, 'path'> {
  const read = (key: string) => query.get(key) ?? '';
  return {
    view: read('view') === 'files' ? 'files' : 'facts',
    file: read('file'),
    trash: read('show') === 'trash',
    text: read('text'),
  };
}

const SHOWS = ['runs', 'events', 'undo', 'calendar'] as const;

export function readActivityQuery(query: URLSearchParams): ActivityQuery {
  const read = (key: keyof ActivityQuery) => query.get(key) ?? '';
  return {
    show: SHOWS.find((one) => one === read('show')) ?? 'runs',
    project: read('project'),
    plan: read('plan'),
    destination: read('destination'),
    kind: read('kind'),
    state: read('state'),
    run: read('run'),
    event: read('event'),
    text: read('text'),
    month: read('month'),
  };
}

export function readStorageQuery(query: URLSearchParams): StorageQuery {
  const read = (key: keyof StorageQuery) => query.get(key) ?? '';
  // A place or a division is one of the picture, which was the first view once.
  const usual = query.has('key') || query.has('by') ? 'picture' : STORAGE_VIEWS[0];
  return {
    view: STORAGE_VIEWS.find((one) => one === read('view')) ?? usual,
    key: read('key'),
    by: USAGE_BY.find((one) => one === read('by')) ?? 'place',
    from: read('from'),
    to: read('to'),
    subject: read('subject'),
  };
}
