/** The actions on a project's history, each with its message and, where possible, its undo. */
import { createContext } from 'svelte';
import type { Reply, Request, UseCase } from '$lib/backend/backend';
import type { JobView, Saved, Version, Workspace } from '$lib/backend/bindings';
import { encodeBase64 } from '$lib/base64';
import { filesRoute } from '$lib/routing';
import { words } from '$lib/words';
import type { Context } from './actions.svelte';
import { attempt } from './attempt';
import type { JobEndListener } from './job-followers';
import { historyChanged, USAGE_CHANGED } from './library-changes';
import type { ToastAction } from './toasts.svelte';

type Mark = { name?: string; note?: string; pinned?: boolean };
/** What a restore says of itself, and the workspaces that are saved first. */
export type RestoreStory = { what: string; done: string; left: string; savedFirst: string[] };
export type NameTaken = 'replace' | 'keepBoth' | 'skip';

const text = words.history;

export class HistoryActions {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  async preview(project: string): Promise<JobView | null> {
    return this.#begin('history_preview', { project }, () => undefined);
  }

  async startHistory(project: string, name: string): Promise<void> {
    await this.#begin('history_start', { project }, (job) =>
      this.#context.toasts.done(text.started(name), null, job.outcome?.summary),
    );
  }

  async save(workspace: Workspace, message: string): Promise<boolean> {
    const request = { workspace: workspace.id, ...(message ? { message } : {}) };
    const job = await this.#begin('version_save', request, (ended) =>
      this.#context.toasts.done(ended.outcome?.summary ?? text.saved),
    );
    return job !== null;
  }

  async mark(version: Version, change: Mark): Promise<Version | null> {
    const marked = await this.#try('version_mark', { version: version.id, ...change });
    if (!marked) return null;
    this.#context.library.touch(historyChanged(version.project));
    const before: Mark = {
      ...(change.name === undefined ? {} : { name: version.name ?? '' }),
      ...(change.note === undefined ? {} : { note: version.note ?? '' }),
      ...(change.pinned === undefined ? {} : { pinned: version.pinned }),
    };
    const said = change.pinned === undefined ? text.marked : text.pinSaid[`${change.pinned}`];
    this.#context.toasts.done(
      said,
      this.#undoBy(() => void this.mark(marked, before)),
    );
    return marked;
  }

  /** A restore has begun: tells how it ended, and offers to undo it in the workspaces that were saved first. */
  restoring(job: JobView, { what, done, left, savedFirst }: RestoreStory): void {
    this.#context.jobFollowers.follow(job, (ended) => {
      const goBack = () => savedFirst.forEach((workspace) => void this.undo(workspace));
      const undo = savedFirst.length > 0 ? this.#undoBy(goBack) : null;
      if (ended.state === 'succeeded') return this.#context.toasts.done(done, undo, left);
      this.#someFailed(ended, (problems) => text.restoredInPart(what, problems), undo);
    });
  }

  async undo(workspace: string): Promise<void> {
    await this.#begin('undo', { workspace }, (job) => {
      const name = this.#context.library.project(job.project ?? '')?.name ?? job.title;
      if (job.state === 'succeeded') return this.#context.toasts.done(text.undone(name));
      this.#someFailed(job, (problems) => text.undoneInPart(name, problems));
    });
  }

  async remove(workspace: Workspace, path: string[], force = false): Promise<boolean> {
    const request = { workspace: workspace.id, path, force };
    const saved = await this.#try('file_delete', request, (why) =>
      this.#askForTrash(why, () => void this.remove(workspace, path, true)),
    );
    if (!saved) return false;
    this.#context.library.touch(historyChanged(workspace.project));
    const undo = this.#undoBy(() => void this.undo(workspace.id));
    this.#context.toasts.done(text.deleted(path.at(-1) ?? ''), undo);
    return true;
  }

  /** Takes one change of a text file back. */
  async restoreLines(lines: Request<'file_restore_lines'>): Promise<boolean> {
    const saved = await this.#try('file_restore_lines', lines, (why) =>
      this.#askForTrash(why, () => void this.restoreLines({ ...lines, force: true })),
    );
    if (!saved) return false;
    this.#context.library.touch(historyChanged(saved.version?.project ?? null));
    const undo = this.#undoBy(() => void this.undo(lines.workspace));
    this.#context.toasts.done(text.linesRestored(lines.path.at(-1) ?? ''), undo);
    return true;
  }

  /** Copies what was dropped from this machine into a folder of the workspace. */
  async upload(
    workspace: Workspace,
    folder: string[],
    places: string[],
    conflict: NameTaken | 'ask',
  ): Promise<void> {
    const request = { workspace: workspace.id, folder, places, conflict };
    await this.#begin('file_upload', request, (job) =>
      this.#context.toasts.done(job.outcome?.summary ?? text.uploaded(places.length)),
    );
  }

  /** Saves files that a browser handed over. They keep their names, or get those that `name` gives. */
  async saveFiles(
    workspace: Workspace,
    folder: string[],
    files: { file: File; name: string }[],
    force = false,
  ): Promise<void> {
    const saved: Saved[] = [];
    const refused: typeof files = [];
    const whys: string[] = [];
    for (const next of files) {
      const base64 = encodeBase64(new Uint8Array(await next.file.arrayBuffer()));
      const request = { workspace: workspace.id, path: [...folder, next.name], base64, force };
      const one = await this.#try('file_save', request, (why) => {
        refused.push(next);
        whys.push(why);
      });
      if (one) saved.push(one);
    }
    this.#context.library.touch(historyChanged(workspace.project));
    if (refused.length > 0)
      this.#askForTrash(
        whys.join('. '),
        () => void this.saveFiles(workspace, folder, refused, true),
      );
    if (saved.length === 0) return;
    const changed = saved.filter((one) => one.changed).length;
    for (const { item, message } of saved.flatMap((one) => one.warnings))
      this.#context.toasts.notice(message, item);
    this.#context.toasts.done(changed > 0 ? text.uploaded(changed) : text.nothingChanged);
  }

  async openWorkspace(version: Version, name: string, to: string | null): Promise<boolean> {
    const request = { version: version.id, name, ...(to ? { to } : {}) };
    const job = await this.#begin('workspace_open', request, (ended) =>
      this.#context.toasts.done(ended.outcome?.summary ?? text.workspaceOpened(name), {
        label: words.jobs.show,
        run: () => this.#context.router.go(filesRoute(version.project, { workspace: name })),
      }),
    );
    return job !== null;
  }

  async switchTo(workspace: Workspace): Promise<void> {
    const before = await this.#try('current', {});
    const now = await this.#try('workspace_switch', { workspace: workspace.id });
    if (!now) return;
    this.#context.library.touch(historyChanged(workspace.project));
    const earlier = before?.workspace;
    this.#context.toasts.done(
      text.switched(workspace.name),
      earlier && earlier !== workspace.id
        ? this.#undoBy(() => void this.#try('workspace_switch', { workspace: earlier }))
        : null,
    );
  }

  async describe(workspace: Workspace, said: string): Promise<boolean> {
    const done = await this.#try('workspace_describe', { workspace: workspace.id, text: said });
    if (done) this.#context.library.touch(historyChanged(workspace.project));
    return done !== null;
  }

  async refresh(workspace: Workspace): Promise<void> {
    await this.#begin('workspace_refresh', { workspace: workspace.id }, (job) =>
      this.#context.toasts.done(job.outcome?.summary ?? text.refreshed),
    );
  }

  async close(workspace: Workspace): Promise<boolean> {
    const job = await this.#begin('workspace_close', { workspace: workspace.id }, (ended) =>
      this.#context.toasts.done(ended.outcome?.summary ?? text.workspaceClosed(workspace.name)),
    );
    return job !== null;
  }

  /** Pauses the watching of a project, or of all. */
  async pause(project: string | null): Promise<void> {
    const states = await this.#try('history_pause', project ? { project } : {});
    if (!states) return;
    this.#context.library.touch(historyChanged(project));
    const undo = this.#undoBy(() => void this.resume(project));
    this.#context.toasts.done(project ? text.paused : text.pausedAll, undo);
  }

  async resume(project: string | null): Promise<void> {
    const states = await this.#try('history_resume', project ? { project } : {});
    if (!states) return;
    this.#context.library.touch(historyChanged(project));
    this.#context.toasts.done(project ? text.resumed : text.resumedAll);
  }

  /** Frees files and folders of a project; with `canUndo`, something holds what is gone, and Undo is offered. */
  async free(request: Request<'usage_free'>, canUndo: boolean): Promise<void> {
    await this.#begin('usage_free', request, (job) => {
      this.#context.library.touch(USAGE_CHANGED);
      const undo = canUndo ? this.#undoBy(() => void this.undo(request.project)) : null;
      const said = job.outcome?.summary ?? '';
      if (job.state === 'succeeded') this.#context.toasts.done(job.title, undo, said);
      else this.#context.toasts.notice(job.title, said, undo);
    });
  }

  async thin(project: string): Promise<boolean> {
    const job = await this.#begin('thin', { project }, (ended) =>
      this.#context.toasts.done(ended.outcome?.summary ?? text.thinned),
    );
    return job !== null;
  }

  async compact(project: string): Promise<void> {
    await this.#begin('history_compact', { project }, (job) =>
      this.#context.toasts.done(job.outcome?.summary ?? text.compacted),
    );
  }

  async check(project: string): Promise<void> {
    await this.#begin('history_check', { project }, (job) =>
      job.state === 'warnings'
        ? this.#context.toasts.notice(job.outcome?.summary ?? text.checked)
        : this.#context.toasts.done(job.outcome?.summary ?? text.checked),
    );
  }

  #askForTrash(why: string, run: () => void): void {
    const line = text.unkeptLine(why);
    this.#context.dialogs.show({
      kind: 'confirm',
      title: text.unkept,
      line,
      label: text.toTrash,
      run,
    });
  }

  /** Says how many problems a job met; what they are is listed in the drawer, file by file. */
  #someFailed(
    job: JobView,
    title: (problems: number) => string,
    undo: ToastAction | null = null,
  ): void {
    this.#context.jobs.drawerOpen = true;
    this.#context.toasts.notice(title(job.outcome?.warningsTotal ?? 1), text.someFailed, undo);
  }

  #undoBy(run: () => void) {
    return { label: words.common.undo, run };
  }

  async #begin<K extends UseCase>(
    name: K & (Reply<K> extends JobView ? K : never),
    request: Request<K>,
    then: JobEndListener,
  ): Promise<JobView | null> {
    const job = (await this.#try(name as K, request)) as JobView | null;
    if (job) this.#context.jobFollowers.follow(job, then);
    return job;
  }

  #try<K extends UseCase>(
    name: K,
    request: Request<K>,
    onNotKept?: (why: string) => void,
  ): Promise<Reply<K> | null> {
    return attempt(this.#context, name, request, onNotKept);
  }
}

export const [getHistoryActions, setHistoryActions] = createContext<HistoryActions>();
