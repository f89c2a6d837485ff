/** Made-up jobs that advance by a timer, as real ones report ten times a second. */
import type { JobView } from '../bindings';

const TICK_MS = 100;

export type JobEnd = (job: JobView) => void;

export class MockJobs {
  all: JobView[] = [];
  readonly #timers = new Map<string, ReturnType<typeof setInterval>>();
  #last = 0;

  constructor(
    readonly publish: (job: JobView) => void,
    readonly now: () => number,
    readonly seconds: number,
  ) {}

  start(
    parts: Pick<JobView, 'kind' | 'title' | 'project' | 'destination' | 'plan'>,
    bytes: number,
    files: number,
    end: JobEnd,
  ): JobView {
    const id = `j-${++this.#last}`;
    const job: JobView = {
      id,
      ...parts,
      state: 'running',
      paused: false,
      canPause: true,
      progress: {
        bytesDone: 0,
        bytesTotal: bytes,
        filesDone: 0,
        filesTotal: files,
        totalsSettled: false,
        bytesPerSecond: 0,
        secondsLeft: null,
      },
      current: '',
      started: new Date(this.now()).toISOString(),
      ended: null,
      outcome: null,
    };
    this.#put(job);
    const steps = Math.max(1, Math.round((this.seconds * 1000) / TICK_MS));
    let step = 0;
    this.#timers.set(
      id,
      setInterval(() => {
        if (this.#get(id).paused) return;
        step += 1;
        if (step >= steps) this.#finish(id, end);
        else this.#put(this.#advance(id, step / steps));
      }, TICK_MS),
    );
    return job;
  }

  setPaused(id: string, paused: boolean): JobView {
    const job: JobView = { ...this.#get(id), paused };
    if (paused) job.progress = { ...job.progress, bytesPerSecond: 0, secondsLeft: null };
    this.#put(job);
    return job;
  }

  cancel(id: string): JobView {
    clearInterval(this.#timers.get(id));
    const job = this.#get(id);
    const ended = new Date(this.now()).toISOString();
    const outcome = {
      summary: 'Cancelled; what was stored is kept for the next run',
      warnings: [],
      warningsTotal: 0,
      error: null,
    };
    const cancelled: JobView = { ...job, state: 'cancelled', paused: false, ended, outcome };
    this.#put(cancelled);
    return cancelled;
  }

  #advance(id: string, share: number): JobView {
    const job = this.#get(id);
    const { bytesTotal, filesTotal } = job.progress;
    const rate = bytesTotal / this.seconds;
    return {
      ...job,
      current: `src/module_${Math.floor(share * 40)}/part_${Math.floor(share * 400) % 10}.rs`,
      progress: {
        bytesDone: Math.round(bytesTotal * share),
        bytesTotal,
        filesDone: Math.round(filesTotal * share),
        filesTotal,
        totalsSettled: share > 0.15,
        bytesPerSecond: Math.round(rate),
        secondsLeft: share > 0.15 ? Math.ceil(this.seconds * (1 - share)) : null,
      },
    };
  }

  #finish(id: string, end: JobEnd): void {
    clearInterval(this.#timers.get(id));
    const job = this.#advance(id, 1);
    const done: JobView = {
      ...job,
      current: '',
      state: 'succeeded',
      ended: new Date(this.now()).toISOString(),
      outcome: {
        summary: 'Done; every byte was checked',
        warnings: [],
        warningsTotal: 0,
        error: null,
      },
    };
    end(done);
    this.#put(done);
  }

  #get(id: string): JobView {
    const job = this.all.find((known) => known.id === id);
    if (!job) throw new Error(`no job ${id}`);
    return job;
  }

  #put(job: JobView): void {
    const known = this.all.some((other) => other.id === job.id);
    this.all = known
      ? this.all.map((other) => (other.id === job.id ? job : other))
      : [job, ...this.all];
    this.publish(job);
  }
}
