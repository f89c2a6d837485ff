/** The jobs that run, and those that ended while this window was open. */
import { createContext } from 'svelte';
import type { Backend } from '$lib/backend/backend';
import type { JobState, JobView } from '$lib/backend/bindings';

export function hasEnded(state: JobState): boolean {
  return state !== 'queued' && state !== 'running';
}

/** Whether it did its work, if not without warnings. */
export function hasSucceeded(state: JobState): boolean {
  return state === 'succeeded' || state === 'warnings';
}

const MOST_FINISHED = 50;

export class Jobs {
  all = $state.raw<JobView[]>([]);
  drawerOpen = $state(false);
  /** Jobs that were told to stop and have not stopped yet. */
  stopping = $state.raw<ReadonlySet<string>>(new Set());
  readonly live = $derived(this.all.filter((job) => !hasEnded(job.state)));
  readonly finished = $derived(this.all.filter((job) => hasEnded(job.state)));
  readonly #backend: Backend;
  #dismissed = new Set<string>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async load(): Promise<void> {
    for (const job of await this.#backend.call('job_list', {})) this.accept(job);
  }

  /** Takes the newest state of a job. Returns whether it ended just now. */
  accept(job: JobView): boolean {
    if (this.#dismissed.has(job.id)) return false;
    const before = this.all.find((known) => known.id === job.id);
    // The reply to a call may arrive after the live event that it is older than.
    if (before && hasEnded(before.state) && !hasEnded(job.state)) return false;
    const others = this.all.filter((known) => known.id !== job.id);
    this.all = before
      ? this.all.map((known) => (known.id === job.id ? job : known))
      : [job, ...others].slice(0, MOST_FINISHED + this.live.length + 1);
    if (!hasEnded(job.state)) return false;
    this.#forgetStopping(job.id);
    return before === undefined || !hasEnded(before.state);
  }

  async cancel(id: string): Promise<void> {
    this.stopping = new Set([...this.stopping, id]);
    try {
      this.accept(await this.#backend.call('job_cancel', { job: id }));
    } catch (cause) {
      this.#forgetStopping(id);
      throw cause;
    }
  }

  clearFinished(): void {
    for (const job of this.finished) this.#dismissed.add(job.id);
    this.all = this.live;
  }

  of(project: string, destination?: string): JobView[] {
    return this.live.filter(
      (job) => job.project === project && (!destination || job.destination === destination),
    );
  }

  #forgetStopping(id: string): void {
    this.stopping = new Set([...this.stopping].filter((known) => known !== id));
  }
}

export const [getJobs, setJobs] = createContext<Jobs>();
