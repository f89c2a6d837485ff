/** Made-up plans: they are kept, previewed, run and paused, and their runs are shown. */
import type {
  JobState,
  JobView,
  Plan,
  PlanDraft,
  PlannedRun,
  PlanPreview,
  Project,
  Retention,
  Run,
  RunDetail,
  RunFilter,
  ScheduleState,
} from '../bindings';
import { nextRunTimes } from '$lib/plans/schedule';
import { hexId } from './data';
import { findDestination, refusal, startJob } from './host';
import type { HandlersOf, MockHost } from './host';

type Names = Extract<
  keyof import('../bindings').UseCases,
  `plan_${string}` | `schedule_${string}` | `run_${string}` | `guard_${string}`
>;
type Backup = (project: Project, destination: string) => string;

const HOUR = 3_600_000;
const YEARS: Retention = { last: 3, daily: 14, weekly: 8, monthly: 24, yearly: 10, tags: [] };

export function proposedPlan(host: MockHost): PlanDraft {
  return {
    name: 'Everything',
    projects: { type: 'all' },
    library: true,
    exclude: [],
    leaveOutRebuildable: true,
    targets: host.library.destinations.map(({ id }) => ({ destination: id, retention: YEARS })),
    schedule: { type: 'daily', at: '12:30' },
    timeZone: null,
    conditions: { onPower: false, unmetered: false, quietHours: null },
    limits: { bytesPerSecond: null, threads: null, lowPriority: true },
    before: null,
    after: null,
    verification: { afterRun: true, dailyPermille: 10, drillDays: 30 },
  };
}

/** The plans of a full library: one of everything, one that waits for its stick. */
export function makePlans(host: MockHost): Plan[] {
  const { destinations, projects } = host.library;
  if (destinations.length < 3) return [];
  const everything: PlanDraft = {
    ...proposedPlan(host),
    targets: destinations
      .slice(0, 2)
      .map(({ id }) => ({ destination: id, retention: { ...YEARS, withinHourly: '2d' } })),
  };
  const client: PlanDraft = {
    ...proposedPlan(host),
    name: 'Client work to the stick',
    projects: { type: 'tagged', tags: ['client'] },
    library: false,
    targets: [{ destination: destinations[2]?.id ?? '', retention: { last: 5, daily: 7 } }],
    schedule: { type: 'weekly', weekdays: [1, 2, 3, 4, 5], at: '18:00' },
    conditions: { onPower: true, unmetered: false, quietHours: { from: '22:00', until: '07:00' } },
  };
  const archive: PlanDraft = {
    ...proposedPlan(host),
    name: 'Old archive',
    projects: { type: 'chosen', projects: projects.slice(7, 8).map(({ id }) => id) },
    schedule: { type: 'monthly', day: 31, at: '04:00' },
    targets: [{ destination: destinations[1]?.id ?? '', retention: { monthly: 120 } }],
  };
  return [everything, client, archive].map((draft, index) => ({
    ...blankPlan(host, draft),
    enabled: index !== 2,
    waiting:
      index === 1
        ? {
            reason: 'destination',
            planned: new Date(host.now() - 5 * 24 * HOUR).toISOString(),
            text: 'waits for Travel stick; 5 days since the last backup',
          }
        : null,
  }));
}

function blankPlan(host: MockHost, draft: PlanDraft): Plan {
  return {
    id: `pn-${hexId(host.random, 8)}`,
    draft,
    enabled: true,
    created: new Date(host.now()).toISOString(),
    projectsNow: [],
    next: null,
    waiting: null,
    lastRun: null,
    targetsNow: [],
    sentence: '',
    needsAttention: false,
    hooksWait: false,
  };
}

export function planHandlers(host: MockHost, plans: Plan[], backUp: Backup): HandlersOf<Names> {
  let pause: ScheduleState = { paused: false, until: null, next: null };
  const find = (id: string) => {
    const found = plans.find((plan) => plan.id === id);
    if (!found) throw refusal('not_found', `No plan ${id}`);
    return found;
  };
  const show = (plan: Plan) => livePlan(host, plan);
  const state = (): ScheduleState => ({
    ...pause,
    next: upcoming(plans, host.now(), 20)[0] ?? null,
  });
  return {
    plan_list: () => plans.map(show),
    plan_show: ({ plan }) => show(find(plan)),
    plan_propose: () => proposedPlan(host),
    plan_save: ({ plan, draft }) => {
      if (draft.name.trim() === '') throw refusal('invalid', 'The plan needs a name');
      const kept = plan ? Object.assign(find(plan), { draft }) : blankPlan(host, draft);
      if (!plan) plans.push(kept);
      host.event('plan.saved', `${draft.name} was kept`, null, null);
      return show(kept);
    },
    plan_preview: (draft) => previewOf(host, draft),
    plan_enable: ({ plan, enabled }) => {
      const changed = Object.assign(find(plan), { enabled });
      host.event('plan.enabled', `${changed.draft.name} changed`, null, null);
      return show(changed);
    },
    plan_delete: ({ plan }) => {
      const gone = show(find(plan));
      plans.splice(plans.indexOf(find(plan)), 1);
      host.event('plan.deleted', `${gone.draft.name} was removed`, null, null);
      return gone;
    },
    plan_confirm_hooks: ({ plan }) => show(Object.assign(find(plan), { hooksWait: false })),
    plan_run: ({ plan }) => runPlan(host, find(plan), backUp),
    schedule_upcoming: ({ until, limit }) =>
      upcoming(plans, host.now(), limit ?? 100, until ?? undefined),
    schedule_state: state,
    schedule_pause: ({ pause: span }) => {
      const hours = { oneHour: 1, untilTomorrow: 16, untilResumed: null }[span];
      const until = hours === null ? null : new Date(host.now() + hours * HOUR).toISOString();
      pause = { paused: true, until };
      host.event('schedule.paused', 'Backups pause', null, null);
      return state();
    },
    schedule_resume: () => {
      pause = { paused: false, until: null };
      host.event('schedule.resumed', 'Backups go on', null, null);
      return state();
    },
    run_list: (filter) => filterRuns(host.library.runs, filter),
    run_show: ({ run }) => detailOf(host, findRun(host, run)),
    run_export: ({ run, json }) => {
      const detail = detailOf(host, findRun(host, run));
      const lines = detail.log.map((line) => `${line.time} ${line.level} ${line.text}`);
      return {
        fileName: `${run}.${json ? 'json' : 'txt'}`,
        text: json ? JSON.stringify(detail, null, 2) : lines.join('\n'),
      };
    },
    guard_list: () => host.library.alerts,
    guard_answer: ({ alert, answer }) => {
      const found = host.library.alerts.find((one) => one.id === alert);
      if (!found) throw refusal('not_found', `No alert ${alert}`);
      found.answer = answer;
      host.event('guard.answered', `An alert of ${found.projectName} was answered`, null, null);
      return found;
    },
  };
}

function projectsOf({ library }: MockHost, draft: PlanDraft): Project[] {
  const active = library.projects.filter((project) => project.status === 'active');
  const wanted = draft.projects;
  if (wanted.type === 'all') return active;
  if (wanted.type === 'chosen') return active.filter(({ id }) => wanted.projects.includes(id));
  return active.filter(({ tags }) => tags.some((tag) => wanted.tags.includes(tag)));
}

function livePlan(host: MockHost, plan: Plan): Plan {
  const { draft } = plan;
  const targetsNow = draft.targets.map(({ destination }) => {
    const found = findDestination(host, destination);
    return {
      destination,
      name: found.name,
      present: found.present,
      lastComplete: found.lastBackup ?? null,
      held: host.library.alerts.some((alert) => !alert.answer),
    };
  });
  const next = plan.enabled ? nextRunTimes(draft.schedule, host.now(), 1)[0] : undefined;
  const lastRun = host.library.runs.find((run) => run.plan === plan.id) ?? null;
  return {
    ...plan,
    projectsNow: projectsOf(host, draft).map(({ id }) => id),
    next: next ? new Date(next).toISOString() : null,
    targetsNow,
    lastRun,
    sentence: sentenceOf(plan, lastRun),
    needsAttention: lastRun?.state === 'failed',
  };
}

function sentenceOf(plan: Plan, lastRun: Run | null): string {
  if (!plan.enabled) return 'It does not run by itself.';
  if (plan.waiting) return `${plan.waiting.text}.`;
  return lastRun ? 'All of it is backed up and proven.' : 'It has not run yet.';
}

function previewOf(host: MockHost, draft: PlanDraft): PlanPreview {
  const projects = projectsOf(host, draft);
  const rebuildable = draft.leaveOutRebuildable
    ? projects.slice(0, 5).map((project, index) => ({
        project: project.name,
        path: index % 2 === 0 ? 'target' : 'node_modules',
        why: index % 2 === 0 ? 'Made again from Cargo.toml' : 'Made again from package.json',
        files: 12_000 - index * 900,
        sizeBytes: Math.round(project.sizeBytes * 0.4),
      }))
    : [];
  const excluded = projects.slice(0, 4).flatMap((project) =>
    draft.exclude.map((pattern, index) => ({
      project: project.name,
      path: `scratch/${pattern.replaceAll('*', 'x')}`,
      why: `Matches ${pattern}`,
      files: 40 + index,
      sizeBytes: 48_000_000 / (index + 1),
    })),
  );
  const leftOut = [...rebuildable, ...excluded].toSorted(
    (left, right) => right.sizeBytes - left.sizeBytes,
  );
  const leftOutBytes = leftOut.reduce((sum, one) => sum + one.sizeBytes, 0);
  return {
    projects: projects.length,
    files: projects.reduce((sum, one) => sum + one.files, 0),
    sizeBytes: projects.reduce((sum, one) => sum + one.sizeBytes, 0),
    leftOut,
    leftOutBytes,
    complete: projects.length < 20,
  };
}

function runPlan(host: MockHost, plan: Plan, backUp: Backup): JobView {
  const projects = projectsOf(host, plan.draft).filter((project) => project.present);
  const present = plan.draft.targets.filter(
    ({ destination }) => findDestination(host, destination).present,
  );
  const bytes = projects.reduce((sum, one) => sum + one.sizeBytes, 1);
  const title = `Carry out ${plan.draft.name}`;
  const summary = `${projects.length} projects are backed up to ${present.length} destinations`;
  return startJob(host, { kind: 'plan', title, plan: plan.id }, bytes, summary, () => {
    for (const { destination } of present) {
      for (const project of projects) backUp(project, destination);
    }
  });
}

function upcoming(plans: Plan[], now: number, limit: number, until?: string): PlannedRun[] {
  const end = until ? Date.parse(until) : now + 7 * 24 * HOUR;
  return plans
    .filter((plan) => plan.enabled)
    .flatMap((plan) =>
      nextRunTimes(plan.draft.schedule, now, limit)
        .filter((at) => at < end)
        .map((at) => ({ plan: plan.id, name: plan.draft.name, at: new Date(at).toISOString() })),
    )
    .toSorted((left, right) => left.at.localeCompare(right.at))
    .slice(0, limit);
}

function filterRuns(runs: Run[], filter: RunFilter): Run[] {
  return runs
    .filter(
      (run) =>
        (!filter.project || run.project === filter.project) &&
        (!filter.destination || run.destination === filter.destination) &&
        (!filter.plan || run.plan === filter.plan) &&
        (!filter.kind || run.kind === filter.kind) &&
        (!filter.state || run.state === filter.state) &&
        (!filter.since || run.started >= filter.since) &&
        (!filter.until || run.started < filter.until),
    )
    .slice(0, filter.limit ?? 50);
}

function findRun({ library }: MockHost, id: string): Run {
  const found = library.runs.find((run) => run.id === id);
  if (!found) throw refusal('not_found', `No run ${id}`);
  return found;
}

function detailOf(host: MockHost, run: Run): RunDetail {
  const name = (id: string) => findDestination(host, id).name;
  const titles = host.library.projects.slice(0, run.plan ? 4 : 0);
  const shelf = host.library.destinations[0];
  const parts = titles.map((project, index) => ({
    title: `${project.name} to ${shelf ? name(shelf.id) : 'nowhere'}`,
    project: project.id,
    destination: shelf?.id ?? null,
    state: (index === 2 && run.state === 'warnings' ? 'warnings' : 'succeeded') as JobState,
    summary: index === 2 ? '3 files could not be read' : '41 files were new or changed',
    snapshot: host.library.snapshots.find((one) => one.project === project.id)?.id ?? null,
    addedBytes: 4_200_000 * (index + 1),
    milliseconds: 2_400 + index * 900,
  }));
  const warnings = (run.outcome?.warnings ?? []).map((warning) => ({
    time: run.ended ?? run.started,
    level: 'warning' as const,
    text: `${warning.item}: ${warning.message}`,
  }));
  const log = [
    { time: run.started, level: 'info' as const, text: `${run.title} begins` },
    ...parts.map((part) => ({ time: run.started, level: 'info' as const, text: part.title })),
    ...warnings,
    {
      time: run.ended ?? run.started,
      level: run.outcome?.error ? ('error' as const) : ('info' as const),
      text: run.outcome?.error?.what ?? run.outcome?.summary ?? 'It goes on',
    },
  ];
  return { run, parts, log };
}
