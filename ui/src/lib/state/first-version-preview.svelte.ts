/** The content of a project's first version, counted again whenever a rule changes. */
import type { Backend } from '$lib/backend/backend';
import type { HistoryPlan, JobView, Rules, RulesChange, WireError } from '$lib/backend/bindings';
import { hasEnded } from './jobs.svelte';
import type { Jobs } from './jobs.svelte';
import { asWireError } from './resource.svelte';

export class FirstVersionPreview {
  value = $state.raw<HistoryPlan | undefined>();
  rules = $state.raw<Rules | undefined>();
  error = $state.raw<WireError | null>(null);
  /** The job that counts, while it runs. */
  counting = $state.raw<JobView | null>(null);
  readonly #backend: Backend;
  readonly #jobs: Jobs;
  readonly #project: string;

  constructor(backend: Backend, jobs: Jobs, project: string) {
    this.#backend = backend;
    this.#jobs = jobs;
    this.#project = project;
  }

  async count(): Promise<void> {
    await this.#try(async () => {
      const project = this.#project;
      this.rules = await this.#backend.call('rules_show', { project });
      const job = await this.#backend.call('history_preview', { project });
      this.#jobs.accept(job);
      this.counting = job;
    });
  }

  /** Reads the plan once the counting ended; to be called in an effect. */
  follow(): void {
    const job = this.#jobs.all.find((one) => one.id === this.counting?.id);
    if (!job || !hasEnded(job.state)) return;
    this.counting = null;
    void this.#read();
  }

  async change(change: Omit<RulesChange, 'project'>): Promise<void> {
    await this.#try(async () => {
      this.rules = await this.#backend.call('rules_change', { project: this.#project, ...change });
    });
    if (!this.error) await this.count();
  }

  /** The single paths that the user turned to be kept. */
  get keptPaths(): string[] {
    const keep = this.rules?.keep ?? [];
    return keep.filter((pattern) => pattern.startsWith('/')).map((pattern) => pattern.slice(1));
  }

  isKept(path: string): boolean {
    return this.rules?.keep.includes(patternOf(path)) ?? false;
  }

  isLeftOut(path: string): boolean {
    return this.rules?.leaveOut.includes(patternOf(path)) ?? false;
  }

  keep(path: string, on: boolean): Promise<void> {
    return this.change({ keep: toggled(this.rules?.keep ?? [], patternOf(path), on) });
  }

  leaveOut(path: string, on: boolean): Promise<void> {
    return this.change({ leaveOut: toggled(this.rules?.leaveOut ?? [], patternOf(path), on) });
  }

  async #read(): Promise<void> {
    await this.#try(async () => {
      this.value = await this.#backend.call('history_plan', { project: this.#project });
    });
  }

  async #try(ask: () => Promise<void>): Promise<void> {
    this.error = null;
    try {
      await ask();
    } catch (cause) {
      this.error = asWireError(cause);
    }
  }
}

/** A pattern that means this path and no other of the same name. */
const patternOf = (path: string) => `/${path}`;

function toggled(patterns: readonly string[], pattern: string, on: boolean): string[] {
  const others = patterns.filter((one) => one !== pattern);
  return on ? [...others, pattern] : others;
}
