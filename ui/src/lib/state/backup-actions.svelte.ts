/** The actions on plans, destinations and backups, each with its message and its undo. */
import { createContext } from 'svelte';
import type { Reply, Request, UseCase } from '$lib/backend/backend';
import type {
  Concern,
  Destination,
  GuardAlert,
  GuardAnswer,
  JobView,
  PauseFor,
  Plan,
  PlanDraft,
  Snapshot,
} from '$lib/backend/bindings';
import { words } from '$lib/words';
import type { Context } from './actions.svelte';
import { attempt } from './attempt';
import { beginJob } from './begin-job';
import type { JobCase } from './begin-job';
import type { JobEndListener } from './job-followers';
import { BACKUPS_CHANGED } from './library-changes';

export class BackupActions {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Begins a job and tells how it ended. */
  async begin<K extends JobCase>(
    name: K,
    request: Request<K>,
    then?: JobEndListener,
  ): Promise<JobView | null> {
    const job = await beginJob(this.#context, name, request, then);
    if (job) this.#context.library.touch(BACKUPS_CHANGED);
    return job;
  }

  /** Asks for something that is done at once; what shows it is loaded anew. */
  async ask<K extends UseCase>(name: K, request: Request<K>): Promise<Reply<K> | null> {
    const reply = await attempt(this.#context, name, request);
    if (reply !== null) this.#context.library.touch(BACKUPS_CHANGED);
    return reply;
  }

  async runPlan(plan: Pick<Plan, 'id'>): Promise<void> {
    await this.begin('plan_run', { plan: plan.id });
  }

  /** Carries out every plan that runs by itself; without one, backs up all to everywhere. */
  async backUpNow(plans: readonly Plan[]): Promise<void> {
    const enabled = plans.filter((plan) => plan.enabled);
    for (const plan of enabled) await this.runPlan(plan);
    if (enabled.length > 0) return;
    const started = await this.ask('backup_run_all', {});
    for (const job of started ?? []) this.#context.jobs.accept(job);
    if (started?.length === 0)
      this.#context.toasts.notice(words.backups.nothingToBackUp, words.backups.nothingToBackUpHint);
  }

  async enable(plan: Plan, enabled: boolean): Promise<void> {
    await this.ask('plan_enable', { plan: plan.id, enabled });
  }

  /** Lets a plan start its commands, once the user confirmed each where no page can. */
  async confirmHooks(plan: Plan): Promise<void> {
    const confirmed = await this.ask('plan_confirm_hooks', { plan: plan.id });
    if (confirmed) this.#context.toasts.done(words.plans.hooksConfirmed(plan.draft.name));
  }

  /** Removes a plan; the undo keeps the same words again. */
  async removePlan(plan: Plan): Promise<boolean> {
    const removed = await this.ask('plan_delete', { plan: plan.id });
    if (!removed) return false;
    this.#context.toasts.done(words.plans.removed(plan.draft.name), {
      label: words.common.undo,
      run: () => void this.#bringBack(removed),
    });
    return true;
  }

  async savePlan(draft: PlanDraft, plan: string | null): Promise<Plan | null> {
    const saved = await this.ask('plan_save', { plan, draft });
    if (saved) this.#context.toasts.done(words.planEditor.saved(draft.name));
    return saved;
  }

  async pause(pause: PauseFor): Promise<void> {
    const state = await this.ask('schedule_pause', { pause });
    if (!state) return;
    this.#context.toasts.done(words.pause.paused, {
      label: words.common.undo,
      run: () => void this.resume(),
    });
  }

  async resume(): Promise<void> {
    const state = await this.ask('schedule_resume', {});
    if (state) this.#context.toasts.done(words.pause.resumed);
  }

  /** Moves backups to the trash; the undo takes them out of it again. */
  async forgetBackups(request: Request<'snapshot_forget'>): Promise<void> {
    const job = await this.ask('snapshot_forget', request);
    if (!job) return;
    this.#context.jobFollowers.follow(job, (ended) =>
      this.#context.toasts.done(ended.outcome?.summary ?? ended.title, {
        label: words.common.undo,
        run: () => void this.bringBack(request),
      }),
    );
  }

  async bringBack(request: Request<'trash_restore'>): Promise<void> {
    if (await this.ask('trash_restore', request)) this.#context.toasts.done(words.trash.restored);
  }

  async pin(snapshot: Snapshot, pinned: boolean): Promise<void> {
    const { id, destination } = snapshot;
    const now = await this.ask('snapshot_pin', { destination, snapshot: id, pinned });
    if (!now) return;
    this.#context.toasts.done(words.backupChoice.pinSaid[`${pinned}`], {
      label: words.common.undo,
      run: () => void this.pin(now, !pinned),
    });
  }

  /** Answers an alert; the undo takes the answer back. */
  async answer(alert: Pick<GuardAlert, 'id'>, answer: GuardAnswer | null): Promise<void> {
    const answered = await this.ask('guard_answer', { alert: alert.id, answer });
    if (!answered) return;
    const { answeredMeant, reopened } = words.guard;
    const undo = { label: words.common.undo, run: () => void this.answer(alert, null) };
    if (answer) this.#context.toasts.done(answeredMeant, undo);
    else this.#context.toasts.done(reopened);
  }

  /** Says that a concern is known; the undo wants to be told again. */
  async dismiss({ key, subject }: Pick<Concern, 'key' | 'subject'>): Promise<void> {
    if (!(await this.ask('concern_known', { concern: key, known: true }))) return;
    this.#context.toasts.done(words.concerns.known(subject), {
      label: words.common.undo,
      run: () => void this.ask('concern_known', { concern: key, known: false }),
    });
  }

  /** Opens the restore of what the guard misses, from the newest that has all of it. */
  async restoreLost(alert: Pick<GuardAlert, 'id'>): Promise<void> {
    const loss = await attempt(this.#context, 'guard_loss', { alert: alert.id });
    if (!loss) return;
    const { source, paths } = loss;
    this.#context.dialogs.show({ kind: 'restore', source, paths, conflict: 'replace' });
  }

  /** The recovery kit is offered whenever a password was made or changed. */
  showKit(destination: Destination): void {
    this.#context.dialogs.show({ kind: 'recoveryKit', destination });
  }

  /** Says that a recovery kit is put away: the dashboard need not tell of it again. */
  async kitPutAway({ id }: Destination): Promise<void> {
    const dashboard = await attempt(this.#context, 'dashboard', {});
    const told = dashboard?.concerns.find(
      ({ kind, destination }) => kind === 'recoveryKit' && destination === id,
    );
    if (told) await this.ask('concern_known', { concern: told.key, known: true });
  }

  async #bringBack({ draft, enabled }: Plan): Promise<void> {
    const back = await this.ask('plan_save', { draft });
    if (back && !enabled) await this.ask('plan_enable', { plan: back.id, enabled });
  }
}

export const [getBackupActions, setBackupActions] = createContext<BackupActions>();
