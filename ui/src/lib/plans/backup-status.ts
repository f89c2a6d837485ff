/** The status of the backups in one sentence: the most urgent thing wins. */
import type { GuardAlert, JobView, Plan, ScheduleState } from '$lib/backend/bindings';
import type { Tone } from '$lib/tone';
import { formatUpcoming } from '$lib/format/time';
import { words } from '$lib/words';

export type BackupStatus = { tone: Tone; text: string };
type Known = {
  plans: readonly Plan[];
  schedule: ScheduleState | undefined;
  alerts: readonly GuardAlert[];
  live: readonly JobView[];
};

const text = words.overview;

export function backupStatusOf(
  { plans, schedule, alerts, live }: Known,
  now: number,
): BackupStatus {
  if (alerts.some((alert) => !alert.answer)) return { tone: 'bad', text: text.alert };
  const enabled = plans.filter((plan) => plan.enabled);
  if (enabled.length === 0) return { tone: 'idle', text: text.noPlan };
  const attention = enabled.filter((plan) => plan.needsAttention).length;
  if (attention > 0) return { tone: 'warn', text: text.attention(attention) };
  if (schedule?.bySetting) return { tone: 'idle', text: text.off };
  if (schedule?.paused) {
    const { until } = schedule;
    return {
      tone: 'idle',
      text: until ? text.paused(formatUpcoming(until, now)) : text.pausedOpen,
    };
  }
  if (live.some(({ kind }) => kind === 'plan' || kind === 'backup'))
    return { tone: 'run', text: text.running };
  for (const { draft, waiting } of enabled)
    if (waiting) return { tone: 'idle', text: text.waiting(draft.name, waiting.text) };
  if (enabled.every((plan) => !plan.lastRun)) return { tone: 'idle', text: text.never };
  const next = schedule?.next;
  return {
    tone: 'good',
    text: next ? text.allWell(formatUpcoming(next.at, now)) : text.allWellManual,
  };
}

/** The projects of a plan in words, as a card shows them. */
export function describeProjects({ draft, projectsNow }: Plan): string {
  const count = projectsNow.length;
  const { projects } = draft;
  const said =
    projects.type === 'all'
      ? words.plans.allProjects(count)
      : projects.type === 'tagged'
        ? words.plans.tagged(projects.tags.join(', '), count)
        : words.plans.chosen(count);
  return draft.library ? `${said}, ${words.plans.andLibrary}` : said;
}
