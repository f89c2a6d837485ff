/** The actions on archives, each with its message and its undo. */
import { createContext } from 'svelte';
import type { Request } from '$lib/backend/backend';
import type { Archive, JobView } from '$lib/backend/bindings';
import { words } from '$lib/words';
import type { Context } from './actions.svelte';
import { attempt } from './attempt';
import { beginJob, followJob } from './begin-job';
import { ARCHIVES_CHANGED } from './library-changes';

const text = words.archive;

export class ArchiveActions {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Shows the progress of a job that a dialog began. */
  started(job: JobView): void {
    followJob(this.#context, job, () => this.#changed());
    this.#context.jobs.drawerOpen = true;
  }

  /** Begins a check of each archive. */
  async check(archives: readonly Archive[]): Promise<void> {
    for (const { id } of archives) await this.#begin('archive_check', { archive: id });
  }

  /** Begins to move an archive to a destination, or back to this disk. */
  async move({ id }: Archive, destination: string | null): Promise<void> {
    await this.#begin('archive_move', { archive: id, destination });
  }

  /** Moves archives to the trash; the undo takes them out of it again. */
  async trash(archives: readonly Archive[]): Promise<void> {
    const moved: Archive[] = [];
    for (const { id } of archives) {
      const trashed = await attempt(this.#context, 'archive_trash', { archive: id });
      if (trashed) moved.push(trashed);
    }
    if (moved.length === 0) return;
    this.#changed();
    this.#context.toasts.done(text.trashed(namesOf(moved)), {
      label: words.common.undo,
      run: () => void this.recall(moved),
    });
  }

  /** Takes archives out of the trash. */
  async recall(archives: readonly { id: string }[]): Promise<void> {
    const back: Archive[] = [];
    for (const { id } of archives) {
      const recalled = await attempt(this.#context, 'archive_recall', { archive: id });
      if (recalled) back.push(recalled);
    }
    if (back.length === 0) return;
    this.#changed();
    this.#context.toasts.done(text.recalled(namesOf(back)));
  }

  async #begin<K extends 'archive_check' | 'archive_move'>(
    name: K,
    request: Request<K>,
  ): Promise<void> {
    await beginJob(this.#context, name, request, () => this.#changed());
    this.#changed();
  }

  #changed(): void {
    this.#context.library.touch(ARCHIVES_CHANGED);
  }
}

function namesOf(archives: readonly Archive[]): string {
  const [first] = archives;
  return first && archives.length === 1
    ? text.ofProject(first.projectName)
    : text.someArchives(archives.length);
}

export const [getArchiveActions, setArchiveActions] = createContext<ArchiveActions>();
