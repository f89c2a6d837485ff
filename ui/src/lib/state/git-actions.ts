/** The actions on the git repository of a workspace. */
import type { Reply, Request, UseCase } from '$lib/backend/backend';
import type { JobView } from '$lib/backend/bindings';
import { words } from '$lib/words';
import { attempt } from './attempt';
import type { Actions } from './actions.svelte';
import { historyChanged } from './library-changes';
import type { Library } from './library.svelte';
import type { Toasts } from './toasts.svelte';

const text = words.git;

export class GitActions {
  readonly #told: { backend: Library['backend']; toasts: Toasts };

  constructor(
    readonly library: Library,
    readonly toasts: Toasts,
    readonly actions: Actions,
    readonly workspace: string,
  ) {
    this.#told = { backend: library.backend, toasts };
  }

  create = () => this.#done('git_create', this.#here(), () => text.created);
  commit = (message: string, author: string) =>
    this.#done(
      'git_commit',
      { ...this.#here(), message, ...(author ? { author } : {}) },
      (commit) =>
        commit.leftOut.length > 0
          ? text.committedSome(commit.shortId, commit.leftOut)
          : text.committed(commit.shortId),
    );
  switchTo = (name: string) =>
    this.#done('git_branch_switch', { ...this.#here(), name }, () => text.switched(name));
  branch = (name: string) =>
    this.#done('git_branch_create', { ...this.#here(), name }, () => text.branched(name));
  setRemote = (name: string, url: string) =>
    this.#done('git_remote_set', { ...this.#here(), name, url }, () => text.remoteSet(name));
  sync = () => this.#job('git_sync', this.#here());
  push = () => this.#job('git_push', this.#here());
  pull = () => this.#job('git_pull', this.#here());
  exportHistory = (branch: string) => this.#job('git_export_history', { ...this.#here(), branch });

  #here() {
    return { workspace: this.workspace };
  }

  async #done<K extends UseCase>(
    name: K,
    request: Request<K>,
    said: (reply: Reply<K>) => string,
  ): Promise<boolean> {
    const reply = await attempt(this.#told, name, request);
    if (reply === null) return false;
    this.toasts.done(said(reply));
    this.library.touch(historyChanged());
    return true;
  }

  async #job<K extends UseCase>(name: K, request: Request<K>): Promise<boolean> {
    const job = (await attempt(this.#told, name, request)) as JobView | null;
    if (job) this.actions.started(job);
    return job !== null;
  }
}
