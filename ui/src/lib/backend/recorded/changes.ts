/** Changes of the recorded library, made to its lists and replies; no rule lives here. */
import type { Request, UseCase } from '../backend';
import type { JobView, Project, Snapshot, WatchStatus, Workspace } from '../bindings';
import { newId, now, one } from './library';
import type { RecordedLibrary, Replies } from './library';

type Ends = { [K in UseCase]?: (request: Request<K>, job: JobView) => void };

const HOUR = 3_600_000;
const from = (ms: number) => new Date(Date.now() + ms).toISOString();

/** The fields that a change names; one that is null stays as it is. */
function given<T extends object>(change: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const named = Object.entries(change).filter(([, value]) => value != null);
  return Object.fromEntries(named) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** What is there at once. */
export function changesOf(library: RecordedLibrary): Replies {
  const { recording } = library;
  const place = (id: string) => one([...library.places.values()], id);
  const changeProject = (id: string, change: Partial<Project>) =>
    library.change(library.projects, id, change);
  const setWatch = (project: string | null | undefined, state: WatchStatus) => {
    const meant = library.watched.filter((one) => !project || one.project === project);
    for (const one of meant) Object.assign(one, { state });
    for (const one of library.workspaces)
      if (!project || one.project === project) one.watch = state;
    return meant;
  };
  const putVersion = (workspace: string, message: string) => {
    const version = library.addVersion(workspace, { message });
    return { version, changed: true, trashed: false, warnings: [] };
  };
  return {
    project_add: ({ place: id, name, tags }) => {
      const { display, name: folder } = place(id);
      if (library.projects.some((one) => one.path === display && one.status === 'active'))
        throw recording.refusal('project_add');
      const project = {
        ...recording.reply('project_add', { place: id }),
        ...{ id: newId(), path: display, name: name ?? folder, tags: tags ?? [], created: now() },
      };
      library.projects.push(project);
      return project;
    },
    project_rename: ({ project, name }) => changeProject(project, { name }),
    project_tag: ({ project, add = [], remove = [] }) => {
      const tags = new Set([...library.project(project).tags, ...add]);
      for (const tag of remove) tags.delete(tag);
      return changeProject(project, { tags: [...tags] });
    },
    project_forget: ({ project }) => changeProject(project, { status: 'trashed' }),
    project_recall: ({ project }) => changeProject(project, { status: 'active' }),
    destination_add: (request) => {
      const { display, name } = place(request.place);
      const destination = {
        ...recording.reply('destination_add', request),
        ...{ id: newId(), display, name: request.name ?? name, added: now() },
      };
      library.destinations.push(destination);
      return destination;
    },
    destination_forget: ({ destination }) => {
      const found = library.destination(destination);
      library.destinations = library.destinations.filter(({ id }) => id !== destination);
      return found;
    },
    destination_rename: ({ destination, name }) =>
      library.change(library.destinations, destination, { name }),
    snapshot_pin: ({ snapshot, pinned }) => library.change(library.snapshots, snapshot, { pinned }),
    trash_restore: ({ snapshots }) => {
      const back = library.trash.map((one) => one.snapshot).filter((one) => isOf(snapshots, one));
      library.trash = library.trash.filter((one) => !back.includes(one.snapshot));
      library.snapshots = [...back, ...library.snapshots].toSorted((left, right) =>
        right.time.localeCompare(left.time),
      );
      return back;
    },
    plan_save: ({ plan, draft }) => {
      const kept = recording.reply('plan_save', { plan: null, draft });
      if (plan) return library.change(library.plans, plan, { draft });
      const targetsNow = draft.targets.map(({ destination }) => {
        const { name, present } = library.destination(destination);
        return { destination, name, present, lastComplete: null, held: false };
      });
      library.plans.push({ ...kept, id: newId(), draft, targetsNow });
      return library.replies.plan_list().at(-1) ?? kept;
    },
    plan_enable: ({ plan, enabled }) => library.change(library.plans, plan, { enabled }),
    plan_delete: ({ plan }) => {
      const shown = library.replies.plan_show({ plan });
      library.plans = library.plans.filter(({ id }) => id !== plan);
      return shown;
    },
    schedule_pause: ({ pause }) => {
      const hours = { oneHour: 1, untilTomorrow: 16, untilResumed: null }[pause];
      const until = hours === null ? null : from(hours * HOUR);
      return recording.change('schedule_state', {}, (state) => ({ ...state, paused: true, until }));
    },
    schedule_resume: () => {
      const going = { paused: false, until: null };
      return recording.change('schedule_state', {}, (state) => ({ ...state, ...going }));
    },
    guard_answer: ({ alert, answer = null }) =>
      library.change(library.alerts, alert, { answer, open: answer === null }),
    history_pause: ({ project }) => setWatch(project, 'paused'),
    history_resume: ({ project }) => setWatch(project, 'watching'),
    rules_change: ({ project, ...change }) =>
      recording.change('rules_show', { project }, (rules) => ({ ...rules, ...given(change) })),
    workspace_switch: ({ workspace }) => {
      const { project } = library.workspace(workspace);
      for (const one of library.workspaces) one.current = one.id === workspace;
      recording.change('current', {}, () => ({ project, workspace }));
      return library.workspace(workspace);
    },
    workspace_describe: ({ workspace, text }) =>
      library.change(library.workspaces, workspace, { description: text }),
    version_mark: ({ version, ...change }) =>
      library.change(library.versions, version, given(change)),
    file_restore_lines: ({ workspace, path }) =>
      putVersion(workspace, `Restore lines of ${path.at(-1)}`),
    file_save: ({ workspace, path, message }) =>
      putVersion(workspace, message ?? `Save ${path.at(-1)}`),
    file_delete: ({ workspace, path, message }) =>
      putVersion(workspace, message ?? `Delete ${path.at(-1)}`),
    git_commit: (request) => {
      const { workspace, message, author } = request;
      const recorded = recording.reply('git_commit', request);
      const [summary = ''] = message.split('\n');
      const said = { message, summary, author: author ?? recorded.author, time: now() };
      const commit = { ...recorded, ...said, id: newId() };
      const clean = { changes: [], changesTotal: 0, head: commit.id };
      recording.change('git_status', { workspace }, (status) => ({ ...status, ...clean }));
      recording.change('git_log', { workspace }, (log) => [commit, ...log]);
      return commit;
    },
    git_branch_create: (request) => {
      const { workspace, name } = request;
      const branch = { ...recording.reply('git_branch_create', request), name };
      recording.change('git_branches', { workspace }, (all) => [...all, branch]);
      return branch;
    },
    git_branch_switch: ({ workspace, name }) => {
      recording.change('git_branches', { workspace }, (all) =>
        all.map((one) => ({ ...one, current: one.name === name })),
      );
      return recording.change('git_status', { workspace }, (now) => ({ ...now, branch: name }));
    },
    settings_change: ({ set = {}, ...rest }) =>
      recording.change('settings_show', {}, (settings) => ({
        ...{ ...settings, ...given(rest) },
        all: settings.all.map((one) => {
          if (!(one.key in set)) return one;
          const source = set[one.key] == null ? ('default' as const) : ('file' as const);
          return { ...one, value: set[one.key] ?? one.default, source };
        }),
      })),
    doctor_fix: ({ id }) =>
      recording.change('doctor', {}, (findings) => findings.filter((one) => one.fix?.id !== id)),
  };
}

/** What is there once a job has done its work. */
export function endsOf(library: RecordedLibrary): Ends {
  const { recording } = library;
  return {
    backup_run: ({ project, destination }) =>
      library.addSnapshot(
        library.project(project),
        library.destination(destination ?? library.destinations[0]?.id ?? ''),
      ),
    plan_run: ({ plan }) => {
      const { draft } = library.replies.plan_show({ plan });
      const targets = draft.targets.map(({ destination }) => library.destination(destination));
      for (const target of targets.filter(({ present }) => present))
        for (const project of library.projectsOf(draft).filter(({ present }) => present))
          library.addSnapshot(project, target);
    },
    snapshot_forget: ({ snapshots }) => {
      const gone = library.snapshots.filter((one) => isOf(snapshots, one));
      const trashed = { trashed: now(), expires: from(30 * 24 * HOUR) };
      library.trash = [...gone.map((snapshot) => ({ snapshot, ...trashed })), ...library.trash];
      library.snapshots = library.snapshots.filter((one) => !gone.includes(one));
    },
    trash_empty: ({ destination }) => {
      library.trash = library.trash.filter(({ snapshot }) => snapshot.destination !== destination);
    },
    drill: ({ destination }) => {
      recording.change('proof_list', {}, (proofs) => {
        const before = proofs.flatMap(({ drills }) => drills).slice(0, 1);
        const drills = before.map((drill) => ({ ...drill, time: now() }));
        const proven = (proof: (typeof proofs)[number]) => ({
          ...proof,
          lastProven: now(),
          drills: [...drills, ...proof.drills],
        });
        return proofs.map((one) => (one.destination === destination ? proven(one) : one));
      });
      library.change(library.destinations, destination, { lastProven: now() });
    },
    history_start: ({ project }) => {
      const { name, path } = library.project(project);
      const [like] = library.workspaces;
      if (!like) return;
      const id = newId();
      const main = { name: 'main', main: true, description: '', openedFrom: null, current: false };
      const own = { id, project, projectName: name, path, created: now() };
      library.workspaces.push({ ...like, ...main, ...own, watch: 'watching' });
      const of = { project, projectName: name, workspace: id };
      const watched = { ...of, name: 'main', state: 'watching' as const };
      library.watched.push({ ...watched, pendingChanges: 0 });
      library.addVersion(id, { message: 'The first version', trigger: 'import' });
    },
    workspace_open: ({ version, name, to }) => {
      const from = library.version(version);
      const path = library.places.get(to ?? '')?.display ?? `/home/mira/${name}`;
      const like = library.workspace(from.workspace);
      const own = { id: newId(), name, path, main: false, current: false, created: now() };
      library.workspaces.push({ ...like, ...own, description: '', openedFrom: version });
      library.addVersion(own.id, { message: from.message, trigger: 'import' });
    },
    workspace_close: ({ workspace }) => {
      library.workspaces = library.workspaces.filter(({ id }) => id !== workspace);
      library.watched = library.watched.filter((one) => one.workspace !== workspace);
    },
    version_save: ({ workspace, message }) => {
      if (message) library.addVersion(workspace, { message });
    },
    version_restore: ({ version, to }, { title }) => {
      const { workspace } = library.version(version);
      if (!to) library.addVersion(workspace, { message: title, trigger: 'beforeRestore' });
    },
    undo: ({ workspace: named }, { title }) => {
      // A project stands for its main workspace; what was freed of one without versions is just back.
      const isNamed = ({ id, project, main }: Workspace) =>
        id === named || (main && project === named);
      const workspace = library.workspaces.find(isNamed);
      if (workspace) library.addVersion(workspace.id, { message: title });
    },
    thin: ({ project }) => {
      const { drop } = recording.reply('thin_preview', { project });
      const gone = new Set(drop.map(({ version }) => version.id));
      library.versions = library.versions.filter(({ id }) => !gone.has(id));
    },
  };
}

const isOf = (ids: string[], { id, shortId }: Snapshot) =>
  ids.includes(id) || ids.includes(shortId);
