/** The engine as it was recorded (`npm run record`), for `?mock` in dev mode and for tests. Never in a build. */
import { BackendError } from './backend';
import type { Backend, LinkState, Listener, Reply, Request, UseCase } from './backend';
import type { BackendEvent, CleanupStep, JobView, Place, PlaceState, WireError } from './bindings';
import emptyText from '../../test/recorded/empty.json?raw';
import libraryText from '../../test/recorded/library.json?raw';
import { changesOf, endsOf } from './recorded/changes';
import { RecordedJobs } from './recorded/jobs';
import { newId, now, RecordedLibrary } from './recorded/library';
import type { Replies } from './recorded/library';
import { Recording } from './recorded/recording';

export type RecordedOptions = {
  scenario: 'full' | 'empty';
  canPick: boolean;
  latencyMs: number;
  jobSeconds: number;
};
type About = Partial<Pick<JobView, 'project' | 'destination' | 'plan'>>;
type Answer<K extends UseCase> = Reply<K> | ((request: Request<K>) => Reply<K>);

/** Jobs that leave no record. */
const UNRECORDED = new Set<JobView['kind']>(['refresh', 'preview']);

export function recordedFromAddress(query: URLSearchParams): RecordedBackend {
  return new RecordedBackend({
    scenario: query.get('mock') === 'empty' ? 'empty' : 'full',
    canPick: query.has('pick'),
    latencyMs: Number(query.get('latency') ?? 60),
    jobSeconds: Number(query.get('job') ?? 6),
  });
}

export class RecordedBackend implements Backend {
  readonly library: RecordedLibrary;
  readonly calls: { name: UseCase; request: unknown }[] = [];
  readonly #options: RecordedOptions;
  readonly #listeners = new Set<Listener>();
  readonly #jobs: RecordedJobs;
  readonly #recording: Recording;
  readonly #answers = new Map<UseCase, (request: never) => unknown>();
  readonly #replies: Replies;
  readonly #changes: Replies;
  readonly #ends: ReturnType<typeof endsOf>;

  constructor(options: Partial<RecordedOptions> = {}) {
    const usual = { scenario: 'full' as const, canPick: false, latencyMs: 0, jobSeconds: 6 };
    this.#options = { ...usual, ...options };
    const isEmpty = this.#options.scenario === 'empty';
    this.#recording = new Recording(isEmpty ? emptyText : libraryText, Date.now());
    this.library = new RecordedLibrary(this.#recording);
    this.#jobs = new RecordedJobs(
      (job) => this.publish({ type: 'job', job }),
      this.#options.jobSeconds,
    );
    this.#ends = endsOf(this.library);
    this.#changes = changesOf(this.library);
    this.#replies = { ...this.library.replies, ...this.#changes, ...this.#own };
  }

  async call<K extends UseCase>(name: K, request: Request<K>): Promise<Reply<K>> {
    this.calls.push({ name, request });
    if (this.#options.latencyMs > 0)
      await new Promise((done) => setTimeout(done, this.#options.latencyMs));
    const reply = structuredClone(this.#reply(name, request));
    if (name in this.#changes)
      this.#tell(`${name.split('_')[0]}.changed`, name, this.#about(request));
    return reply;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  watchLink(listener: (state: LinkState) => void): () => void {
    listener('connected');
    return () => undefined;
  }

  publish(event: BackendEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Answers every later call of this name so, whatever was recorded. */
  answer<K extends UseCase>(name: K, answer: Answer<K>): void {
    const given = answer as unknown;
    this.#answers.set(
      name,
      typeof given === 'function' ? (given as (request: never) => unknown) : () => given,
    );
  }

  /** Makes every later call of this name fail, until told otherwise. */
  failWith(name: UseCase, error: WireError | null): void {
    if (!error) return void this.#answers.delete(name);
    this.#answers.set(name, () => {
      throw new BackendError(error);
    });
  }

  /** A place that the user pointed out: as it was recorded, or a folder. */
  place(path: string, state?: PlaceState): Place {
    const name = path.split('/').filter(Boolean).at(-1) ?? path;
    const known = this.#recording.all('place_type').findLast((one) => one.display === path);
    const found: Place = known ?? { id: '', display: path, name, state: 'folder', sameDisk: false };
    const place = { ...found, id: newId(), ...(state && { state }) };
    this.library.places.set(place.id, place);
    return place;
  }

  /** A reply whose places can be used from now on. */
  #withPlaces<T>(reply: T): T {
    JSON.stringify(reply, (name, value: unknown) => {
      if (name === 'place') this.library.places.set((value as Place).id, value as Place);
      return value;
    });
    return reply;
  }

  #reply<K extends UseCase>(name: K, request: Request<K>): Reply<K> {
    const answer = (this.#answers.get(name) ?? this.#replies[name]) as
      ((request: Request<K>) => Reply<K>) | undefined;
    const reply = answer ? answer(request) : this.#recording.reply(name, request);
    const isNew = !answer && typeof reply === 'object' && reply !== null && 'canPause' in reply;
    return isNew ? (this.#start(name, request, reply as JobView) as Reply<K>) : reply;
  }

  readonly #own: Replies = {
    app_info: () => ({
      ...this.#recording.reply('app_info', {}),
      canPick: this.#options.canPick,
      canType: !this.#options.canPick,
    }),
    place_pick: ({ purpose }) => this.place(`/home/mira/${purpose}`),
    place_type: ({ path }) => this.place(path),
    project_find: (request) => this.#withPlaces(this.#recording.reply('project_find', request)),
    drive_list: () => this.#withPlaces(this.#recording.reply('drive_list', {})),
    library_cleanup_preview: ({ steps = [] }) => {
      const plan = this.#recording.reply('library_cleanup_preview', {});
      const isAsked = ({ kind }: CleanupStep) => steps.length === 0 || steps.includes(kind);
      return { ...plan, steps: plan.steps.filter(isAsked) };
    },
    job_list: () => this.#jobs.all,
    job_cancel: ({ job }) => this.#jobs.cancel(job),
    job_pause: ({ job }) => this.#jobs.setPaused(job, true),
    job_resume: ({ job }) => this.#jobs.setPaused(job, false),
    backup_run_all: () => {
      const destination = this.library.destinations.find((one) => one.present)?.id ?? '';
      const active = this.library.projects.filter((one) => one.present && one.status === 'active');
      return active.map(({ id }) => this.#reply('backup_run', { project: id, destination }));
    },
  };

  #start<K extends UseCase>(name: K, request: Request<K>, recorded: JobView): JobView {
    return this.#jobs.start(this.#retold(recorded, request), (job) => {
      if (job.state !== 'failed') this.#ends[name]?.(request, job);
      const { progress, ...rest } = job;
      const { filesDone, bytesDone } = progress;
      if (!UNRECORDED.has(job.kind))
        this.library.runs = [{ ...rest, filesDone, bytesDone }, ...this.library.runs];
      this.#tell(`${job.kind}.${job.state}`, job.title, job);
    });
  }

  /** A recorded job as one about what is asked for now. */
  #retold(job: JobView, request: object): JobView {
    const { outcome, title } = job;
    const about = this.#about(request);
    const nameOf = (id?: string | null) => this.library.projects.find((one) => one.id === id)?.name;
    const then = nameOf(job.project) ?? '';
    const told = (text: string) => text.replace(then, nameOf(about.project) ?? then);
    return {
      ...{ ...job, ...about, title: told(title) },
      outcome: outcome ? { ...outcome, summary: told(outcome.summary) } : null,
    };
  }

  /** The project, destination and plan that a request is about. */
  #about(request: object): About {
    const { workspace, ...named } = request as Record<string, string>;
    const project = this.library.workspaces.find(({ id }) => id === workspace)?.project;
    const about = { project: project ?? named['project'], destination: named['destination'] };
    const all = Object.entries({ ...about, plan: named['plan'] });
    return Object.fromEntries(all.filter(([, id]) => typeof id === 'string'));
  }

  #tell(kind: string, text: string, about: About): void {
    const seq = (this.library.events.at(-1)?.seq ?? 0) + 1;
    const { project = null, destination = null } = about;
    const event = { seq, time: now(), kind, text, project, destination };
    this.library.events.push(event);
    this.publish({ type: 'event', event });
  }
}
