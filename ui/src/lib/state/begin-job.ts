/** Begins a job for a user, and tells how it ended. */
import type { Reply, Request, UseCase } from '$lib/backend/backend';
import type { JobView } from '$lib/backend/bindings';
import { words } from '$lib/words';
import type { Context } from './actions.svelte';
import { attempt } from './attempt';
import type { JobEndListener } from './job-followers';

/** The use cases that begin one job. */
export type JobCase = { [K in UseCase]: Reply<K> extends JobView ? K : never }[UseCase];

/** Begins a job; `then` is called once it has done its work, after the user was told. */
export async function beginJob<K extends JobCase>(
  context: Context,
  name: K,
  request: Request<K>,
  then?: JobEndListener,
): Promise<JobView | null> {
  const job = (await attempt(context, name as UseCase, request)) as JobView | null;
  if (job) followJob(context, job, then);
  return job;
}

/** Tells how a job that was begun ended, then calls `then`. */
export function followJob(context: Context, job: JobView, then?: JobEndListener): void {
  context.jobFollowers.follow(job, (ended) => {
    tell(context, ended);
    then?.(ended);
  });
}

function tell({ toasts, jobs }: Context, job: JobView): void {
  const summary = job.outcome?.summary ?? words.jobState[job.state];
  if (job.state === 'succeeded') return toasts.done(job.title, null, summary);
  toasts.notice(job.title, summary, {
    label: words.jobs.show,
    run: () => (jobs.drawerOpen = true),
  });
}
