/** Loads the record of events, and keeps of it what a filter means. */
import type { Backend } from './backend/backend';
import type { Event, JobKind, JobState, Run, RunFilter } from './backend/bindings';
import type { ActivityQuery } from './routing';

const PAGE = 1000;
const MOST_KEPT = 20_000;

/** All events, newest first. They come oldest first, a page at a time. */
export async function loadEvents(backend: Backend): Promise<Event[]> {
  let events: Event[] = [];
  for (;;) {
    const page = await backend.call('event_list', { after: events.at(-1)?.seq ?? 0, limit: PAGE });
    events = [...events, ...page].slice(-MOST_KEPT);
    if (page.length < PAGE) return events.reverse();
  }
}

export function filterEvents(
  events: readonly Event[],
  filter: { text: string; kind: string; project: string },
): Event[] {
  const wanted = filter.text.toLowerCase();
  return events.filter(
    (event) =>
      (filter.kind === '' || event.kind.split('.')[0] === filter.kind) &&
      (filter.project === '' || event.project === filter.project) &&
      (wanted === '' || event.text.toLowerCase().includes(wanted)),
  );
}

/** The request for a filter: an empty field matches all. */
export function runFilter(query: ActivityQuery, limit: number): RunFilter {
  const { project, plan, destination, kind, state } = query;
  return {
    limit,
    ...(project ? { project } : {}),
    ...(plan ? { plan } : {}),
    ...(destination ? { destination } : {}),
    ...(kind ? { kind: kind as JobKind } : {}),
    ...(state ? { state: state as JobState } : {}),
  };
}

export function filterRuns(runs: readonly Run[], text: string): readonly Run[] {
  const wanted = text.toLowerCase();
  return wanted === '' ? runs : runs.filter((run) => run.title.toLowerCase().includes(wanted));
}

export function kindsOf(events: readonly Event[]): string[] {
  return [...new Set(events.map((event) => event.kind.split('.')[0] ?? event.kind))].sort();
}
