/** What can go, as the list and the head of the page show it, and what the user chose of it. */
import type { Backend } from '$lib/backend/backend';
import type { CleanupStep, CleanupStepKind, UsageFinding } from '$lib/backend/bindings';
import type { Library } from '$lib/state/library.svelte';
import { Resource } from '$lib/state/resource.svelte';
import {
  hasWork,
  isChosenAtFirst,
  isUpperBound,
  setsOf,
  STEPS_HERE,
  STEPS_OF_BACKUPS,
  stepsInOrder,
} from '$lib/storage/reclaim';
import { sumBytes } from '$lib/storage/rows';

export class ReclaimState {
  readonly findings;
  /** The steps on this disk, with the last and the next clean-up. */
  readonly cleanup;
  readonly backups;
  /** The steps whose choice differs from that at first. */
  #flipped = $state.raw<ReadonlySet<CleanupStepKind>>(new Set());
  /** The keys of folders that are to stay. */
  #kept = $state.raw<ReadonlySet<string>>(new Set());

  constructor(backend: Backend) {
    const preview = (steps: readonly CleanupStepKind[], signal: AbortSignal) =>
      backend.call('library_cleanup_preview', { steps: [...steps] }, signal);
    this.findings = new Resource((signal) => backend.call('usage_findings', { key: '' }, signal));
    this.cleanup = new Resource((signal) => preview(STEPS_HERE, signal));
    this.backups = new Resource((signal) => preview(STEPS_OF_BACKUPS, signal));
  }

  /** Asks what can go while it is shown, and again after what changes it. */
  follow(library: Library, isShown: () => boolean, isCounted: () => boolean): void {
    $effect(() => {
      if (!isShown() || !isCounted()) return;
      void this.findings.reload();
      return library.follow({ areas: ['usage'] }, () => void this.findings.reload());
    });
    $effect(() => {
      if (!isShown()) return;
      void this.cleanup.reload();
      const areas = ['projects', 'archives', 'history'] as const;
      return library.follow({ areas }, () => void this.cleanup.reload());
    });
    // Destinations are opened for it: not each time that the user comes back to the window.
    $effect(() => {
      if (!isShown()) return;
      void this.backups.reload();
      return library.follow({ areas: ['backups'] }, () => void this.backups.reload());
    });
    $effect(() => () => {
      for (const one of [this.findings, this.cleanup, this.backups]) one.drop();
    });
  }

  readonly folders = $derived.by(() => this.findings.value?.rebuildable ?? []);
  readonly #all = $derived.by(() =>
    stepsInOrder([...(this.cleanup.value?.steps ?? []), ...(this.backups.value?.steps ?? [])]),
  );
  /** The steps that have something to do. */
  readonly steps = $derived.by(() => this.#all.filter(hasWork));
  readonly bytes = $derived.by(() => sumBytes(this.folders) + sumBytes(this.steps));
  readonly isBound = $derived.by(() => isUpperBound(this.steps));
  readonly chosenFolders = $derived.by(() =>
    this.folders.filter((folder) => this.isFolderChosen(folder)),
  );
  readonly chosenSteps = $derived.by(() => this.steps.filter((step) => this.isChosen(step)));
  readonly chosenBytes = $derived.by(
    () => sumBytes(this.chosenFolders) + sumBytes(this.chosenSteps),
  );
  readonly isChosenBound = $derived.by(() => isUpperBound(this.chosenSteps));
  readonly chosenSets = $derived.by(() => setsOf(this.chosenFolders));
  readonly isNothingChosen = $derived.by(
    () => this.chosenFolders.length === 0 && this.chosenSteps.length === 0,
  );
  /** Why steps do not do all that they could, a sentence each. */
  readonly notes = $derived.by(() => [
    ...new Set((this.backups.value?.steps ?? []).flatMap(({ note }) => note ?? [])),
  ]);

  /** The part of what is in the trash that has not expired, which no step frees. */
  unexpired(inTrash: number): number {
    const expired = this.steps.find(({ kind }) => kind === 'emptyTrash')?.bytes ?? 0;
    return Math.max(0, inTrash - expired);
  }

  isChosen(step: CleanupStep): boolean {
    return isChosenAtFirst(step) !== this.#flipped.has(step.kind);
  }

  toggle({ kind }: CleanupStep): void {
    this.#flipped = toggled(this.#flipped, kind);
  }

  isFolderChosen({ key }: UsageFinding): boolean {
    return !this.#kept.has(key);
  }

  toggleFolder({ key }: UsageFinding): void {
    this.#kept = toggled(this.#kept, key);
  }

  /** Chooses all folders, or none if all are chosen. */
  toggleFolders(): void {
    const isWhole = this.chosenFolders.length === this.folders.length;
    this.#kept = new Set(isWhole ? this.folders.map(({ key }) => key) : []);
  }
}

function toggled<T>(set: ReadonlySet<T>, one: T): ReadonlySet<T> {
  const others = [...set].filter((other) => other !== one);
  return new Set(others.length < set.size ? others : [...others, one]);
}
