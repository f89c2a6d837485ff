/** Histories made of memory: they answer what the pages of a project's history ask. */
import type { Reply, Request } from '../backend';
import type {
  Change,
  JobView,
  Project,
  Rules,
  UseCases,
  Version,
  WatchState,
  WatchStatus,
  Workspace,
} from '../bindings';
import { dateOf } from '$lib/history/timeline';
import { fileAt, makeVersions, sizeOf } from './history-data';
import type { MockTree, MockVersion } from './history-data';
import { hexId, seededRandom } from './data';
import { compare, PLAN, refuse } from './history-views';
import { draftHandlers } from './drafts';
import type { DraftHandlers } from './drafts';
import { fileHandlers } from './history-files';
import type { FileHandlers } from './history-files';
import type { MockJobs } from './jobs';

type WorkspaceState = { workspace: Workspace; versions: MockVersion[]; disk: MockTree };
type Names = Extract<
  keyof UseCases,
  | `${'workspace' | 'history' | 'version' | 'rules'}_${string}`
  | 'current'
  | 'watch_list'
  | 'thin'
  | 'thin_preview'
  | 'undo'
>;
type Handlers = { [K in Names]: (request: Request<K>) => Reply<K> };
type Host = {
  now: () => number;
  jobs: MockJobs;
  projects: () => Project[];
  event: (kind: string, text: string, project: string) => void;
};

/** The states of the made-up projects' histories, by their place in the library. */
const STAGES: WatchStatus[] = [
  'watching',
  'paused',
  'off',
  'off',
  'limited',
  'watching',
  'off',
  'missing',
];
const WHY: Partial<Record<WatchStatus, string>> = {
  limited: 'The system watches at most 65,536 folders at once, and this project has more',
  missing: 'The folder is not there',
};

export class MockHistory {
  readonly #host: Host;
  readonly #workspaces = new Map<string, WorkspaceState[]>();
  readonly #states = new Map<string, WatchStatus>();
  readonly #rules = new Map<string, Rules>();
  readonly #random = seededRandom(7);
  #current: string | null = null;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The workspaces of a project, made when first asked for. */
  statesOf(id: string): WorkspaceState[] {
    const known = this.#workspaces.get(id);
    if (known) return known;
    const project = this.#host.projects().find((one) => one.id === id);
    if (!project) throw refuse(`No project ${id}`);
    const main = this.#makeState(
      project,
      'main',
      project.path,
      this.#isKept(id) ? undefined : null,
    );
    const states = [main];
    if (project.name === 'aurora') {
      states.push(this.#makeState(project, 'lazy layout', '/home/mira/work/aurora-lazy', 9));
    }
    this.#workspaces.set(id, states);
    return states;
  }

  /** Before its first version a project has no workspace to speak of. */
  #kept(project: string): WorkspaceState[] {
    return this.statesOf(project).filter((state) => state.versions.length > 0);
  }

  stateOf(id: string): WorkspaceState {
    for (const project of this.#host.projects()) {
      const found = this.statesOf(project.id).find((state) => state.workspace.id === id);
      if (found) return found;
    }
    throw refuse(`No workspace ${id}`);
  }

  /** Makes a version as the watcher does when a file was edited on disk. */
  edit(workspace: string, path: string, message: string, edits?: number | null): Version {
    const state = this.stateOf(workspace);
    const tree = new Map(state.disk);
    const before = tree.get(path);
    if (edits === null) tree.delete(path);
    else tree.set(path, edits ?? (before ?? 0) + 1);
    const change: Change = {
      path: path.split('/'),
      kind: edits === null ? 'removed' : before === undefined ? 'added' : 'modified',
      sizeBytes: edits === null ? null : sizeOf(path, tree.get(path) ?? 0),
      layer: fileAt(path)?.layer ?? 'git',
    };
    return this.#append(state, tree, [change], 'automatic', message);
  }

  #append(
    state: WorkspaceState,
    tree: MockTree,
    changes: Change[],
    trigger: Version['trigger'],
    message: string,
  ): Version {
    const last = state.versions.at(-1)?.version;
    const count = (kind: Change['kind']) => changes.filter((one) => one.kind === kind).length;
    const id = hexId(this.#random, 26);
    const version: Version = {
      ...(last ?? this.#firstVersion(state)),
      id,
      shortId: id.slice(-8),
      seq: (last?.seq ?? 0) + 1,
      time: new Date(this.#host.now()).toISOString(),
      message,
      trigger,
      name: null,
      note: null,
      pinned: false,
      parent: last?.id ?? null,
      files: tree.size,
      storedBytes: 1_840,
      added: count('added'),
      modified: count('modified'),
      removed: count('removed'),
      renamed: count('renamed'),
    };
    state.versions.push({ version, tree, changes });
    state.disk = tree;
    state.workspace = {
      ...state.workspace,
      versions: state.versions.length,
      lastVersion: version.time,
    };
    this.#host.event('version.saved', message, state.workspace.project);
    return version;
  }

  #firstVersion({ workspace, disk }: WorkspaceState): Version {
    const bytes = [...disk].reduce((sum, [path, edits]) => sum + sizeOf(path, edits), 0);
    return {
      id: '',
      shortId: '',
      project: workspace.project,
      workspace: workspace.id,
      seq: 0,
      time: '',
      author: 'Mira <mira@workbench>',
      message: '',
      trigger: 'import',
      pinned: false,
      commit: hexId(this.#random, 40),
      files: disk.size,
      sizeBytes: bytes,
      storedBytes: bytes,
      added: disk.size,
      modified: 0,
      removed: 0,
      renamed: 0,
    };
  }

  #makeState(
    project: Project,
    name: string,
    path: string,
    days: number | null | undefined,
  ): WorkspaceState {
    const id = `w-${project.id}-${name.replace(' ', '-')}`;
    // Without a history there is still a disk.
    const made = makeVersions(project.id, id, this.#host.now(), days === null ? 0 : days);
    const versions = days === null ? [] : made;
    const workspace: Workspace = {
      id,
      project: project.id,
      projectName: project.name,
      name,
      description: name === 'main' ? '' : 'Lines laid out only when they come into sight',
      path,
      present: project.present,
      main: name === 'main',
      current: false,
      openedFrom: name === 'main' ? null : (made[0]?.version.id ?? null),
      created: project.created,
      versions: versions.length,
      lastVersion: versions.at(-1)?.version.time ?? null,
      watch: this.#state(project.id),
    };
    return { workspace, versions, disk: made.at(-1)?.tree ?? new Map() };
  }

  #state(project: string): WatchStatus {
    const at = this.#host.projects().findIndex((one) => one.id === project);
    return this.#states.get(project) ?? STAGES[at] ?? 'off';
  }

  #isKept(project: string): boolean {
    return !['off', 'importing'].includes(this.#state(project));
  }

  #watch(project: string | null | undefined): WatchState[] {
    return this.#host
      .projects()
      .filter((one) => one.status === 'active' && (!project || one.id === project))
      .flatMap((one) =>
        this.#kept(one.id).map(({ workspace }) => ({
          project: one.id,
          workspace: workspace.id,
          name: workspace.name,
          state: this.#state(one.id),
          why: WHY[this.#state(one.id)] ?? null,
          pendingChanges: this.#state(one.id) === 'paused' ? 3 : 0,
          lastVersion: workspace.lastVersion ?? null,
        })),
      );
  }

  #setStates(project: string | null | undefined, state: WatchStatus): WatchState[] {
    for (const one of this.#host.projects()) {
      if ((!project || one.id === project) && this.#isKept(one.id)) this.#states.set(one.id, state);
    }
    return this.#watch(project);
  }

  find(reference: string): MockVersion {
    const [kind, workspace = ''] = reference.split(':');
    if (kind === 'now') {
      const state = this.stateOf(workspace);
      const last = state.versions.at(-1);
      if (last) return { ...last, tree: state.disk };
    }
    if (kind === 'latest') {
      const last = this.stateOf(workspace).versions.at(-1);
      if (last) return last;
    }
    for (const states of this.#workspaces.values()) {
      for (const { versions } of states) {
        const found = versions.find((one) => one.version.id === reference);
        if (found) return found;
      }
    }
    throw refuse(`No version ${reference}`);
  }

  job(
    kind: JobView['kind'],
    title: string,
    project: string,
    summary: string,
    then: () => void,
  ): JobView {
    return this.#host.jobs.start(
      { kind, title, project, destination: null },
      21_400_000,
      1_204,
      (job) => {
        job.outcome = { summary, warnings: [], warningsTotal: 0, error: null };
        then();
        this.#host.event(`${kind}.finished`, title, project);
      },
    );
  }

  #restore({ version, paths = [], to }: Request<'version_restore'>): JobView {
    const wanted = this.find(version);
    const state = this.stateOf(wanted.version.workspace);
    const plan = compare(state.disk, wanted.tree, paths);
    return this.job(
      'restore',
      `Restore ${paths.length === 1 ? paths[0]?.join('/') : 'files'}`,
      wanted.version.project,
      `${plan.length} restored, ${Math.max(0, wanted.tree.size - plan.length)} identical, 0 failed`,
      () => {
        if (to) return;
        this.#append(state, state.disk, [], 'beforeRestore', 'Before a restore');
        const tree = new Map(state.disk);
        for (const { path, kind } of plan) {
          const edits = wanted.tree.get(path.join('/'));
          if (kind === 'removed' || edits === undefined) tree.delete(path.join('/'));
          else tree.set(path.join('/'), edits);
        }
        this.#append(state, tree, plan, 'manual', `Restore of ${wanted.version.shortId}`);
      },
    );
  }

  get handlers(): HistoryHandlers {
    const drafts = draftHandlers(() => this.#host.now());
    return { ...this.#handlers, ...fileHandlers(this), ...drafts };
  }

  readonly #handlers: Handlers = {
    workspace_list: ({ project }) => this.#kept(project).map((state) => this.#show(state)),
    workspace_open: ({ version, name, to }) => {
      const from = this.find(version);
      const project = this.#host.projects().find((one) => one.id === from.version.project);
      if (!project) throw refuse('No project');
      return this.job(
        'workspace',
        `Open ${name}`,
        project.id,
        `${name} holds ${from.tree.size} files`,
        () => {
          const state = this.#makeState(
            project,
            name,
            to ? `/home/mira/${name}` : `/home/mira/.local/share/undercroft/workspaces/${name}`,
            1,
          );
          this.statesOf(project.id).push({
            ...state,
            workspace: { ...state.workspace, openedFrom: version },
          });
        },
      );
    },
    workspace_show: ({ workspace }) => this.#show(this.stateOf(workspace)),
    workspace_switch: ({ workspace }) => {
      this.#current = workspace;
      return this.#show(this.stateOf(workspace));
    },
    workspace_refresh: ({ workspace }) => {
      const { workspace: shown } = this.stateOf(workspace);
      return this.job(
        'workspace',
        `Look through ${shown.name}`,
        shown.project,
        'Nothing had changed',
        () => undefined,
      );
    },
    workspace_close: ({ workspace }) => {
      const { workspace: shown } = this.stateOf(workspace);
      return this.job(
        'workspace',
        `Close ${shown.name}`,
        shown.project,
        `${shown.name} is closed; its versions stay`,
        () =>
          this.#workspaces.set(
            shown.project,
            this.statesOf(shown.project).filter((one) => one.workspace.id !== workspace),
          ),
      );
    },
    workspace_describe: ({ workspace, text }) => {
      const state = this.stateOf(workspace);
      state.workspace = { ...state.workspace, description: text };
      return this.#show(state);
    },
    current: () => ({ workspace: this.#current, project: null }),
    history_preview: ({ project }) =>
      this.job('preview', 'Count what would be kept', project, 'Counted', () => undefined),
    history_plan: () => PLAN(this.#host.now()),
    history_start: ({ project }) => {
      this.#states.set(project, 'importing');
      const state = this.statesOf(project)[0];
      return this.job('import', 'Make the first version', project, '1,204 files are kept', () => {
        this.#states.set(project, 'watching');
        if (state) this.#append(state, state.disk, [], 'import', 'The first version');
      });
    },
    history_pause: ({ project }) => this.#setStates(project, 'paused'),
    history_resume: ({ project }) => this.#setStates(project, 'watching'),
    watch_list: () => this.#watch(null),
    rules_show: ({ project }) => this.#rulesOf(project),
    rules_change: ({ project, ...change }) => {
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value != null));
      const rules = { ...this.#rulesOf(project), ...given };
      this.#rules.set(project, rules);
      return rules;
    },
    version_list: (filter) => this.#listVersions(filter),
    version_days: ({ workspace }) => {
      const days = new Map<string, Reply<'version_days'>[number]>();
      for (const { version, changes } of this.stateOf(workspace).versions) {
        const date = dateOf(version.time);
        const day = days.get(date) ?? {
          date,
          versions: 0,
          changes: 0,
          hours: new Array<number>(24).fill(0),
        };
        const hour = new Date(version.time).getHours();
        day.versions += 1;
        day.changes += changes.length;
        day.hours[hour] = (day.hours[hour] ?? 0) + 1;
        days.set(date, day);
      }
      return [...days.values()];
    },
    version_show: ({ version }) => {
      const found = this.find(version);
      return { version: found.version, changes: found.changes, changesTotal: found.changes.length };
    },
    version_save: ({ workspace, message }) => {
      const state = this.stateOf(workspace);
      return this.job(
        'save',
        'Save a version',
        state.workspace.project,
        'Nothing had changed',
        () => {
          if (message) this.#append(state, state.disk, [], 'manual', message);
        },
      );
    },
    version_mark: ({ version, name, note, pinned }) => {
      const found = this.find(version).version;
      if (name != null) found.name = name || null;
      if (note != null) found.note = note || null;
      if (pinned != null) found.pinned = pinned;
      return found;
    },
    version_compare: ({ from, to, path = [] }) => {
      const before = this.find(from);
      const after = this.find(to === 'now' ? `now:${before.version.workspace}` : to);
      const changes = compare(before.tree, after.tree, path.length > 0 ? [path] : []);
      return { changes, changesTotal: changes.length };
    },
    version_sizes: ({ version }) => {
      const { changes, version: shown } = this.find(version);
      const sized = changes.map(({ path, sizeBytes }) => ({ path, sizeBytes: sizeBytes ?? 0 }));
      return {
        uniqueBytes: sized.reduce((sum, one) => sum + one.sizeBytes, 0),
        reclaimableBytes: Math.round(shown.storedBytes * 0.8),
        largest: sized.toSorted((left, right) => right.sizeBytes - left.sizeBytes),
      };
    },
    thin_preview: ({ project }) => {
      const versions = this.statesOf(project).flatMap((state) => state.versions);
      const drop = versions.filter(({ version }, index) => this.#isThinned(version, index));
      return {
        keep: versions.length - drop.length,
        drop: drop.map(({ version }) => ({
          version,
          why: 'Older than a month, and a later version of that day is kept',
        })),
        freesBytes: drop.reduce((sum, { version }) => sum + version.storedBytes, 0),
        lostFiles: Math.round(drop.length * 0.7),
      };
    },
    thin: ({ project }) =>
      this.job('thin', 'Thin out versions', project, 'Thinned out', () => {
        for (const state of this.statesOf(project)) {
          state.versions = state.versions.filter(
            ({ version }, index) => !this.#isThinned(version, index),
          );
        }
      }),
    history_compact: ({ project }) =>
      this.job('compact', 'Compact the history', project, '3.1 MB are free again', () => undefined),
    history_check: ({ project }) =>
      this.job('check', 'Check the history', project, 'Every version can be read', () => undefined),
    version_restore: (request) => this.#restore(request),
    version_restore_preview: ({ version, paths = [] }) => {
      const wanted = this.find(version);
      const changes = compare(this.stateOf(wanted.version.workspace).disk, wanted.tree, paths);
      const removed = changes.filter((one) => one.kind === 'removed').length;
      return {
        restore: changes.length - removed,
        overwrite: changes.filter((one) => one.kind === 'modified').length,
        identical: Math.max(0, wanted.tree.size - changes.length),
        remove: removed,
        bytes: changes.reduce((sum, one) => sum + (one.sizeBytes ?? 0), 0),
        first: changes.slice(0, 100),
      };
    },
    undo: ({ workspace }) => {
      const state = this.stateOf(workspace);
      return this.job('restore', 'Undo', state.workspace.project, 'As it was before', () => {
        const before = state.versions.findLast(
          ({ version }) => version.trigger === 'beforeRestore',
        );
        const tree = before?.tree ?? state.versions.at(-2)?.tree;
        if (tree) this.#append(state, tree, compare(state.disk, tree, []), 'manual', 'Undo');
      });
    },
  };

  #show({ workspace }: WorkspaceState): Workspace {
    return {
      ...workspace,
      current: this.#current === workspace.id,
      watch: this.#state(workspace.project),
    };
  }

  #rulesOf(project: string): Rules {
    return (
      this.#rules.get(project) ?? {
        project,
        followGitignore: false,
        leaveOut: ['*.tmp', 'coverage/'],
        keep: ['.env'],
        layers: [{ pattern: '*.psd', layer: 'objects' }],
      }
    );
  }

  #isThinned(version: Version, index: number): boolean {
    const old = this.#host.now() - Date.parse(version.time) > 30 * 86_400_000;
    return old && version.trigger === 'automatic' && !version.pinned && index % 4 !== 0;
  }

  #listVersions({
    workspace,
    before,
    limit,
    from,
    until,
    trigger,
    text,
  }: Request<'version_list'>): Version[] {
    const wanted = (text ?? '').toLowerCase();
    return this.stateOf(workspace)
      .versions.toReversed()
      .filter(({ version, changes }) => {
        if (before != null && version.seq >= before) return false;
        if (from && version.time < from) return false;
        if (until && version.time >= until) return false;
        if (trigger && version.trigger !== trigger) return false;
        const words = [
          version.message,
          version.name,
          version.note,
          ...changes.map((one) => one.path.join('/')),
        ];
        return wanted === '' || words.some((word) => word?.toLowerCase().includes(wanted));
      })
      .slice(0, limit ?? 100)
      .map(({ version }) => version);
  }
}

export type HistoryHandlers = Handlers & FileHandlers & DraftHandlers;
