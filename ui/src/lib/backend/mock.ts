/** An engine made of memory, for `?mock` in dev mode and for tests. Never in a build. */
import { BackendError } from './backend';
import type { Backend, LinkState, Listener, Reply, Request, UseCase } from './backend';
import type {
  BackendEvent,
  Dashboard,
  Destination,
  JobView,
  Place,
  Project,
  UseCases,
  WireError,
} from './bindings';
import { backupHandlers } from './mock/backups';
import { emptyLibrary, hexId, makeLibrary, seededRandom } from './mock/data';
import type { MockLibrary } from './mock/data';
import { destinationHandlers } from './mock/destinations';
import { MockGit } from './mock/git';
import { MockHistory } from './mock/history';
import type { HistoryHandlers } from './mock/history';
import { findDestination, findPlace, findProject, needPresent, refusal } from './mock/host';
import type { MockHost } from './mock/host';
import { MockJobs } from './mock/jobs';
import { makePlans, planHandlers } from './mock/plans';
import { recoveryHandlers } from './mock/recovery';
import { mockSettings, settingsAfter } from './mock/settings';
import { listFolder } from './mock/tree';

export type MockOptions = {
  now: () => number;
  scenario: 'full' | 'empty';
  canPick: boolean;
  latencyMs: number;
  jobSeconds: number;
};
/** The answers of the parts in `mock/`, each for its area. */
type Elsewhere =
  | keyof HistoryHandlers
  | `git_${string}`
  | keyof ReturnType<typeof backupHandlers>
  | keyof ReturnType<typeof destinationHandlers>
  | keyof ReturnType<typeof planHandlers>
  | keyof ReturnType<typeof recoveryHandlers>;
type Handlers = {
  [K in Exclude<keyof UseCases, Elsewhere>]: (request: Request<K>) => Reply<K>;
};
type AllHandlers = { [K in UseCase]: (request: Request<K>) => Reply<K> };

const DEFAULTS: MockOptions = {
  now: () => Date.now(),
  scenario: 'full',
  canPick: false,
  latencyMs: 0,
  jobSeconds: 6,
};

export function mockFromAddress(query: URLSearchParams): MockBackend {
  const mock = new MockBackend({
    scenario: query.get('mock') === 'empty' ? 'empty' : 'full',
    canPick: query.has('pick'),
    latencyMs: Number(query.get('latency') ?? 60),
    jobSeconds: Number(query.get('job') ?? 6),
  });
  Object.assign(window, { mockBackend: mock });
  return mock;
}

export class MockBackend implements Backend {
  readonly library: MockLibrary;
  readonly calls: { name: UseCase; request: unknown }[] = [];
  readonly #options: MockOptions;
  readonly #listeners = new Set<Listener>();
  readonly #random = seededRandom(99);
  readonly #places = new Map<string, Place>();
  readonly #failures = new Map<UseCase, WireError>();
  readonly #jobs: MockJobs;
  readonly history: MockHistory;
  readonly #all: AllHandlers;
  readonly #host: MockHost;
  #settings = mockSettings();

  constructor(options: Partial<MockOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options };
    this.library =
      this.#options.scenario === 'empty' ? emptyLibrary() : makeLibrary(this.#options.now());
    this.#jobs = new MockJobs(
      (job) => this.publish({ type: 'job', job }),
      this.#options.now,
      this.#options.jobSeconds,
    );
    this.history = new MockHistory({
      now: this.#options.now,
      jobs: this.#jobs,
      projects: () => this.library.projects,
      event: (kind, text, project) => this.#event(kind, text, project, null),
    });
    const git = new MockGit(this.history, this.#jobs, this.#options.now);
    this.#host = {
      now: this.#options.now,
      random: this.#random,
      jobs: this.#jobs,
      library: this.library,
      places: this.#places,
      event: (...parts) => this.#event(...parts),
      ended: (job, kind) => this.#ended(job, kind),
    };
    const plans = makePlans(this.#host);
    const [everything] = plans;
    for (const run of everything ? this.library.runs : []) run.plan ??= everything?.id ?? null;
    this.#all = {
      ...this.#handlers,
      ...this.history.handlers,
      ...git.handlers,
      ...backupHandlers(this.#host),
      ...destinationHandlers(this.#host),
      ...planHandlers(this.#host, plans, (project, destination) =>
        this.#keepBackup(project, findDestination(this.#host, destination)),
      ),
      ...recoveryHandlers(this.#host),
    };
  }

  async call<K extends UseCase>(name: K, request: Request<K>): Promise<Reply<K>> {
    this.calls.push({ name, request });
    if (this.#options.latencyMs > 0)
      await new Promise((done) => setTimeout(done, this.#options.latencyMs));
    const failure = this.#failures.get(name);
    if (failure) throw new BackendError(failure);
    return structuredClone(this.#all[name](request)) as Reply<K>;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  watchLink(listener: (state: LinkState) => void): () => void {
    listener('connected');
    return () => undefined;
  }

  publish(event: BackendEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Makes every later call of this name fail, until told otherwise. */
  failWith(name: UseCase, error: WireError | null): void {
    if (error) this.#failures.set(name, error);
    else this.#failures.delete(name);
  }

  place(path: string): Place {
    const name = path.split('/').filter(Boolean).at(-1) ?? path;
    const state = /\.[a-z0-9]{2,4}$/.test(name)
      ? 'file'
      : name.startsWith('no')
        ? 'missing'
        : name.includes('repo')
          ? 'repository'
          : 'folder';
    const place: Place = { id: `pl-${hexId(this.#random, 8)}`, display: path, name, state };
    this.#places.set(place.id, place);
    return place;
  }

  readonly #handlers: Handlers = {
    app_info: () => ({
      version: '0.1.0',
      libraryPath: this.#settings.libraryPath,
      platform: 'linux',
      canPick: this.#options.canPick,
      canType: !this.#options.canPick,
      tray: true,
    }),
    place_pick: ({ purpose }) =>
      this.place(purpose === 'project' ? '/home/mira/work/new-thing' : `/home/mira/${purpose}`),
    place_type: ({ path }) => this.place(path),
    project_list: ({ status }) =>
      this.library.projects
        .filter((project) => (status ? project.status === status : project.status !== 'trashed'))
        .map((project) => this.#live(project)),
    project_show: ({ project }) => ({
      project: this.#live(this.#project(project)),
      destinations: this.library.destinations,
      snapshots: this.library.snapshots.filter((snapshot) => snapshot.project === project),
      runs: this.library.runs.filter((run) => run.project === project).slice(0, 50),
    }),
    project_add: (request) => this.#addProject(request),
    project_move: ({ project }) => this.#change(project, {}, 'project.moved'),
    project_rename: ({ project, name }) => this.#change(project, { name }, 'project.renamed'),
    project_tag: ({ project, add = [], remove = [] }) => {
      const tags = [...new Set([...this.#project(project).tags, ...add])].filter(
        (tag) => !remove.includes(tag),
      );
      return this.#change(project, { tags }, 'project.tagged');
    },
    project_forget: ({ project }) =>
      this.#change(project, { status: 'trashed' }, 'project.forgotten'),
    project_recall: ({ project }) =>
      this.#change(project, { status: 'active' }, 'project.recalled'),
    project_refresh: ({ project }) => {
      const { name, sizeBytes, files } = this.#project(project);
      return this.#jobs.start(
        { kind: 'refresh', title: `Refresh ${name}`, project, destination: null },
        sizeBytes,
        files,
        () => undefined,
      );
    },
    destination_list: () => this.library.destinations,
    destination_add: (request) => this.#addDestination(request),
    destination_forget: ({ destination }) => {
      const forgotten = this.#destination(destination);
      this.library.destinations = this.library.destinations.filter(
        (other) => other.id !== destination,
      );
      this.#event('destination.forgotten', `${forgotten.name} was forgotten`, null, destination);
      return forgotten;
    },
    backup_run: ({ project, destination }) => this.#backUp(project, destination),
    backup_run_all: () => {
      const destination = this.library.destinations.find((known) => known.present);
      if (!destination) return [];
      const active = this.library.projects.filter(
        (project) => project.present && project.status === 'active',
      );
      return active.slice(0, 4).map((project) => this.#backUp(project.id, destination.id));
    },
    snapshot_list: ({ project, destination }) =>
      this.library.snapshots.filter(
        (snapshot) =>
          (!project || snapshot.project === project) &&
          (!destination || snapshot.destination === destination),
      ),
    snapshot_browse: ({ path = [] }) => listFolder(path, this.#options.now()),
    restore: ({ destination, snapshot, to }) => {
      const found = this.library.snapshots.find((known) => known.id === snapshot);
      const place = this.#places.get(to);
      const name =
        this.library.projects.find((project) => project.id === found?.project)?.name ??
        'a snapshot';
      return this.#jobs.start(
        {
          kind: 'restore',
          title: `Restore ${name} to ${place?.display ?? 'a folder'}`,
          project: found?.project ?? null,
          destination,
        },
        found?.sizeBytes ?? 1,
        found?.files ?? 1,
        (job) => this.#ended(job, 'restore.finished'),
      );
    },
    job_list: () => this.#jobs.all,
    job_cancel: ({ job }) => this.#jobs.cancel(job),
    job_pause: ({ job }) => this.#jobs.setPaused(job, true),
    job_resume: ({ job }) => this.#jobs.setPaused(job, false),
    event_list: ({ after = 0, limit = 100 }) =>
      this.library.events.filter((event) => event.seq > after).slice(0, limit ?? undefined),
    dashboard: () => this.#dashboard(),
    settings_show: () => this.#settings,
    settings_change: (request) => (this.#settings = settingsAfter(this.#settings, request)),
  };

  #addProject({ place, name, tags = [] }: UseCases['project_add']['request']): Project {
    const found = findPlace(this.#host, place);
    if (
      this.library.projects.some(
        (project) => project.path === found.display && project.status === 'active',
      )
    ) {
      throw refusal('already_exists', `${found.display} is a project already`);
    }
    const now = new Date(this.#options.now()).toISOString();
    const project: Project = {
      id: `p-${hexId(this.#random, 8)}`,
      name: name ?? found.name,
      kind: 'other',
      status: 'active',
      path: found.display,
      present: true,
      languages: ['TypeScript'],
      frameworks: ['Svelte'],
      tags,
      gitRemote: null,
      files: 214,
      sizeBytes: 3_420_000,
      created: now,
      updated: now,
      protection: {
        state: 'attention',
        reason: 'It has never been backed up',
        lastBackup: null,
        destinations: 0,
      },
    };
    this.library.projects.push(project);
    this.#event('project.added', `${project.name} was added`, project.id, null);
    return project;
  }

  #addDestination({
    place,
    name,
    password,
    create,
  }: UseCases['destination_add']['request']): Reply<'destination_add'> {
    const found = findPlace(this.#host, place);
    if (!create && password.type === 'typed' && password.password === 'wrong')
      throw refusal('wrong_password', `The password does not open ${found.display}`);
    const destination: Destination = {
      id: `d-${hexId(this.#random, 8)}`,
      name: name ?? found.name,
      display: found.display,
      repositoryId: hexId(this.#random, 64),
      present: true,
      freeBytes: 480_000_000_000,
      totalBytes: 1_000_000_000_000,
      snapshots: 0,
      lastBackup: null,
      added: new Date(this.#options.now()).toISOString(),
      keeper: password.type === 'keyFile' ? 'keyFile' : 'keyring',
      lastProven: null,
      trashed: 0,
    };
    this.library.destinations.push(destination);
    this.#event('destination.added', `${destination.name} was added`, null, destination.id);
    return destination;
  }

  #backUp(projectId: string, destinationId: string): JobView {
    const project = this.#project(projectId);
    const destination = needPresent(this.#destination(destinationId));
    const parts = {
      kind: 'backup' as const,
      title: `Back up ${project.name} to ${destination.name}`,
      project: project.id,
      destination: destination.id,
      plan: null,
    };
    return this.#jobs.start(parts, project.sizeBytes, project.files, (job) => {
      this.#keepBackup(project, destination);
      this.#ended(job, 'backup.finished');
    });
  }

  /** Keeps a backup of a project, and returns its id. */
  #keepBackup(project: Project, destination: Destination): string {
    const id = hexId(this.#random, 64);
    const time = new Date(this.#options.now()).toISOString();
    this.library.snapshots.unshift({
      id,
      shortId: id.slice(0, 8),
      destination: destination.id,
      destinationName: destination.name,
      project: project.id,
      time,
      host: 'workbench',
      user: 'mira',
      paths: [project.path],
      tags: [],
      files: project.files,
      sizeBytes: project.sizeBytes,
      pinned: false,
      addedBytes: 184_000,
    });
    destination.snapshots += 1;
    destination.lastBackup = time;
    const destinations = new Set(
      this.library.snapshots
        .filter((snapshot) => snapshot.project === project.id)
        .map((snapshot) => snapshot.destination),
    ).size;
    project.protection = {
      state: 'protected',
      reason: 'Backed up, and the backup can be reached',
      lastBackup: time,
      destinations,
    };
    return id;
  }

  #ended(job: JobView, kind: string): void {
    const { id, title, project, destination, plan, state, started, ended, outcome, progress } = job;
    this.library.runs.unshift({
      id,
      kind: job.kind,
      title,
      project,
      destination,
      plan,
      state,
      started,
      ended,
      outcome,
      filesDone: progress.filesDone,
      bytesDone: progress.bytesDone,
    });
    this.#event(kind, `${title} finished`, project ?? null, destination ?? null);
  }

  #dashboard(): Dashboard {
    const projects = this.library.projects
      .map((project) => this.#live(project))
      .filter((project) => project.status === 'active');
    const attention = projects.filter((project) => project.protection.state === 'attention');
    const running = this.#jobs.all.filter((job) => job.state === 'running').length;
    const good = projects.length - attention.length;
    const sentence =
      projects.length === 0
        ? 'Nothing is protected yet: add your first project.'
        : `${good} ${good === 1 ? 'project is' : 'projects are'} protected, ${attention.length} ${attention.length === 1 ? 'needs' : 'need'} attention.`;
    const schedule = this.#all.schedule_state({});
    const health = projects.length === 0 ? 'empty' : attention.length > 0 ? 'warning' : 'protected';
    return {
      health: running > 0 ? 'running' : health,
      sentence,
      schedule,
      protectedProjects: good,
      attentionProjects: attention.length,
      runningJobs: running,
      projects: projects.length,
      sizeBytes: projects.reduce((sum, project) => sum + project.sizeBytes, 0),
      destinations: this.library.destinations,
      attention: attention.map((project) => ({ project, reason: project.protection.reason })),
      recentRuns: this.library.runs.slice(0, 8),
    };
  }

  #live(project: Project): Project {
    const running = this.#jobs.all.some(
      (job) => job.kind === 'backup' && job.project === project.id && job.state === 'running',
    );
    return running
      ? {
          ...project,
          protection: { ...project.protection, state: 'running', reason: 'A backup is running' },
        }
      : project;
  }

  #change(id: string, change: Partial<Project>, kind: string): Project {
    const project = Object.assign(this.#project(id), change);
    this.#event(kind, `${project.name} changed`, id, null);
    return project;
  }

  #event(kind: string, text: string, project: string | null, destination: string | null): void {
    const event = {
      seq: (this.library.events.at(-1)?.seq ?? 0) + 1,
      time: new Date(this.#options.now()).toISOString(),
      kind,
      text,
      project,
      destination,
    };
    this.library.events.push(event);
    this.publish({ type: 'event', event });
  }

  #project(id: string): Project {
    return findProject(this.#host, id);
  }

  #destination(id: string): Destination {
    return findDestination(this.#host, id);
  }
}
