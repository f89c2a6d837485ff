/** Loads the record of events, and keeps of it what a filter means. */
import type { Backend } from './backend/backend';
import type { Event, JobKind, JobState, Run, RunFilter, Undoable } from './backend/bindings';
import type { ActivityQuery } from './route-queries';

const PAGE = 1000;
const MOST_KEPT = 20_000;

/** All events, newest first. They come oldest first, a page at a time. */
export async function loadEvents(backend: Backend, signal: AbortSignal): Promise<Event[]> {
  let events: Event[] = [];
  for (;;) {
    const page = await backend.call(
      'event_list',
      { after: events.at(-1)?.seq ?? 0, limit: PAGE },
      signal,
    );
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

export function filterUndoable(
  all: readonly Undoable[],
  { text, project }: { text: string; project: string },
): Undoable[] {
  const wanted = text.toLowerCase();
  return all.filter(
    (one) =>
      (project === '' || one.project === project) && one.title.toLowerCase().includes(wanted),
  );
}

/** A line of the list of events: one event, or those of a project in one day. */
export type EventLine = { key: string; newest: Event; inside: EventLine[] | null };

/** The events of a project in one day become one line, which holds each of them. */
export function foldEvents(events: readonly Event[], dayOf: (event: Event) => string): EventLine[] {
  const lines = new Map<string, Event[]>();
  for (const event of events) {
    const key = `${dayOf(event)} ${event.project ?? ''}`;
    const together = lines.get(key);
    if (together) together.push(event);
    else lines.set(key, [event]);
  }
  const one = (event: Event) => ({ key: String(event.seq), newest: event, inside: null });
  return [...lines].map(([key, [newest, ...more]]) => {
    const first = newest as Event;
    return more.length === 0
      ? one(first)
      : { key, newest: first, inside: [first, ...more].map(one) };
  });
}

export function kindsOf(events: readonly Event[]): string[] {
  return [...new Set(events.map((event) => event.kind.split('.')[0] ?? event.kind))].sort();
}
