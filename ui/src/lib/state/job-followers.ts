/** The listeners that wait for the end of a job. */
import type { JobView } from '$lib/backend/bindings';
import { hasEnded, hasSucceeded } from './jobs.svelte';
import type { Jobs } from './jobs.svelte';
import { changeOfJob } from './library-changes';
import type { Library } from './library.svelte';

export type JobEndListener = (job: JobView) => void;

export class JobFollowers {
  readonly #jobs: Jobs;
  readonly #library: Library;
  readonly #waiting = new Map<string, JobEndListener>();

  constructor(jobs: Jobs, library: Library) {
    this.#jobs = jobs;
    this.#library = library;
  }

  /** Calls `then` once the job has done its work; a failure is told where all failures are. */
  follow(job: JobView, then: JobEndListener): void {
    this.#jobs.accept(job);
    this.#library.touch(changeOfJob(job));
    // A short job may have ended before the reply that names it came.
    const known = this.#jobs.all.find((one) => one.id === job.id) ?? job;
    this.#waiting.set(job.id, then);
    if (hasEnded(known.state)) this.ended(known);
  }

  /** Calls the listener of a job that ended. Returns whether it told the user. */
  ended(job: JobView): boolean {
    const then = this.#waiting.get(job.id);
    this.#waiting.delete(job.id);
    if (!then || !hasSucceeded(job.state)) return false;
    then(job);
    return true;
  }
}
