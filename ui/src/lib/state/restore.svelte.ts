/** A restore before it begins: from when, where to, how what is there is treated, and what that would change. */
import type { FileCopies, FileCopy, JobView, Place, WireError } from '$lib/backend/bindings';
import {
  changesNothing,
  commandOf,
  isReadable,
  orderOf,
  placesOf,
  projectOfWhole,
  summaryOf,
} from '$lib/restoring';
import type {
  CopyPlace,
  RestoreChoice,
  RestoreConflict,
  RestoreOrder,
  RestoreSummary,
  RestoreTarget,
  RestoreWhole,
} from '$lib/restoring';
import { words } from '$lib/words';
import { openCopy } from './copy-place';
import type { RestoreQuestion } from './dialogs.svelte';
import type { HistoryActions } from './history-actions.svelte';
import type { Library } from './library.svelte';
import { asWireError, Resource } from './resource.svelte';

export class RestoreState {
  /** All times of the file, where one is asked for. */
  readonly copies: Resource<FileCopies>;
  copy = $state.raw<FileCopy | null>(null);
  at = $state.raw<CopyPlace | null>(null);
  /** Where the files come from; nothing until that is known. */
  whole = $state.raw<RestoreWhole | null>(null);
  paths = $state.raw<string[][]>([]);
  place = $state.raw<Place | null>(null);
  keepArchive = $state(false);
  busy = $state(false);
  error = $state.raw<WireError | null>(null);
  readonly plan: Resource<RestoreSummary>;
  readonly question: RestoreQuestion;
  readonly #library: Library;
  readonly #actions: HistoryActions;
  #to = $state<RestoreTarget | null>(null);
  #conflict = $state<RestoreConflict | null>(null);
  #removeExtra = $state<boolean | null>(null);
  #isChosen = false;

  constructor(library: Library, actions: HistoryActions, question: RestoreQuestion) {
    this.#library = library;
    this.#actions = actions;
    this.question = question;
    this.copies = new Resource((signal) => this.#copies(signal));
    this.plan = new Resource((signal) => this.#preview(signal));
    if (question.source.kind === 'file') return;
    this.whole = question.source;
    this.paths = question.paths;
  }

  /** The project whose folder the files would go back to. */
  readonly #project = $derived.by(() => {
    const id = this.whole && projectOfWhole(this.whole);
    return id ? this.#library.project(id) : undefined;
  });
  /** Only a backup may be of what is no longer in use here. */
  readonly canGoBack = $derived.by(
    () => this.whole?.kind !== 'backup' || this.#project?.status === 'active',
  );
  /** Where it was, unless the folder of the project is away. */
  get to(): RestoreTarget {
    return this.canGoBack ? (this.#to ?? this.#usual) : 'elsewhere';
  }
  set to(to: RestoreTarget) {
    this.#to = to;
  }
  readonly #usual = $derived.by((): RestoreTarget => {
    if (this.question.to) return this.question.to;
    return this.#project?.present === false ? 'elsewhere' : 'inPlace';
  });
  /** What is saved first may be replaced. */
  get conflict(): RestoreConflict {
    const chosen = this.#conflict ?? this.question.conflict;
    if (chosen) return chosen;
    return this.to === 'inPlace' && this.isSavedFirst ? 'replace' : 'leave';
  }
  set conflict(conflict: RestoreConflict) {
    this.#conflict = conflict;
  }

  readonly isSavedFirst = $derived.by(() => (this.plan.value?.savedFirst.length ?? 0) > 0);
  /** Whether what a version lacks goes: of a whole version, not of chosen paths. */
  get removeExtra(): boolean {
    return this.#removeExtra ?? this.paths.length === 0;
  }
  set removeExtra(remove: boolean) {
    this.#removeExtra = remove;
  }

  readonly choice = $derived.by((): RestoreChoice => {
    const { to, place, conflict, keepArchive } = this;
    const keepExtra = !this.removeExtra && (this.plan.value?.extra ?? 0) > 0;
    return { to, place, conflict, keepExtra, keepArchive };
  });
  readonly order = $derived.by(() => this.whole && orderOf(this.whole, this.paths, this.choice));
  readonly ready = $derived.by(
    () =>
      this.order !== null &&
      this.plan.value !== undefined &&
      !this.plan.loading &&
      !this.plan.error &&
      !this.busy,
  );
  readonly command = $derived.by(() =>
    this.whole ? commandOf(this.whole, this.paths, this.choice) : '',
  );
  /** Names what is restored: a file, or the project. */
  readonly path = $derived.by(() => this.question.paths[0] ?? []);

  /** Asks for all times of the file, and begins with the newest. */
  async load(): Promise<void> {
    await this.copies.reload();
    const first = this.#readable[0];
    if (first) await this.#use(first);
  }

  /** Chooses a time, and the place to read it from. */
  async choose(copy: FileCopy, at?: CopyPlace): Promise<void> {
    this.#isChosen = true;
    await this.#use(copy, at);
  }

  /** Asks again what the restore would change; the newest time that is on disk already is passed by. */
  async look(): Promise<void> {
    if (!this.order) return this.plan.clear();
    const { copy } = this;
    const asked = JSON.stringify(this.order);
    await this.plan.reload();
    // What the plan tells may have made another order of it.
    if (!copy || this.#isChosen || this.plan.loading || JSON.stringify(this.order) !== asked)
      return;
    const { value } = this.plan;
    const isOver = this.to === 'inPlace' && this.conflict === 'replace';
    if (!isOver || !value || !changesNothing(value)) return;
    const next = this.#readable[this.#readable.indexOf(copy) + 1];
    if (next) await this.#use(next);
  }

  /** Begins the restore of what is named so, as it was then. Returns whether it began. */
  async submit(what: string, when: string): Promise<boolean> {
    const { order } = this;
    const { value } = this.plan;
    if (!order || !value || !this.ready) return false;
    this.busy = true;
    this.error = null;
    try {
      const { savedFirst, conflicts, stay } = value;
      const left = conflicts && this.conflict === 'leave' ? stay : 0;
      const story = {
        ...{ what, done: this.#done(what, when, left), savedFirst },
        left: left > 0 ? words.history.left(left) : '',
      };
      this.#actions.restoring(await this.#begin(order), story);
      return true;
    } catch (cause) {
      this.error = asWireError(cause);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Waits for no answer any more: the dialog is closed. */
  drop(): void {
    this.copies.drop();
    this.plan.drop();
  }

  /** What is said once it is done: where the files are, and as of when. */
  #done(what: string, when: string, left: number): string {
    const { restored, restoredInto, restoredMissing } = words.history;
    if (this.to === 'elsewhere') return restoredInto(what, when, this.place?.display ?? '');
    return (left > 0 ? restoredMissing : restored)(what, when);
  }

  readonly #readable = $derived.by(() =>
    (this.copies.value?.copies ?? []).filter((one) => this.placesOf(one).some(isReadable)),
  );

  placesOf(copy: FileCopy): CopyPlace[] {
    return placesOf(copy, this.path);
  }

  async #use(copy: FileCopy, at = this.placesOf(copy).find(isReadable)): Promise<void> {
    if (!at) return;
    this.copy = copy;
    this.at = at;
    this.whole = null;
    this.error = null;
    this.plan.clear();
    try {
      const whole = await openCopy(this.#library.backend, at);
      if (this.at !== at) return;
      this.paths = [at.path];
      this.whole = whole;
    } catch (cause) {
      if (this.at === at) this.error = asWireError(cause);
    }
  }

  #copies(signal: AbortSignal): Promise<FileCopies> {
    const { source } = this.question;
    const project = source.kind === 'file' ? source.project : '';
    return this.#library.backend.call('file_everywhere', { project, path: this.path }, signal);
  }

  async #preview(signal: AbortSignal): Promise<RestoreSummary> {
    const { order, choice, whole } = this;
    const { backend } = this.#library;
    switch (order?.kind) {
      case 'version': {
        // What would stay is counted as well.
        const request = { ...order.request, keepExtra: undefined };
        const plan = await backend.call('version_restore_preview', request, signal);
        const workspace = whole?.kind === 'version' ? whole.version.workspace : '';
        return summaryOf({ kind: 'version', plan, workspace }, choice);
      }
      case 'archive': {
        const plan = await backend.call('archive_restore_preview', order.request, signal);
        return summaryOf({ kind: 'archive', plan }, choice);
      }
      case 'backup': {
        const plan = await backend.call('restore_preview', order.request, signal);
        return summaryOf({ kind: 'backup', plan }, choice);
      }
      default:
        throw new TypeError('There is nothing to preview yet');
    }
  }

  #begin(order: RestoreOrder): Promise<JobView> {
    const { backend } = this.#library;
    switch (order.kind) {
      case 'version':
        return backend.call('version_restore', order.request);
      case 'archive':
        return backend.call('archive_restore', order.request);
      case 'backup':
        return backend.call('restore', order.request);
    }
  }
}
