/** The projects and destinations of the library, and the loading again of what a change concerns. */
import { createContext } from 'svelte';
import type { Backend } from '$lib/backend/backend';
import type { Dashboard, Destination, Project } from '$lib/backend/bindings';
import { concerns, EVERYTHING } from './library-changes';
import type { Area, Change, Interest } from './library-changes';
import { ownResource, Resource } from './resource.svelte';

const SETTLE_MS = 120;
/** What the dashboard and its concerns are made of. */
const DASHBOARD_AREAS: readonly Area[] = [
  'projects',
  'destinations',
  'presence',
  'plans',
  'runs',
  'watch',
  'archives',
];

export class Library {
  readonly projects: Resource<Project[]>;
  readonly destinations: Resource<Destination[]>;
  /** The whole at a glance, with the one count of what needs attention. */
  readonly dashboard: Resource<Dashboard>;
  readonly #followers = new Set<{ interest: Interest; reload: () => void }>();
  #changes: Change[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly backend: Backend) {
    this.projects = new Resource((signal) => this.#listProjects(signal));
    this.destinations = new Resource((signal) => backend.call('destination_list', {}, signal));
    this.dashboard = new Resource((signal) => backend.call('dashboard', {}, signal));
  }

  /** Loads what all pages share. */
  load(): void {
    for (const shared of [this.projects, this.destinations, this.dashboard]) void shared.reload();
  }

  /** Loads what a change concerns again. A burst of changes is one reload. */
  touch(change: Change = EVERYTHING): void {
    this.#changes.push(change);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#reload(), SETTLE_MS);
  }

  /** Calls `reload` on each change that concerns `interest`, until the returned function is called. */
  follow(interest: Interest, reload: () => void): () => void {
    const follower = { interest, reload };
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  #reload(): void {
    const changes = this.#changes;
    this.#changes = [];
    const changed = (interest: Interest) => changes.some((change) => concerns(change, interest));
    if (changed({ areas: ['projects'] })) void this.projects.reload();
    if (changed({ areas: ['destinations', 'presence'] })) void this.destinations.reload();
    if (changed({ areas: DASHBOARD_AREAS })) void this.dashboard.reload();
    for (const { interest, reload } of [...this.#followers]) if (changed(interest)) reload();
  }

  /** All projects: the engine leaves the forgotten ones out unless asked for them. */
  async #listProjects(signal: AbortSignal): Promise<Project[]> {
    const [kept, forgotten] = await Promise.all([
      this.backend.call('project_list', {}, signal),
      this.backend.call('project_list', { status: 'trashed' }, signal),
    ]);
    return [...kept, ...forgotten];
  }

  project(id: string): Project | undefined {
    return this.projects.value?.find((project) => project.id === id);
  }

  destination(id: string): Destination | undefined {
    return this.destinations.value?.find((destination) => destination.id === id);
  }

  /** Shows a project's new state at once, before the reload confirms it. */
  replace(project: Project): void {
    const known = this.projects.value ?? [];
    this.projects.value = known.some((other) => other.id === project.id)
      ? known.map((other) => (other.id === project.id ? project : other))
      : [...known, project];
    this.touch({ areas: ['projects', 'plans', 'history', 'watch', 'events'], project: project.id });
  }
}

/** A resource that reloads on changes of interest, or when what `fetch` reads at once changes. */
export function followLibrary<T>(
  library: Library,
  interest: Interest,
  fetch: (signal: AbortSignal) => Promise<T>,
): Resource<T> {
  const resource = ownResource(fetch);
  $effect(() => void resource.reload());
  $effect(() => library.follow(interest, () => void resource.reload()));
  return resource;
}

export const [getLibrary, setLibrary] = createContext<Library>();
