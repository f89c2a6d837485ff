/** The watch state of each project, as the engine last reported it. */
import { createContext } from 'svelte';
import type { Backend } from '$lib/backend/backend';
import type { WatchState, WatchStatus } from '$lib/backend/bindings';
import { Resource } from './resource.svelte';

const NOT_YET: readonly WatchStatus[] = ['off', 'importing'];

export class Watch {
  readonly states: Resource<WatchState[]>;
  readonly anyKept = $derived.by(() => this.#all.some((one) => !NOT_YET.includes(one.state)));
  readonly allPaused = $derived.by(() => {
    const kept = this.#all.filter((one) => !NOT_YET.includes(one.state));
    return kept.length > 0 && kept.every((one) => one.state === 'paused');
  });

  constructor(backend: Backend) {
    this.states = new Resource((signal) => backend.call('watch_list', {}, signal));
  }

  get #all(): WatchState[] {
    return this.states.value ?? [];
  }

  /** A project's state is its main workspace's, or that of the workspace that is asked for. */
  of(project: string, workspace?: string): WatchState | undefined {
    const mine = this.#all.filter((one) => one.project === project);
    return mine.find((one) => one.workspace === workspace) ?? mine[0];
  }
}

export const [getWatch, setWatch] = createContext<Watch>();
