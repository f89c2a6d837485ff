/** What the library holds, kept fresh: projects and destinations, and the pulse of its changes. */
import { createContext } from 'svelte';
import type { Backend } from '$lib/backend/backend';
import type { Destination, Project } from '$lib/backend/bindings';
import { Resource } from './resource.svelte';

const SETTLE_MS = 120;

export class Library {
  readonly projects: Resource<Project[]>;
  readonly destinations: Resource<Destination[]>;
  /** Grows with each change; whatever shows the library's content reloads on it. */
  revision = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly backend: Backend) {
    this.projects = new Resource(() => this.#listProjects());
    this.destinations = new Resource(() => backend.call('destination_list', {}));
  }

  async load(): Promise<void> {
    await Promise.all([this.projects.reload(), this.destinations.reload()]);
  }

  /** Says that something changed. A burst of changes is one reload. */
  touch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.revision += 1;
      void this.load();
    }, SETTLE_MS);
  }

  /** All projects: the engine leaves the forgotten ones out unless asked for them. */
  async #listProjects(): Promise<Project[]> {
    const [kept, forgotten] = await Promise.all([
      this.backend.call('project_list', {}),
      this.backend.call('project_list', { status: 'trashed' }),
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
    this.touch();
  }
}

/** A resource that reloads when the library changes, or when what `fetch` reads at once changes. */
export function followLibrary<T>(library: Library, fetch: () => Promise<T>): Resource<T> {
  const resource = new Resource(fetch);
  $effect(() => {
    void library.revision;
    void resource.reload();
  });
  return resource;
}

export const [getLibrary, setLibrary] = createContext<Library>();
