/** Recorded jobs, told again: each begins, goes on for a while, and ends as it did. */
import type { JobView } from '../bindings';
import { newId, now } from './library';

const TICK_MS = 100;

export class RecordedJobs {
  all: JobView[] = [];
  readonly #timers = new Map<string, ReturnType<typeof setInterval>>();

  constructor(
    readonly publish: (job: JobView) => void,
    readonly seconds: number,
  ) {}

  /** Begins a job that ends as `final`; `then` comes before its end is told. */
  start(final: JobView, then: (job: JobView) => void): JobView {
    const id = newId();
    const started = now();
    const begun = { state: 'running' as const, ended: null, outcome: null, canPause: true };
    let share = 0;
    const tick = () => {
      const known = this.#find(id);
      if (known.paused) return;
      share += TICK_MS / 1000 / this.seconds;
      if (share < 1) return void this.#put({ ...known, progress: this.#progress(final, share) });
      clearInterval(this.#timers.get(id));
      const ended = { ...final, id, started, ended: now() };
      then(ended);
      this.#put(ended);
    };
    this.#timers.set(id, setInterval(tick, TICK_MS));
    return this.#put({ ...final, ...begun, id, started, progress: this.#progress(final, 0) });
  }

  setPaused(id: string, paused: boolean): JobView {
    return this.#put({ ...this.#find(id), paused });
  }

  cancel(id: string): JobView {
    clearInterval(this.#timers.get(id));
    const outcome = { summary: 'Cancelled', warnings: [], warningsTotal: 0, error: null };
    const cancelled = { state: 'cancelled' as const, paused: false, ended: now(), outcome };
    return this.#put({ ...this.#find(id), ...cancelled });
  }

  #progress({ progress }: JobView, share: number): JobView['progress'] {
    const bytesTotal = Math.max(1, progress.bytesDone);
    const filesTotal = Math.max(1, progress.filesDone);
    return {
      ...{ bytesTotal, filesTotal, totalsSettled: true },
      bytesDone: Math.round(bytesTotal * share),
      filesDone: Math.round(filesTotal * share),
      bytesPerSecond: Math.round(bytesTotal / this.seconds),
      secondsLeft: Math.ceil(this.seconds * (1 - share)),
    };
  }

  #find(id: string): JobView {
    const job = this.all.find((known) => known.id === id);
    if (!job) throw new Error(`no job ${id}`);
    return job;
  }

  #put(job: JobView): JobView {
    const isKnown = this.all.some(({ id }) => id === job.id);
    this.all = isKnown
      ? this.all.map((other) => (other.id === job.id ? job : other))
      : [job, ...this.all];
    this.publish(job);
    return job;
  }
}
