/** The library, the jobs and the refusals that the parts of the made-up engine share. */
import { BackendError } from '../backend';
import type { Reply, Request, UseCase } from '../backend';
import type {
  Destination,
  JobKind,
  JobView,
  Place,
  Project,
  Snapshot,
  WireError,
} from '../bindings';
import type { MockLibrary } from './data';
import type { JobEnd, MockJobs } from './jobs';

export type HandlersOf<K extends UseCase> = { [N in K]: (request: Request<N>) => Reply<N> };

export type MockHost = {
  now: () => number;
  random: () => number;
  jobs: MockJobs;
  library: MockLibrary;
  places: Map<string, Place>;
  event: (kind: string, text: string, project: string | null, destination: string | null) => void;
  ended: (job: JobView, kind: string) => void;
};

export function refusal(
  code: WireError['code'],
  what: string,
  why = 'The made-up engine says so',
  next = 'Try something else',
): BackendError {
  return new BackendError({ code, what, why, next });
}

export function findDestination({ library }: MockHost, id: string): Destination {
  const found = library.destinations.find((one) => one.id === id);
  if (!found) throw refusal('not_found', `No destination ${id}`);
  return found;
}

export function findProject({ library }: MockHost, id: string): Project {
  const found = library.projects.find((one) => one.id === id);
  if (!found) throw refusal('not_found', `No project ${id}`);
  return found;
}

export function findSnapshot({ library }: MockHost, id: string): Snapshot {
  const found = library.snapshots.find((one) => one.id === id);
  if (!found) throw refusal('not_found', `No backup ${id}`);
  return found;
}

export function findPlace({ places }: MockHost, id: string): Place {
  const found = places.get(id);
  if (!found) throw refusal('not_found', 'No such place');
  return found;
}

export function needPresent(destination: Destination): Destination {
  if (destination.present) return destination;
  throw refusal(
    'unavailable',
    `Cannot open the repository at ${destination.display}`,
    'Its drive is not connected',
    'Connect the drive and start it again',
  );
}

/** A job at a destination that is recorded as a run when it ends. */
export function startJob(
  host: MockHost,
  parts: { kind: JobKind; title: string; destination?: string; project?: string; plan?: string },
  bytes: number,
  summary: string,
  then: JobEnd = () => undefined,
): JobView {
  const { destination = null, project = null, plan = null, ...rest } = parts;
  const job = { ...rest, destination, project, plan };
  return host.jobs.start(job, bytes, Math.ceil(bytes / 40_000), (ended) => {
    ended.outcome = { summary, warnings: [], warningsTotal: 0, error: null };
    then(ended);
    host.ended(ended, `${ended.kind}.finished`);
  });
}
