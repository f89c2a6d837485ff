/** The lists of the recorded library, which what is done changes, and the replies read from them. */
import type { Reply, Request, UseCase } from '../backend';
import type {
  Destination,
  Place,
  Plan,
  PlanDraft,
  Project,
  Snapshot,
  Version,
  Workspace,
} from '../bindings';
import { dateOf } from '$lib/history/timeline';
import { refusal } from './recording';
import type { Recording } from './recording';

export type Replies = { [K in UseCase]?: (request: Request<K>) => Reply<K> };

const RUN_FIELDS = ['project', 'destination', 'plan', 'kind', 'state'] as const;
let ids = 0;
export const newId = (): string => (++ids).toString(16).padStart(32, 'a');
export const now = (): string => new Date(Date.now()).toISOString();

/** What the lists are read from, which has to be there before them. */
class Recorded {
  constructor(readonly recording: Recording) {}
}

export class RecordedLibrary extends Recorded {
  projects = this.recording.all('project_list').flat();
  destinations = this.recording.all('destination_list').flat();
  snapshots = this.recording.all('snapshot_list').flat();
  trash = this.recording.all('trash_list').flat();
  runs = this.recording.all('run_list').flat();
  events = this.recording.all('event_list').flat();
  alerts = this.recording.all('guard_list').flat();
  plans = this.recording.all('plan_list').flat();
  workspaces = this.recording.all('workspace_list').flat();
  /** Of all workspaces; those of each newest first. */
  versions = this.recording.all('version_list').flat();
  watched = this.recording.all('watch_list').flat();
  readonly places = new Map<string, Place>();

  /** Changes one of a list, by its id. */
  change<T extends { id: string }>(list: T[], id: string, change: Partial<T>): T {
    return Object.assign(one(list, id), change);
  }

  project = (id: string): Project => one(this.projects, id);
  destination = (id: string): Destination => one(this.destinations, id);
  workspace = (id: string): Workspace => one(this.workspaces, id);

  versionsOf(workspace: string): Version[] {
    return this.versions.filter((version) => version.workspace === workspace);
  }

  /** A version by its id, or the newest of `now:ID` and `latest:ID`. */
  version(reference: string): Version {
    const workspace = /^(now|latest):(.+)$/.exec(reference)?.[2];
    if (workspace) reference = this.versionsOf(workspace)[0]?.id ?? '';
    return one(this.versions, reference);
  }

  /** Makes a version of a workspace, like the one before but for this. */
  addVersion(workspace: string, change: Partial<Version>): Version {
    const last = this.versionsOf(workspace)[0];
    const id = newId();
    const version: Version = {
      ...(last ?? (this.versions[0] as Version)),
      project: this.workspace(workspace).project,
      ...{ id, shortId: id.slice(-8), workspace, time: now(), seq: (last?.seq ?? 0) + 1 },
      ...{ parent: last?.id ?? null, name: null, note: null, pinned: false, trigger: 'manual' },
      ...change,
    };
    this.versions = [version, ...this.versions];
    return version;
  }

  /** Makes a backup of a project, like the one before. */
  addSnapshot(project: Project, destination: Destination): void {
    const { id: projectId, path, files, sizeBytes } = project;
    const mine = () => this.snapshots.filter((one) => one.project === projectId);
    const id = newId() + newId();
    const snapshot: Snapshot = {
      ...{ host: 'workbench', user: 'mira', tags: [], addedBytes: sizeBytes, ...mine()[0] },
      ...{ id, shortId: id.slice(0, 8), time: now(), pinned: false, files, sizeBytes },
      ...{ project: projectId, paths: [path] },
      ...{ destination: destination.id, destinationName: destination.name },
    };
    this.snapshots = [snapshot, ...this.snapshots];
    destination.lastBackup = snapshot.time;
    project.protection = {
      state: 'protected',
      reason: `It is backed up to ${destination.name}.`,
      lastBackup: snapshot.time,
      destinations: new Set(mine().map((one) => one.destination)).size,
      lastProven: project.protection.lastProven ?? null,
    };
  }

  projectsOf({ projects: wanted }: PlanDraft): Project[] {
    const active = this.projects.filter((project) => project.status === 'active');
    if (wanted.type === 'all') return active;
    if (wanted.type === 'chosen') return active.filter(({ id }) => wanted.projects.includes(id));
    return active.filter(({ tags }) => tags.some((tag) => wanted.tags.includes(tag)));
  }

  #show = (found: Destination): Destination => ({
    ...found,
    snapshots: this.snapshots.filter((one) => one.destination === found.id).length,
    trashed: this.trash.filter(({ snapshot }) => snapshot.destination === found.id).length,
  });

  #showPlan = (plan: Plan): Plan => ({
    ...plan,
    projectsNow: this.projectsOf(plan.draft).map(({ id }) => id),
    lastRun: this.runs.find((run) => run.plan === plan.id) ?? null,
  });

  readonly replies = {
    project_list: ({ status }) =>
      this.projects.filter((one) => (status ? one.status === status : one.status !== 'trashed')),
    project_show: ({ project }) => {
      const snapshots = this.snapshots.filter((one) => one.project === project);
      const holds = ({ id }: Destination) => snapshots.some((one) => one.destination === id);
      const destinations = this.destinations.filter(holds).map(this.#show);
      const runs = this.runs.filter((run) => run.project === project).slice(0, 20);
      return { project: this.project(project), destinations, snapshots, runs };
    },
    destination_list: () => this.destinations.map(this.#show),
    destination_show: (request) => ({
      ...this.recording.reply('destination_show', request),
      destination: this.#show(this.destination(request.destination)),
    }),
    snapshot_list: ({ project, destination }) =>
      this.snapshots
        .filter((one) => !project || one.project === project)
        .filter((one) => !destination || one.destination === destination),
    // What is away refuses, as it was recorded.
    trash_list: (request) =>
      this.recording.reply('trash_list', request) &&
      this.trash.filter(({ snapshot }) => snapshot.destination === request.destination),
    plan_list: () => this.plans.map(this.#showPlan),
    plan_show: ({ plan }) => this.#showPlan(one(this.plans, plan)),
    guard_list: () => this.alerts,
    run_list: (filter) =>
      this.runs
        .filter((run) => RUN_FIELDS.every((name) => !filter[name] || run[name] === filter[name]))
        .filter(({ started }) => !filter.since || started >= filter.since)
        .filter(({ started }) => !filter.until || started < filter.until)
        .slice(0, filter.limit ?? 50),
    run_show: ({ run }) => {
      const found = one(this.runs, run);
      const told = this.recording.all('run_show').filter((one) => one.run.kind === found.kind);
      const detail = told.find((one) => one.run.id === run) ?? told[0];
      return { parts: [], log: [], ...detail, run: found };
    },
    event_list: ({ after = 0, limit }) =>
      this.events.filter((event) => event.seq > after).slice(0, limit ?? 100),
    dashboard: () => ({
      ...this.recording.reply('dashboard', {}),
      schedule: this.recording.reply('schedule_state', {}),
      destinations: this.destinations.map(this.#show),
      recentRuns: this.runs.slice(0, 8),
      projects: this.projects.length,
    }),
    workspace_list: ({ project }) => this.workspaces.filter((one) => one.project === project),
    watch_list: () => this.watched,
    version_list: (filter) => this.#listVersions(filter).slice(0, filter.limit ?? 100),
    version_lines: ({ versions }) =>
      this.recording
        .all('version_lines')
        .flat()
        .filter(({ version }) => versions.includes(version)),
    version_days: ({ workspace }) => this.#countByDay(workspace),
    version_show: (request) => ({
      ...this.recording.reply('version_show', request),
      version: this.version(request.version),
    }),
  } satisfies Replies;

  #listVersions(filter: Request<'version_list'>): Version[] {
    const { workspace, before, from, until, trigger } = filter;
    const text = filter.text?.toLowerCase() ?? '';
    return this.versionsOf(workspace)
      .filter(({ seq, time }) => (before == null || seq < before) && (!from || time >= from))
      .filter((version) => !until || version.time < until)
      .filter((version) => !trigger || version.trigger === trigger)
      .filter(({ message, name }) => `${message} ${name}`.toLowerCase().includes(text));
  }

  /** Counted here, for a day begins elsewhere in another time zone. */
  #countByDay(workspace: string): Reply<'version_days'> {
    const days = new Map<string, Reply<'version_days'>[number]>();
    for (const { time, ...counts } of this.versionsOf(workspace).toReversed()) {
      const date = dateOf(time);
      const hours = new Array<number>(24).fill(0);
      const day = days.get(date) ?? { date, versions: 0, changes: 0, hours };
      const hour = new Date(time).getHours();
      day.versions += 1;
      day.changes += counts.added + counts.modified + counts.removed + counts.renamed;
      day.hours[hour] = (day.hours[hour] ?? 0) + 1;
      days.set(date, day);
    }
    return [...days.values()];
  }
}

/** The one of this id. */
export function one<T extends { id: string }>(list: T[], id: string): T {
  const found = list.find((known) => known.id === id);
  if (!found) throw refusal(`There is no ${id}`);
  return found;
}
