/** Histories made of memory: they answer what the pages of a project's history ask. */
import { BackendError } from '../backend';
import type { Reply, Request, UseCase } from '../backend';
import type { JobView, Project } from '../bindings';
import type {
  Change,
  FileEntry,
  HistoryPlan,
  HistoryUseCases,
  Rules,
  Version,
  WatchState,
  WatchStatus,
  Workspace,
} from '../history-types';
import { dateOf } from '$lib/history/timeline';
import { fileAt, imageOf, makeVersions, sizeOf, textOf } from './history-data';
import type { MockTree, MockVersion } from './history-data';
import { hexId, seededRandom } from './data';
import { diffTexts } from './line-diff';
import type { MockJobs } from './jobs';

type Room = { workspace: Workspace; versions: MockVersion[]; disk: MockTree };
type Handlers = {
  [K in Exclude<keyof HistoryUseCases, `git_${string}`>]: (request: Request<K>) => Reply<K>;
};
type Host = {
  now: () => number;
  jobs: MockJobs;
  projects: () => Project[];
  event: (kind: string, text: string, project: string) => void;
};

/** How far the histories of the made-up projects are, by their place in the library. */
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
  readonly #rooms = new Map<string, Room[]>();
  readonly #states = new Map<string, WatchStatus>();
  readonly #rules = new Map<string, Rules>();
  readonly #random = seededRandom(7);
  #current: string | null = null;

  constructor(host: Host) {
    this.#host = host;
  }

  /** The rooms of a project, made when first asked for. */
  rooms(id: string): Room[] {
    const known = this.#rooms.get(id);
    if (known) return known;
    const project = this.#host.projects().find((one) => one.id === id);
    if (!project) throw refuse(`No project ${id}`);
    const main = this.#room(project, 'main', project.path, this.#isKept(id) ? undefined : null);
    const rooms = [main];
    if (project.name === 'aurora') {
      rooms.push(this.#room(project, 'lazy layout', '/home/mira/work/aurora-lazy', 9));
    }
    this.#rooms.set(id, rooms);
    return rooms;
  }

  room(id: string): Room {
    for (const project of this.#host.projects()) {
      const found = this.rooms(project.id).find((room) => room.workspace.id === id);
      if (found) return found;
    }
    throw refuse(`No workspace ${id}`);
  }

  /** Makes a version as the watcher does when a file was edited on disk. */
  edit(workspace: string, path: string, message: string, edits?: number | null): Version {
    const room = this.room(workspace);
    const tree = new Map(room.disk);
    const before = tree.get(path);
    if (edits === null) tree.delete(path);
    else tree.set(path, edits ?? (before ?? 0) + 1);
    const change: Change = {
      path: path.split('/'),
      kind: edits === null ? 'removed' : before === undefined ? 'added' : 'modified',
      sizeBytes: edits === null ? null : sizeOf(path, tree.get(path) ?? 0),
      layer: fileAt(path)?.layer ?? 'git',
    };
    return this.#append(room, tree, [change], 'automatic', message);
  }

  #append(
    room: Room,
    tree: MockTree,
    changes: Change[],
    trigger: Version['trigger'],
    message: string,
  ): Version {
    const last = room.versions.at(-1)?.version;
    const count = (kind: Change['kind']) => changes.filter((one) => one.kind === kind).length;
    const id = hexId(this.#random, 26);
    const version: Version = {
      ...(last ?? this.#firstVersion(room)),
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
    room.versions.push({ version, tree, changes });
    room.disk = tree;
    room.workspace = {
      ...room.workspace,
      versions: room.versions.length,
      lastVersion: version.time,
    };
    this.#host.event('version.saved', message, room.workspace.project);
    return version;
  }

  #firstVersion({ workspace, disk }: Room): Version {
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

  #room(project: Project, name: string, path: string, days: number | null | undefined): Room {
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
        this.rooms(one.id).map(({ workspace }) => ({
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

  #find(reference: string): MockVersion {
    const [kind, workspace = ''] = reference.split(':');
    if (kind === 'now') {
      const room = this.room(workspace);
      const last = room.versions.at(-1);
      if (last) return { ...last, tree: room.disk };
    }
    if (kind === 'latest') {
      const last = this.room(workspace).versions.at(-1);
      if (last) return last;
    }
    for (const rooms of this.#rooms.values()) {
      for (const { versions } of rooms) {
        const found = versions.find((one) => one.version.id === reference);
        if (found) return found;
      }
    }
    throw refuse(`No version ${reference}`);
  }

  #job(
    title: string,
    project: string,
    summary: string,
    then: () => void,
    kind: JobView['kind'] = 'refresh',
  ) {
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
    const wanted = this.#find(version);
    const room = this.room(wanted.version.workspace);
    const plan = compare(room.disk, wanted.tree, paths);
    return this.#job(
      `Restore ${paths.length === 1 ? paths[0]?.join('/') : 'files'}`,
      wanted.version.project,
      `${plan.length} restored, ${Math.max(0, wanted.tree.size - plan.length)} identical, 0 failed`,
      () => {
        if (to) return;
        this.#append(room, room.disk, [], 'beforeRestore', 'Before a restore');
        const tree = new Map(room.disk);
        for (const { path, kind } of plan) {
          const edits = wanted.tree.get(path.join('/'));
          if (kind === 'removed' || edits === undefined) tree.delete(path.join('/'));
          else tree.set(path.join('/'), edits);
        }
        this.#append(room, tree, plan, 'manual', `Restore of ${wanted.version.shortId}`);
      },
      'restore',
    );
  }

  readonly handlers: Handlers = {
    workspace_list: ({ project }) => this.rooms(project).map((room) => this.#show(room)),
    workspace_open: ({ version, name, to }) => {
      const from = this.#find(version);
      const project = this.#host.projects().find((one) => one.id === from.version.project);
      if (!project) throw refuse('No project');
      return this.#job(`Open ${name}`, project.id, `${name} holds ${from.tree.size} files`, () => {
        const room = this.#room(
          project,
          name,
          to ? `/home/mira/${name}` : `/home/mira/.local/share/undercroft/workspaces/${name}`,
          1,
        );
        this.rooms(project.id).push({
          ...room,
          workspace: { ...room.workspace, openedFrom: version },
        });
      });
    },
    workspace_show: ({ workspace }) => this.#show(this.room(workspace)),
    workspace_switch: ({ workspace }) => {
      this.#current = workspace;
      return this.#show(this.room(workspace));
    },
    workspace_refresh: ({ workspace }) => {
      const { workspace: shown } = this.room(workspace);
      return this.#job(
        `Look through ${shown.name}`,
        shown.project,
        'Nothing had changed',
        () => undefined,
      );
    },
    workspace_close: ({ workspace }) => {
      const { workspace: shown } = this.room(workspace);
      return this.#job(
        `Close ${shown.name}`,
        shown.project,
        `${shown.name} is closed; its versions stay`,
        () =>
          this.#rooms.set(
            shown.project,
            this.rooms(shown.project).filter((one) => one.workspace.id !== workspace),
          ),
      );
    },
    workspace_describe: ({ workspace, text }) => {
      const room = this.room(workspace);
      room.workspace = { ...room.workspace, description: text };
      return this.#show(room);
    },
    current: () => ({ workspace: this.#current, project: null }),
    history_preview: ({ project }) =>
      this.#job('Count what would be kept', project, 'Counted', () => undefined),
    history_plan: () => PLAN(this.#host.now()),
    history_start: ({ project }) => {
      this.#states.set(project, 'importing');
      const room = this.rooms(project)[0];
      return this.#job('Make the first version', project, '1,204 files are kept', () => {
        this.#states.set(project, 'watching');
        if (room) this.#append(room, room.disk, [], 'import', 'The first version');
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
      for (const { version, changes } of this.room(workspace).versions) {
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
      const found = this.#find(version);
      return { version: found.version, changes: found.changes, changesTotal: found.changes.length };
    },
    version_save: ({ workspace, message }) => {
      const room = this.room(workspace);
      return this.#job('Save a version', room.workspace.project, 'Nothing had changed', () => {
        if (message) this.#append(room, room.disk, [], 'manual', message);
      });
    },
    version_mark: ({ version, name, note, pinned }) => {
      const found = this.#find(version).version;
      if (name != null) found.name = name || null;
      if (note != null) found.note = note || null;
      if (pinned != null) found.pinned = pinned;
      return found;
    },
    version_compare: ({ from, to, path = [] }) => {
      const before = this.#find(from);
      const after = this.#find(to === 'now' ? `now:${before.version.workspace}` : to);
      const changes = compare(before.tree, after.tree, path.length > 0 ? [path] : []);
      return { changes, changesTotal: changes.length };
    },
    version_sizes: ({ version }) => {
      const { changes, version: shown } = this.#find(version);
      const sized = changes.map(({ path, sizeBytes }) => ({ path, sizeBytes: sizeBytes ?? 0 }));
      return {
        uniqueBytes: sized.reduce((sum, one) => sum + one.sizeBytes, 0),
        reclaimableBytes: Math.round(shown.storedBytes * 0.8),
        largest: sized.toSorted((left, right) => right.sizeBytes - left.sizeBytes),
      };
    },
    thin_preview: ({ project }) => {
      const versions = this.rooms(project).flatMap((room) => room.versions);
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
      this.#job('Thin out versions', project, 'Thinned out', () => {
        for (const room of this.rooms(project)) {
          room.versions = room.versions.filter(
            ({ version }, index) => !this.#isThinned(version, index),
          );
        }
      }),
    history_compact: ({ project }) =>
      this.#job('Compact the history', project, '3.1 MB are free again', () => undefined),
    history_check: ({ project }) =>
      this.#job(
        'Check the history',
        project,
        'Every version can be read',
        () => undefined,
        'check',
      ),
    file_list: ({ version, path = [] }) => {
      const found = this.#find(version);
      return { version: found.version.id, path, entries: listTree(found, path) };
    },
    file_preview: ({ version, path = [] }) =>
      this.#preview(this.#find(version).tree, path.join('/')),
    file_history: ({ workspace, path }) => this.#fileHistory(workspace, path.join('/')),
    file_diff: ({ from, to }) => this.#fileDiff(from, to),
    file_search: ({ version, text, inContent, limit }) => {
      const { tree } = this.#find(version);
      const wanted = text.toLowerCase();
      const hits = [...tree].flatMap(([path, edits]) => {
        if (!inContent)
          return path.toLowerCase().includes(wanted) ? [{ path: path.split('/') }] : [];
        if (fileAt(path)?.kind !== 'text') return [];
        return textOf(path, edits)
          .split('\n')
          .flatMap((line, index) =>
            line.toLowerCase().includes(wanted)
              ? [{ path: path.split('/'), line: index + 1, preview: line }]
              : [],
          );
      });
      return hits.slice(0, limit ?? 200);
    },
    file_save: ({ workspace, path, message }) => ({
      version: this.edit(workspace, path.join('/'), message ?? `Upload ${path.at(-1)}`),
      changed: true,
    }),
    file_delete: ({ workspace, path, message }) => ({
      version: this.edit(workspace, path.join('/'), message ?? `Delete ${path.at(-1)}`, null),
      changed: true,
    }),
    file_upload: ({ workspace, folder = [], places }) => {
      const { workspace: shown } = this.room(workspace);
      return this.#job(
        `Upload into ${folder.join('/') || shown.name}`,
        shown.project,
        `${places.length} files are there now`,
        () => undefined,
      );
    },
    version_restore: (request) => this.#restore(request),
    version_restore_preview: ({ version, paths = [] }) => {
      const wanted = this.#find(version);
      const changes = compare(this.room(wanted.version.workspace).disk, wanted.tree, paths);
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
      const room = this.room(workspace);
      return this.#job('Undo', room.workspace.project, 'As it was before', () => {
        const before = room.versions.findLast(({ version }) => version.trigger === 'beforeRestore');
        const tree = before?.tree ?? room.versions.at(-2)?.tree;
        if (tree) this.#append(room, tree, compare(room.disk, tree, []), 'manual', 'Undo');
      });
    },
    memory_stats: () => ({
      capacityBytes: 268_435_456,
      usedBytes: 91_204_110,
      entries: 4_212,
      hits: 48_120,
      misses: 3_190,
      evictions: 812,
      drafts: 3,
      draftBytes: 41_200,
      journalBytes: 96_000,
    }),
  };

  #show({ workspace }: Room): Workspace {
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
    return this.room(workspace)
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

  #preview(tree: MockTree, path: string): Reply<'file_preview'> {
    const edits = tree.get(path);
    const file = fileAt(path);
    if (edits === undefined) throw refuse(`No file ${path}`);
    const sizeBytes = sizeOf(path, edits);
    if (!file || file.kind === 'text')
      return { kind: 'text', text: textOf(path, edits), sizeBytes, truncated: false };
    if (file.kind === 'image')
      return {
        kind: 'image',
        mime: 'image/svg+xml',
        base64: imageOf(edits),
        sizeBytes,
        truncated: false,
      };
    if (file.bytes > 40_000_000) return { kind: 'tooLarge', sizeBytes, truncated: true };
    return { kind: 'binary', hex: hexOf(edits), sizeBytes, truncated: true };
  }

  #fileHistory(workspace: string, path: string): Reply<'file_history'> {
    let name = path;
    return this.room(workspace)
      .versions.toReversed()
      .flatMap(({ version, changes, tree }) => {
        const change = changes.find((one) => one.path.join('/') === name);
        if (!change && version.trigger !== 'import') return [];
        const at = name;
        if (change?.from) name = change.from.join('/');
        const edits = tree.get(at);
        return [
          {
            version,
            path: at.split('/'),
            kind: change?.kind ?? ('added' as const),
            sizeBytes: edits === undefined ? null : sizeOf(at, edits),
            layer: fileAt(at)?.layer ?? null,
          },
        ];
      });
  }

  #fileDiff(
    from: Request<'file_diff'>['from'],
    to: Request<'file_diff'>['to'],
  ): Reply<'file_diff'> {
    const side = (at: typeof from) =>
      at ? this.#preview(this.#find(at.version).tree, (at.path ?? []).join('/')) : null;
    const [old, now] = [side(from), side(to)];
    const rest = { hunks: [], addedLines: 0, removedLines: 0, truncated: false };
    const kinds = [old?.kind ?? now?.kind, now?.kind ?? old?.kind];
    if (old?.text === now?.text && old?.base64 === now?.base64 && old?.hex === now?.hex)
      return { kind: 'same', ...rest };
    if (kinds.every((kind) => kind === 'text')) {
      const hunks = diffTexts(old?.text ?? '', now?.text ?? '');
      const count = (tag: string) =>
        hunks.reduce((sum, hunk) => sum + hunk.lines.filter((line) => line.tag === tag).length, 0);
      return {
        kind: 'text',
        ...rest,
        hunks,
        addedLines: count('added'),
        removedLines: count('removed'),
      };
    }
    const kind = kinds.every((one) => one === 'image')
      ? 'image'
      : kinds.includes('tooLarge')
        ? 'tooLarge'
        : 'binary';
    return { kind, ...rest, old, new: now };
  }
}

function listTree({ tree, version }: MockVersion, folder: string[]): FileEntry[] {
  const prefix = folder.length > 0 ? `${folder.join('/')}/` : '';
  const entries = new Map<string, FileEntry>();
  for (const [path, edits] of tree) {
    if (!path.startsWith(prefix)) continue;
    const [name = '', ...below] = path.slice(prefix.length).split('/');
    const file = fileAt(path);
    const isFolder = below.length > 0;
    entries.set(name, {
      name,
      kind: isFolder ? 'folder' : 'file',
      sizeBytes: isFolder ? 0 : sizeOf(path, edits),
      modified: version.time,
      mode: isFolder ? 'drwxr-xr-x' : '-rw-r--r--',
      layer: isFolder ? null : (file?.layer ?? 'git'),
      reason: isFolder ? null : (file?.reason ?? 'text'),
      target: null,
    });
  }
  const rank = (entry: FileEntry) => (entry.kind === 'folder' ? 0 : 1);
  return [...entries.values()].sort(
    (left, right) => rank(left) - rank(right) || (left.name < right.name ? -1 : 1),
  );
}

/** What has to happen to `before` to make it `after`, at and below some paths. */
function compare(before: MockTree, after: MockTree, paths: string[][]): Change[] {
  const wanted = paths.map((path) => path.join('/'));
  const isWanted = (path: string) =>
    wanted.length === 0 || wanted.some((one) => path === one || path.startsWith(`${one}/`));
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => isWanted(path) && before.get(path) !== after.get(path))
    .sort()
    .map((path): Change => {
      const edits = after.get(path);
      const kind = edits === undefined ? 'removed' : before.has(path) ? 'modified' : 'added';
      const layer = edits === undefined ? null : (fileAt(path)?.layer ?? 'git');
      return {
        path: path.split('/'),
        kind,
        layer,
        sizeBytes: edits === undefined ? null : sizeOf(path, edits),
      };
    });
}

function hexOf(seed: number): string {
  const random = seededRandom(seed + 3);
  return Array.from({ length: 32 }, (_, line) => {
    const bytes = Array.from({ length: 16 }, () => Math.floor(random() * 256));
    const digits = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const letters = bytes
      .map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '.'))
      .join('');
    return `${(line * 16).toString(16).padStart(8, '0')}  ${digits}  ${letters}`;
  }).join('\n');
}

const PLAN = (now: number): HistoryPlan => ({
  counted: new Date(now).toISOString(),
  files: 2_918,
  sizeBytes: 214_300_000,
  leftOut: [
    {
      path: ['node_modules'],
      why: 'package.json stands beside it, so it can be made again',
      files: 38_204,
      sizeBytes: 612_000_000,
    },
    {
      path: ['packages', 'site', 'dist'],
      why: 'vite.config.ts stands beside it, so it can be made again',
      files: 312,
      sizeBytes: 18_200_000,
    },
    { path: ['.cache'], why: 'It is a cache', files: 1_411, sizeBytes: 44_100_000 },
  ],
  secrets: [['.env'], ['deploy', 'id_ed25519']],
  layers: { gitFiles: 2_790, gitBytes: 31_200_000, objectFiles: 128, objectBytes: 183_100_000 },
});

function refuse(what: string): BackendError {
  return new BackendError({
    code: 'not_found',
    what,
    why: 'The made-up engine says so',
    next: 'Try something else',
  });
}

export type { Handlers as HistoryHandlers, UseCase };
