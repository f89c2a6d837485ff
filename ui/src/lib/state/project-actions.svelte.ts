/** The actions on the life of projects: the trash, templates, and the jobs that make and delete. */
import { createContext } from 'svelte';
import type { Request } from '$lib/backend/backend';
import type { JobView, Project, Template } from '$lib/backend/bindings';
import { projectsRoute } from '$lib/routing';
import { words } from '$lib/words';
import type { Context } from './actions.svelte';
import { attempt } from './attempt';
import { followJob } from './begin-job';
import { ARCHIVES_CHANGED } from './library-changes';

const text = words.projectTrash;

export class ProjectActions {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Begins the job that makes a project, shows its progress, and opens the project once it is there.
   * Throws the error of a call that begins nothing.
   */
  async make<K extends 'project_create' | 'project_import'>(
    name: K,
    request: Request<K>,
  ): Promise<void> {
    const { jobs, library } = this.#context;
    const job = (await library.backend.call(name, request)) as JobView;
    followJob(this.#context, job, (ended) => void this.#openMade(ended));
    jobs.drawerOpen = true;
  }

  /** Opens the project that was made. */
  async #openMade({ project }: JobView): Promise<void> {
    const { library, router } = this.#context;
    library.touch(ARCHIVES_CHANGED);
    await library.projects.reload();
    if (project) router.go(projectsRoute(project));
  }

  /** Shows the progress of a job that deletes a project, whose page is left. */
  deleting(job: JobView): void {
    const { library, router } = this.#context;
    followJob(this.#context, job, () => library.touch(ARCHIVES_CHANGED));
    router.go(projectsRoute());
  }

  /** Moves projects with their folders to the trash; the undo takes them out of it again. */
  async trash(projects: readonly Project[]): Promise<void> {
    const moved: Project[] = [];
    for (const { id } of projects) {
      const trashed = await attempt(this.#context, 'project_trash', { project: id });
      if (!trashed) continue;
      this.#context.library.replace(trashed);
      moved.push(trashed);
    }
    const [first] = moved;
    if (!first) return;
    const names = moved.length === 1 ? first.name : text.some(moved.length);
    this.#context.toasts.done(text.moved(names), {
      label: words.common.undo,
      run: () => void this.recall(moved),
    });
  }

  /** Takes projects out of the trash. */
  async recall(projects: readonly Project[]): Promise<void> {
    const back: Project[] = [];
    for (const { id } of projects) {
      const recalled = await attempt(this.#context, 'project_recall', { project: id });
      if (!recalled) continue;
      this.#context.library.replace(recalled);
      back.push(recalled);
    }
    const [first] = back;
    if (!first) return;
    this.#context.toasts.done(
      text.recalled(back.length === 1 ? first.name : text.some(back.length)),
    );
  }

  /** Removes a template that the user made. Returns whether it is gone. */
  async removeTemplate({ name, title }: Template): Promise<boolean> {
    const removed = await attempt(this.#context, 'template_remove', { template: name });
    if (!removed) return false;
    this.#context.toasts.done(words.newProject.templateRemoved(title));
    return true;
  }
}

export const [getProjectActions, setProjectActions] = createContext<ProjectActions>();
