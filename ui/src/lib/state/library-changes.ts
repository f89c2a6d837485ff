/** Changes of the library: the kinds of data that an event or a job concerns, and who follows them. */
import type { Event, JobKind, JobView } from '$lib/backend/bindings';

const AREAS = [
  'projects',
  'archives',
  'destinations',
  /** Whether the drives of destinations are there. */
  'presence',
  /** What destinations hold: backups, trash, test restores, mounts. */
  'backups',
  /** Plans, their schedule, and alerts. */
  'plans',
  'runs',
  /** Workspaces, versions, files, git and rules. */
  'history',
  'watch',
  /** Space that anything takes: counts, findings, growth. */
  'usage',
  'events',
] as const;
export type Area = (typeof AREAS)[number];

/** A change without a project or destination may concern any of them. */
export type Change = {
  areas: readonly Area[];
  project?: string | null | undefined;
  destination?: string | null | undefined;
};

/** The changes that something is loaded again for; one of another project or destination is not. */
export type Interest = {
  areas: readonly Area[];
  project?: () => string | null;
  destination?: () => string | null;
};

export const EVERYTHING: Change = { areas: AREAS };
/** The change by an action on plans, destinations or backups. */
export const BACKUPS_CHANGED: Change = {
  areas: ['projects', 'destinations', 'backups', 'plans', 'runs', 'events'],
};

/** The change by a drive that came or went. */
export const DRIVES_CHANGED: Change = {
  areas: ['projects', 'presence', 'backups', 'plans'],
};
/** The change that there may be when the user returns: the drive of a destination came or went, and no
 * event told of it. Nothing is loaded for it that opens a repository. */
export const USER_RETURNED: Change = { areas: ['projects', 'presence', 'plans'] };

/** The change by an action on archives, or by one that a project comes from or goes with. */
export const ARCHIVES_CHANGED: Change = {
  areas: ['projects', 'archives', 'plans', 'runs', 'history', 'watch', 'events'],
};

/** The change by a count of the storage, or by freeing some of it. */
export const USAGE_CHANGED: Change = { areas: ['usage', 'projects', 'events'] };

/** The change by an action on the history of a project, or of any. */
export function historyChanged(project: string | null = null): Change {
  return { areas: ['history', 'watch', 'events'], project };
}

const BACKUP: Area[] = ['runs', 'projects', 'destinations', 'backups', 'plans'];
const CHECK: Area[] = ['runs', 'destinations', 'backups', 'plans'];
const HISTORY: Area[] = ['runs', 'history', 'watch'];

const AREAS_OF_JOB: Record<JobKind, readonly Area[]> = {
  backup: BACKUP,
  plan: BACKUP,
  copy: BACKUP,
  forget: BACKUP,
  cleanup: AREAS,
  archive: [...ARCHIVES_CHANGED.areas, 'destinations', 'backups', 'usage'],
  check: CHECK,
  drill: CHECK,
  repair: CHECK,
  restore: ['projects', 'archives', ...HISTORY],
  import: ['projects', ...HISTORY],
  save: HISTORY,
  upload: HISTORY,
  workspace: HISTORY,
  thin: HISTORY,
  compact: HISTORY,
  git: HISTORY,
  preview: ['runs', 'history'],
  refresh: ['runs', 'projects', 'history', 'watch'],
  recover: AREAS,
};

/** By the first word of an event's kind; a word that is not here concerns everything. */
const AREAS_OF_EVENT: Record<string, readonly Area[]> = {
  ...AREAS_OF_JOB,
  archive: ARCHIVES_CHANGED.areas,
  version: ['history'],
  rules: ['history'],
  history: ['history', 'watch'],
  watch: ['watch'],
  usage: ['usage'],
  project: ['projects', 'archives', 'plans', 'history', 'watch'],
  destination: ['projects', 'destinations', 'backups', 'plans'],
  snapshot: ['projects', 'destinations', 'backups', 'plans'],
  schedule: ['plans'],
  guard: ['plans'],
};

/** The change that an event tells of. */
export function changeOfEvent({ kind, project, destination }: Event): Change {
  const [word = ''] = kind.split('.');
  const areas = AREAS_OF_EVENT[word] ?? AREAS;
  return { areas: [...areas, 'events'], project, destination };
}

/** The change that comes with the start or the end of a job. */
export function changeOfJob({ kind, project, destination }: JobView): Change {
  return { areas: [...AREAS_OF_JOB[kind], 'events'], project, destination };
}

/** Whether a change is one that an interest waits for. */
export function concerns(change: Change, { areas, project, destination }: Interest): boolean {
  if (!areas.some((area) => change.areas.includes(area))) return false;
  return isSame(change.project, project?.()) && isSame(change.destination, destination?.());
}

function isSame(changed: string | null | undefined, wanted: string | null | undefined): boolean {
  return changed == null || wanted == null || changed === wanted;
}
