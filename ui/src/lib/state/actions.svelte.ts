/** The actions of a user, each with its message on success and on failure. */
import { createContext } from 'svelte';
import type { Backend, Reply, Request, UseCase } from '$lib/backend/backend';
import type { JobView, Place, PlaceState, Project, Theme } from '$lib/backend/bindings';
import { words } from '$lib/words';
import { isImportable } from '$lib/place-verdict';
import { projectsRoute } from '$lib/routing';
import { attempt } from './attempt';
import type { Dialogs } from './dialogs.svelte';
import type { JobFollowers } from './job-followers';
import type { Jobs } from './jobs.svelte';
import { BACKUPS_CHANGED, changeOfJob } from './library-changes';
import type { Library } from './library.svelte';
import type { Router } from './router.svelte';
import { settingOf } from './session.svelte';
import type { Session } from './session.svelte';
import { asWireError } from './resource.svelte';
import type { Toasts } from './toasts.svelte';
import type { Watch } from './watch.svelte';

export type Context = {
  backend: Backend;
  library: Library;
  jobs: Jobs;
  jobFollowers: JobFollowers;
  session: Session;
  toasts: Toasts;
  dialogs: Dialogs;
  router: Router;
  watch: Watch;
};

const REFUSALS: Partial<Record<PlaceState, (name: string) => [string, string]>> = {
  file: (name) => [words.projects.fileRefused(name), words.projects.fileRefusedHint],
  missing: (name) => [words.projects.missingRefused(name), words.projects.missingRefusedHint],
  repository: (name) => [
    words.projects.repositoryRefused(name),
    words.projects.repositoryRefusedHint,
  ],
};

export class Actions {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Opens the system's folder dialog, or asks for a path where there is none. */
  async addProject(): Promise<void> {
    const { session, dialogs } = this.#context;
    if (!session.canPick) return dialogs.show({ kind: 'addProject', suggestion: '' });
    const place = await this.#try('place_pick', { purpose: 'project' });
    if (place) await this.addPlaces([place]);
  }

  /** Adds folders as projects; an archive among what was dropped is offered for import. */
  async addPlaces(places: Place[]): Promise<void> {
    const archive = places.find(({ state, name }) => state === 'file' && isImportable(name));
    if (archive) return this.#context.dialogs.show({ kind: 'importProject', place: archive });
    let last: Project | null = null;
    for (const place of places) last = (await this.#addPlace(place)) ?? last;
    if (last) this.#context.router.go(projectsRoute(last.id));
  }

  async #addPlace(place: Place): Promise<Project | null> {
    const refusal = REFUSALS[place.state]?.(place.name);
    if (refusal) {
      this.#context.toasts.notice(...refusal);
      return null;
    }
    const project = await this.#try('project_add', { place: place.id, name: null, tags: [] });
    if (project) this.projectAdded(project);
    return project;
  }

  /** Shows a project that was just added. */
  projectAdded(project: Project): void {
    this.#context.library.replace(project);
    this.#context.toasts.done(words.projects.added(project.name));
  }

  async forgetProject(project: Project): Promise<void> {
    const forgotten = await this.#try('project_forget', { project: project.id });
    if (!forgotten) return;
    this.#context.library.replace(forgotten);
    this.#context.toasts.done(words.projects.forgotten(project.name), {
      label: words.common.undo,
      run: () => void this.recallProject(forgotten),
    });
  }

  async recallProject(project: { id: string }): Promise<void> {
    const recalled = await this.#try('project_recall', { project: project.id });
    if (!recalled) return;
    this.#context.library.replace(recalled);
    this.#context.toasts.done(words.projects.recalled(recalled.name));
  }

  async renameProject(project: Project, name: string): Promise<boolean> {
    const renamed = await this.#try('project_rename', { project: project.id, name });
    if (!renamed) return false;
    this.#context.library.replace(renamed);
    this.#context.toasts.done(words.project.renamed(renamed.name), {
      label: words.common.undo,
      run: () => void this.renameProject(renamed, project.name),
    });
    return true;
  }

  async tagProject(project: Project, add: string[], remove: string[]): Promise<boolean> {
    const tagged = await this.#try('project_tag', { project: project.id, add, remove });
    if (tagged) this.#context.library.replace(tagged);
    return tagged !== null;
  }

  async refreshProject(project: Project): Promise<void> {
    this.#started(await this.#try('project_refresh', { project: project.id }));
  }

  async backUp(project: string, destination: string): Promise<void> {
    this.#started(await this.#try('backup_run', { project, destination }));
  }

  /** Backs a project up to every destination that can be reached. */
  async backUpProject(project: Project): Promise<void> {
    const { library, dialogs } = this.#context;
    const known = library.destinations.value ?? [];
    if (known.length === 0) return dialogs.show({ kind: 'addDestination', project });
    const usual = settingOf(this.#context.session.settings.value, 'backup-destination');
    const named = known.filter((destination) => destination.name === usual);
    const reachable = known.filter((destination) => destination.present);
    const all = reachable.length > 0 ? reachable : known;
    for (const destination of named.length > 0 ? named : all) {
      await this.backUp(project.id, destination.id);
    }
  }

  async backUpAll(): Promise<void> {
    const { library, toasts, jobs, dialogs } = this.#context;
    if ((library.destinations.value ?? []).length === 0) {
      return dialogs.show({ kind: 'addDestination', project: null });
    }
    const started = await this.#try('backup_run_all', {});
    if (!started) return;
    for (const job of started) jobs.accept(job);
    if (started.length === 0) {
      toasts.notice(words.backups.nothingToBackUp, words.backups.nothingToBackUpHint);
    } else {
      jobs.drawerOpen = true;
      toasts.done(words.backups.startedAll(started.length));
    }
  }

  async cancelJob(id: string): Promise<void> {
    await this.#context.jobs.cancel(id).catch((cause: unknown) => this.#fail(cause));
  }

  async pauseJob(job: JobView, paused: boolean): Promise<void> {
    const now = await this.#try(paused ? 'job_pause' : 'job_resume', { job: job.id });
    if (now) this.#context.jobs.accept(now);
  }

  async forgetDestination(destination: { id: string; name: string }): Promise<void> {
    const forgotten = await this.#try('destination_forget', { destination: destination.id });
    if (!forgotten) return;
    this.#context.library.touch(BACKUPS_CHANGED);
    this.#context.toasts.done(words.destinations.forgotten(destination.name));
  }

  async setTheme(theme: Theme): Promise<void> {
    await this.#context.session.setTheme(theme).catch((cause: unknown) => this.#fail(cause));
  }

  started(job: JobView): void {
    this.#started(job);
  }

  #started(job: JobView | null): void {
    if (!job) return;
    this.#context.jobs.accept(job);
    this.#context.library.touch(changeOfJob(job));
  }

  #try<K extends UseCase>(name: K, request: Request<K>): Promise<Reply<K> | null> {
    return attempt(this.#context, name, request);
  }

  #fail(cause: unknown): void {
    this.#context.toasts.fail(asWireError(cause));
  }
}

export const [getActions, setActions] = createContext<Actions>();
