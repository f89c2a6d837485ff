/** The state of the plan editor: the draft, the preview of its sources, and whether it is complete. */
import type { Backend } from '$lib/backend/backend';
import type { Plan, PlanDraft, PlanPreview, WireError } from '$lib/backend/bindings';
import { normalizeRetention } from '$lib/plans/retention';
import { asWireError, Resource } from './resource.svelte';
import { answered, asked, unanswered } from './unanswered';

const QUIET_MS = 350;

export class PlanEditor {
  draft = $state<PlanDraft>();
  /** The plan that is edited; null for a new one. */
  plan = $state.raw<Plan | null>(null);
  error = $state.raw<WireError | null>(null);
  readonly preview: Resource<PlanPreview>;
  readonly #backend: Backend;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.preview = new Resource((signal) => backend.call('plan_preview', this.toDraft(), signal));
  }

  async load(id: string | null): Promise<void> {
    const again = () => void this.load(id);
    this.error = null;
    asked(this, again);
    try {
      const plan = id ? await this.#backend.call('plan_show', { plan: id }) : null;
      const draft = plan?.draft ?? (await this.#backend.call('plan_propose', {}));
      // One that was asked for twice is edited since the first answer.
      if (!this.draft) [this.plan, this.draft] = [plan, draft];
      answered(this);
    } catch (cause) {
      if (this.draft) return;
      this.error = asWireError(cause);
      unanswered(this, again);
    }
  }

  /** The part of the draft that decides what is backed up, as a key that changes with it. */
  get previewKey(): string {
    const { projects, library, exclude, leaveOutRebuildable } = this.draft ?? {};
    return JSON.stringify({ projects, library, exclude, leaveOutRebuildable });
  }

  /** Loads the preview again once the user has stopped typing. */
  previewSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.preview.reload(), QUIET_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Whether the draft can be saved: it has a name, something to back up, and a target. */
  get isComplete(): boolean {
    const { draft } = this;
    if (!draft || draft.name.trim() === '' || draft.targets.length === 0) return false;
    const { projects } = draft;
    if (projects.type === 'tagged') return projects.tags.length > 0;
    if (projects.type === 'chosen' && projects.projects.length === 0) return draft.library;
    return true;
  }

  /** The draft as it is sent: without empty fields. */
  toDraft(): PlanDraft {
    if (!this.draft) throw new Error('no draft is loaded');
    const draft = $state.snapshot(this.draft) as PlanDraft;
    const { limits, schedule } = draft;
    return {
      ...draft,
      name: draft.name.trim(),
      timeZone: draft.timeZone?.trim() || null,
      exclude: draft.exclude.map((pattern) => pattern.trim()).filter(Boolean),
      targets: draft.targets.map((one) => ({
        ...one,
        retention: one.retention ? normalizeRetention(one.retention) : null,
      })),
      schedule:
        schedule.type === 'weekly'
          ? { ...schedule, weekdays: schedule.weekdays.toSorted((left, right) => left - right) }
          : schedule,
      limits: {
        ...limits,
        bytesPerSecond: limits.bytesPerSecond || null,
        threads: limits.threads || null,
      },
    };
  }
}
