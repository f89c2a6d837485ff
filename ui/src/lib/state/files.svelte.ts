/** A folder of a workspace at a version, what is searched for in it, and the versions around it. */
import type { Backend } from '$lib/backend/backend';
import type {
  DeletedFile,
  DeletedFiles,
  FileEntry,
  FileHit,
  FileListing,
  WireError,
} from '$lib/backend/bindings';
import type { RestoreVersion } from '$lib/restoring';
import { NOW } from '$lib/routing';
import { readPreference, writePreference } from '$lib/view-preferences';
import { asWireError, Resource } from './resource.svelte';
import { Versions } from './versions.svelte';

export type SearchMode = 'folder' | 'names' | 'content';
/** A line of the list; `deleted` where the version lacks it and an earlier one had it. */
export type ShownEntry = FileEntry & { deleted?: DeletedFile };

const QUIET_MS = 250;
const MOST_HITS = 500;
const NOTHING = { text: '', trigger: '' };

export class FileSearch {
  mode = $state<SearchMode>('folder');
  wanted = $state('');
  hits = $state.raw<FileHit[] | undefined>();
  error = $state.raw<WireError | null>(null);
  readonly most = MOST_HITS;
  readonly on = $derived(this.mode !== 'folder' && this.wanted !== '');
  readonly #backend: Backend;
  #question = new AbortController();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async run(version: string): Promise<void> {
    this.drop();
    const { signal } = (this.#question = new AbortController());
    this.error = null;
    if (!this.on) return;
    const inContent = this.mode === 'content';
    const request = { version, text: this.wanted, inContent, limit: MOST_HITS };
    try {
      const hits = await this.#backend.call('file_search', request, signal);
      if (!signal.aborted) this.hits = hits;
    } catch (cause) {
      if (!signal.aborted) this.error = asWireError(cause);
    }
  }

  /** Waits for no answer any more: nobody looks at it. */
  drop(): void {
    this.#question.abort();
  }

  clear(): void {
    this.drop();
    this.wanted = '';
    this.hits = undefined;
    this.error = null;
  }
}

export class FilesState {
  readonly listing: Resource<FileListing>;
  readonly deleted: Resource<DeletedFiles>;
  #showsDeleted = $state(
    readPreference('files.deleted', ['shown', 'hidden'], 'hidden') === 'shown',
  );
  readonly versions: Versions;
  readonly search: FileSearch;
  typed = $state('');
  filter = $state('');
  /** The name of the active entry: at first the file of the address, or the folder come up from. */
  active = $state<string | null>(null);
  #start: string | null = null;
  #version = $state(NOW);
  #path: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #backend: Backend;
  readonly #workspace: string;
  /** The version as the engine is asked for it. */
  readonly reference = $derived.by(() =>
    this.#version === NOW ? `latest:${this.#workspace}` : this.#version,
  );
  readonly shown = $derived.by((): ShownEntry[] => {
    const there = this.listing.value?.entries ?? [];
    const all = this.#showsDeleted ? [...there, ...this.#goneFrom(there)] : there;
    const wanted = this.filter.toLowerCase();
    return wanted === '' ? all : all.filter((one) => one.name.toLowerCase().includes(wanted));
  });

  constructor(backend: Backend, workspace: string) {
    this.#backend = backend;
    this.#workspace = workspace;
    this.search = new FileSearch(backend);
    this.versions = new Versions(backend, workspace);
    this.listing = new Resource((signal) =>
      backend.call('file_list', { version: this.reference, path: this.#path }, signal),
    );
    this.deleted = new Resource((signal) =>
      backend.call('file_deleted', { version: this.reference, path: this.#path }, signal),
    );
  }

  /** Whether what the folder had once stands in the list as well. */
  get showsDeleted(): boolean {
    return this.#showsDeleted;
  }

  showDeleted(shows: boolean): void {
    this.#showsDeleted = shows;
    writePreference('files.deleted', shows ? 'shown' : 'hidden');
    if (shows) void this.deleted.reloadInTurn();
    else this.deleted.clear();
  }

  /** What the folder had once; the answer may be of a moment at which something was not there yet. */
  #goneFrom(there: readonly FileEntry[]): ShownEntry[] {
    const names = new Set(there.map((entry) => entry.name));
    const gone = this.deleted.value?.entries ?? [];
    return gone
      .filter(({ entry }) => !names.has(entry.name))
      .map((deleted) => ({ ...deleted.entry, deleted }));
  }

  /** The version that is shown, as a restore wants it. */
  async restorable(): Promise<RestoreVersion> {
    const version = this.listing.value?.version ?? this.reference;
    const known = this.versions.shown.find((one) => one.id === version);
    return known ?? (await this.#backend.call('version_show', { version })).version;
  }

  show(version: string, path: string[], file: string): void {
    const up = path.length < this.#path.length ? this.#path[path.length] : undefined;
    const sameFolder = path.join('/') === this.#path.join('/');
    const start = file || (up ?? null);
    if (!sameFolder || (start !== null && start !== this.#start)) this.active = start;
    this.#start = start;
    this.#version = version;
    this.#path = path;
    // Another version of the same folder stands in for it until it is there: nothing jumps.
    if (!sameFolder) this.listing.clear();
    if (!sameFolder) this.deleted.clear();
    if (!sameFolder && this.search.mode === 'folder') this.type('');
    // A hand that scrubs asks faster than one can see: the steps between are left out.
    void this.listing.reloadInTurn();
    if (this.#showsDeleted) void this.deleted.reloadInTurn();
    void this.#followTime(version);
    if (this.search.on) void this.search.run(this.reference);
  }

  /** The newest version changes with the library; others stay as they are. */
  refresh(): void {
    void this.versions.refresh().then(() => {
      if (this.#version === NOW) void this.versions.toNewest();
    });
    if (this.#version !== NOW || !this.listing.value) return;
    void this.listing.reload();
    if (this.#showsDeleted) void this.deleted.reload();
  }

  /** Waits for no answer any more: the page is left. */
  drop(): void {
    for (const one of [this.search, this.listing, this.deleted]) one.drop();
  }

  async #followTime(version: string): Promise<void> {
    await this.versions.show(NOTHING, version === NOW ? null : version);
    if (version === NOW && this.#version === NOW) await this.versions.toNewest();
  }

  /** Whether a version that was chosen on the timeline is another than the one that is shown. */
  follows(id: string): boolean {
    if (this.#version !== NOW) return id !== this.#version;
    return id !== this.versions.shown[0]?.id;
  }

  setMode(mode: SearchMode): void {
    this.search.clear();
    this.search.mode = mode;
    this.type(this.typed);
  }

  type(typed: string): void {
    this.typed = typed;
    clearTimeout(this.#timer);
    if (this.search.mode === 'folder') {
      this.filter = typed;
      return;
    }
    this.filter = '';
    if (typed.trim() === '') return this.search.clear();
    this.#timer = setTimeout(() => {
      this.search.wanted = typed.trim();
      void this.search.run(this.reference);
    }, QUIET_MS);
  }
}
