/** Loads the record of events, and keeps of it what a filter means. */
import type { Backend } from './backend/backend';
import type { Event, JobState, Run } from './backend/bindings';

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

export function filterRuns(
  runs: readonly Run[],
  filter: { text: string; state: string; project: string },
): Run[] {
  const wanted = filter.text.toLowerCase();
  return runs.filter(
    (run) =>
      (filter.state === '' || run.state === (filter.state as JobState)) &&
      (filter.project === '' || run.project === filter.project) &&
      (wanted === '' || run.title.toLowerCase().includes(wanted)),
  );
}

export function kindsOf(events: readonly Event[]): string[] {
  return [...new Set(events.map((event) => event.kind.split('.')[0] ?? event.kind))].sort();
}
