/**
 * The first run: what is worked on, where backups go, and what opens them; then one act that does
 * all of it. What was done stays done, so that a second start goes on where the first failed.
 */
import { createContext } from 'svelte';
import type {
  Destination,
  Drive,
  FoundProject,
  JobView,
  NewPassword,
  Place,
  Plan,
  PlanDraft,
  Project,
  ProjectFinds,
  WireError,
} from '$lib/backend/bindings';
import type { Request } from '$lib/backend/backend';
import { words } from '$lib/words';
import type { Context } from './actions.svelte';
import { hasEnded, hasSucceeded } from './jobs.svelte';
import { BACKUPS_CHANGED, EVERYTHING } from './library-changes';
import { asWireError, Resource } from './resource.svelte';

export type Step = 'waiting' | 'running' | 'done' | 'failed';

/** A folder in the list: found, picked, or a project already. */
export type WorkRow = {
  place: Place;
  found: FoundProject | null;
  ticked: boolean;
  project: Project | null;
  versions: Step;
  backup: Step;
  verified: Step;
  /** The job that makes its first version. */
  job: string | null;
  error: WireError | null;
};

/** What a folder that was pointed out may mean, where it is not plain. */
export type FolderQuestion =
  | { kind: 'known'; project: Project }
  | { kind: 'within'; folder: FoundProject; outer: FoundProject }
  | { kind: 'several'; folder: FoundProject | null; count: number };

/** Where backups go: a drive of the list by its folder, a folder that was chosen, or nowhere. */
export type Where = { kind: 'drive'; folder: string } | { kind: 'other' } | { kind: 'nowhere' };
export type Stage = 'choosing' | 'working' | 'stopped' | 'done';

type Decided = { target: Place | null; drive: Drive | null; create: boolean };

const POLL_MS = 1000;

export class FirstRun {
  rows = $state<WorkRow[]>([]);
  question = $state.raw<FolderQuestion | null>(null);
  folderError = $state.raw<WireError | null>(null);
  readonly finds: Resource<ProjectFinds>;
  readonly drives: Resource<Drive[]>;
  /** The user's own choice; without one, what is proposed. */
  chosen = $state.raw<Where | null>(null);
  other = $state.raw<Place | null>(null);
  password = $state.raw<NewPassword | null>({ type: 'generated' });
  stage = $state<Stage>('choosing');
  /** Whether it was started, and the user is not done with it. */
  active = $state(false);
  error = $state.raw<WireError | null>(null);
  destination = $state.raw<Destination | null>(null);
  planJob = $state<string | null>(null);
  /** Whether the recovery kit was shown. */
  kitShown = false;
  #plan: Plan | null = null;
  #decided: Decided = { target: null, drive: null, create: true };
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    const { backend } = context;
    this.finds = new Resource((signal) => backend.call('project_find', {}, signal));
    this.drives = new Resource((signal) => backend.call('drive_list', {}, signal));
  }

  readonly where = $derived.by((): Where => {
    const { chosen } = this;
    // A drive that was chosen may have been pulled out.
    const isGone =
      chosen?.kind === 'drive' &&
      !this.active &&
      !this.drives.value?.some(({ place }) => place.display === chosen.folder);
    return chosen && !isGone ? chosen : this.#proposed();
  });
  readonly drive = $derived.by((): Drive | null => {
    const { where } = this;
    if (where.kind !== 'drive') return null;
    return this.drives.value?.find(({ place }) => place.display === where.folder) ?? null;
  });
  /** The folder that backups go to. */
  readonly target = $derived.by((): Place | null => {
    if (this.where.kind === 'other') return this.other;
    return this.drive?.place ?? null;
  });
  /** Whether there are backups to go on with. */
  readonly existing = $derived.by(() => this.target?.state === 'repository');
  readonly ticked = $derived.by(() => this.rows.filter((row) => row.ticked));
  readonly ready = $derived.by(() => {
    if (this.where.kind === 'nowhere') return this.ticked.some((row) => !row.project);
    const fits = this.target !== null && this.target.state !== 'file';
    return this.destination !== null || (fits && this.password !== null);
  });
  readonly kept = $derived.by(() => this.ticked.filter((row) => !row.error));

  /** Searches the home folder, and shows what was found beside what is chosen already. */
  async search(): Promise<void> {
    await this.finds.reload();
    for (const found of this.finds.value?.projects ?? []) this.#list(found, found.isSuggested);
  }

  /** Lists the projects that are there already. */
  showProjects(projects: readonly Project[]): void {
    for (const project of projects) {
      if (project.status !== 'active' || this.rows.some((row) => row.project?.id === project.id))
        continue;
      const known = this.rows.find((row) => row.place.display === project.path);
      if (known) {
        known.project = project;
        continue;
      }
      const { path, name } = project;
      const place: Place = { id: '', display: path, name, state: 'folder', sameDisk: false };
      this.rows.push({ ...newRow(place, null, true), project, versions: 'done' });
    }
  }

  /** Takes folders that were picked or dropped; what is not plain becomes a question. */
  async take(places: readonly Place[]): Promise<void> {
    this.folderError = null;
    this.question = null;
    for (const place of places) {
      try {
        await this.#takeOne(place);
      } catch (cause) {
        this.folderError = asWireError(cause);
      }
    }
  }

  async pick(): Promise<void> {
    try {
      const place = await this.#context.backend.call('place_pick', { purpose: 'project' });
      if (place) await this.take([place]);
    } catch (cause) {
      this.folderError = asWireError(cause);
    }
  }

  /** Lists this folder instead of what was listed for it. */
  answer(folder: FoundProject): void {
    const below = (path: string) => path.startsWith(`${folder.place.display}/`);
    this.rows = this.rows.filter((row) => row.project !== null || !below(row.place.display));
    this.#list(folder, true);
    this.question = null;
  }

  async #takeOne(place: Place): Promise<void> {
    const look = await this.#context.backend.call('project_find', { place: place.id });
    const { known, within, folder, projects } = look;
    if (known) this.question = { kind: 'known', project: known };
    else if (folder && within) this.question = { kind: 'within', folder, outer: within };
    else if (projects.length > 0) {
      for (const found of projects) this.#list(found, true);
      this.question = { kind: 'several', folder: folder ?? null, count: projects.length };
    } else if (folder) this.#list(folder, true);
  }

  #list(found: FoundProject, ticked: boolean): void {
    const known = this.rows.find((row) => row.place.display === found.place.display);
    if (!known) return void this.rows.push(newRow(found.place, found, ticked));
    if (known.project) return;
    // The place is named anew each time; the user's tick stays.
    Object.assign(known, { place: found.place, found });
  }

  #proposed(): Where {
    const best = this.drives.value?.find((drive) => drive.isProposed);
    return best ? { kind: 'drive', folder: best.place.display } : { kind: 'nowhere' };
  }

  /** Does all that was decided; a second time, what is left of it. */
  async start(): Promise<void> {
    // A drive that is pulled out meanwhile changes nothing of what was decided.
    this.chosen = this.where;
    this.#decided = { target: this.target, drive: this.drive, create: !this.existing };
    this.stage = 'working';
    this.active = true;
    this.error = null;
    for (const row of this.rows) row.error = null;
    try {
      await this.#addProjects();
      await this.#findInterrupted();
      await this.#keepVersions();
      this.error = this.where.kind === 'nowhere' ? null : await this.#backUp();
      this.stage = this.error ? 'stopped' : 'done';
    } catch (cause) {
      this.error = asWireError(cause);
      this.stage = 'stopped';
    }
    this.#context.library.touch(EVERYTHING);
  }

  /** Forgets the run once the user is done with it. */
  reset(): void {
    this.rows = [];
    this.stage = 'choosing';
    this.active = false;
    this.chosen = this.other = this.destination = this.question = null;
    this.password = { type: 'generated' };
    this.error = this.folderError = null;
    this.planJob = null;
    this.kitShown = false;
    this.#plan = null;
  }

  /** The plan that gets the destination: one of all projects that runs by itself, else a new one. */
  async propose(signal?: AbortSignal): Promise<Request<'plan_save'>> {
    const { backend } = this.#context;
    const plans = await backend.call('plan_list', {}, signal);
    const known = plans.find(({ draft, enabled }) => enabled && draft.projects.type === 'all');
    if (known) return { plan: known.id, draft: known.draft };
    return { plan: null, draft: await backend.call('plan_propose', {}, signal) };
  }

  async #addProjects(): Promise<void> {
    const { backend, library } = this.#context;
    for (const row of this.ticked.filter((one) => !one.project)) {
      try {
        row.project = await backend.call('project_add', { place: row.place.id });
        library.replace(row.project);
      } catch (cause) {
        row.error = asWireError(cause);
        row.versions = 'failed';
      }
    }
    const failed = this.ticked.find((row) => row.error);
    if (failed?.error && this.kept.length === 0) throw failed.error;
  }

  /** A first version that was begun and that nobody makes any more is gone on with. */
  async #findInterrupted(): Promise<void> {
    const states = await this.#context.backend.call('watch_list', {});
    for (const row of this.kept) {
      const mine = states.filter(({ project }) => project === row.project?.id);
      const isInterrupted = mine.every(({ state, lastVersion }) => state === 'off' && !lastVersion);
      if (mine.length > 0 && isInterrupted) row.versions = 'waiting';
    }
  }

  async #keepVersions(): Promise<void> {
    for (const row of this.kept.filter((one) => one.project && one.versions !== 'done')) {
      row.versions = 'running';
      const project = row.project?.id ?? '';
      const ended = await this.#finish(
        await this.#context.backend.call('history_start', { project }),
        (job) => (row.job = job.id),
      );
      row.job = null;
      row.versions = hasSucceeded(ended.state) ? 'done' : 'failed';
      if (!hasSucceeded(ended.state)) row.error = ended.outcome?.error ?? null;
    }
  }

  /** Backs up; gives back why that was not done. */
  async #backUp(): Promise<WireError | null> {
    const { backend, library } = this.#context;
    const plan = await this.#savedPlan(await this.#addedDestination());
    library.touch(BACKUPS_CHANGED);
    const rows = this.ticked.filter((row) => row.project);
    if (rows.length === 0) return null;
    for (const row of rows) Object.assign(row, { backup: 'waiting', verified: 'waiting' });
    const job = await backend.call('plan_run', { plan: plan.id });
    const timer = setInterval(() => void this.#lookAtParts(plan), POLL_MS);
    const ended = await this.#finish(job, (begun) => (this.planJob = begun.id)).finally(() =>
      clearInterval(timer),
    );
    this.planJob = null;
    await this.#judge(plan, ended);
    return hasSucceeded(ended.state) ? null : (ended.outcome?.error ?? stopped(ended));
  }

  async #addedDestination(): Promise<Destination> {
    if (this.destination) return this.destination;
    const { target, drive, create } = this.#decided;
    const { password } = this;
    if (!target || !password) throw new Error('No folder was chosen');
    const name = drive && !drive.isHome ? drive.name : null;
    this.destination = await this.#context.backend.call('destination_add', {
      ...{ place: target.id, name, password, create },
    });
    return this.destination;
  }

  async #savedPlan({ id }: Destination): Promise<Plan> {
    if (this.#plan) return this.#plan;
    const { plan, draft } = await this.propose();
    const settings = { plan, draft: withTarget(draft, id) };
    this.#plan = await this.#context.backend.call('plan_save', settings);
    return this.#plan;
  }

  /** The parts of the run so far: which projects are backed up. */
  async #lookAtParts(plan: Plan): Promise<boolean> {
    const { backend } = this.#context;
    try {
      const [run] = await backend.call('run_list', { plan: plan.id, limit: 1 });
      if (!run) return false;
      const { parts } = await backend.call('run_show', { run: run.id });
      for (const row of this.ticked) {
        const part = parts.find(({ project }) => project && project === row.project?.id);
        if (part) row.backup = stepOf(part.state);
      }
      return parts.some((part) => !part.project && part.state === 'failed');
    } catch {
      // The job tells of its end in any case.
      return false;
    }
  }

  /** What became of each project, by the backups that are there. */
  async #judge(plan: Plan, ended: JobView): Promise<void> {
    const damaged = await this.#lookAtParts(plan);
    const destination = this.destination?.id ?? '';
    const held = await this.#context.backend.call('snapshot_list', { destination });
    const isVerified = hasSucceeded(ended.state) && !damaged && plan.draft.verification.afterRun;
    for (const row of this.ticked.filter((one) => one.project)) {
      const isHeld = held.some((snapshot) => snapshot.project === row.project?.id);
      row.backup = isHeld ? 'done' : 'failed';
      row.verified = isHeld && isVerified ? 'done' : 'failed';
    }
  }

  /** Waits for the end of a job; how far it is, the list of jobs tells. */
  #finish(job: JobView, begun: (job: JobView) => void): Promise<JobView> {
    const { jobs } = this.#context;
    jobs.accept(job);
    begun(job);
    return new Promise((resolve) => {
      const stop = $effect.root(() => {
        $effect(() => {
          const known = jobs.all.find(({ id }) => id === job.id);
          if (!known || !hasEnded(known.state)) return;
          queueMicrotask(() => stop());
          resolve(known);
        });
      });
    });
  }
}

const newRow = (place: Place, found: FoundProject | null, ticked: boolean): WorkRow => ({
  ...{ place, found, ticked, project: null, job: null, error: null },
  ...{ versions: 'waiting', backup: 'waiting', verified: 'waiting' },
});

/** Why a job that did not fail did not end either. */
function stopped({ title, outcome }: JobView): WireError {
  const { what, next } = words.firstRun.interrupted(title);
  return { code: 'cancelled', what, why: outcome?.summary ?? '', next };
}

function stepOf(state: JobView['state']): Step {
  if (hasSucceeded(state)) return 'done';
  if (state === 'running') return 'running';
  return state === 'queued' ? 'waiting' : 'failed';
}

function withTarget(draft: PlanDraft, destination: string): PlanDraft {
  if (draft.targets.some((target) => target.destination === destination)) return draft;
  const retention = draft.targets[0]?.retention ?? null;
  return { ...draft, targets: [...draft.targets, { destination, retention }] };
}

export const [getFirstRun, setFirstRun] = createContext<FirstRun>();
