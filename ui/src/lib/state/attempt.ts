/** Calls the engine for a user: what goes wrong is told in a message. */
import type { Backend, Reply, Request, UseCase } from '$lib/backend/backend';
import { words } from '$lib/words';
import { asWireError } from './resource.svelte';
import type { Toasts } from './toasts.svelte';

type Told = { backend: Backend; toasts: Toasts };
type Open = { request: string; since: number };

const LATE_MS = 10_000;
/** What a user asked for last and has no answer to yet, by use case. */
const opened = new WeakMap<Backend, Map<UseCase, Open>>();

/**
 * The reply, or null when there was none and the user was told why. What no version holds is a
 * question, where there is one to ask. What is asked for already is not asked for twice.
 */
export async function attempt<K extends UseCase>(
  { backend, toasts }: Told,
  name: K,
  request: Request<K>,
  onNotKept?: (why: string) => void,
): Promise<Reply<K> | null> {
  const asked = openOf(backend);
  const mine = { request: JSON.stringify(request), since: performance.now() };
  const before = asked.get(name);
  if (before?.request === mine.request) {
    if (mine.since - before.since > LATE_MS) toasts.notice(words.errors.waiting);
    return null;
  }
  asked.set(name, mine);
  try {
    return await backend.call(name, request);
  } catch (cause) {
    const fault = asWireError(cause);
    if (fault.code === 'not_kept' && onNotKept) onNotKept(fault.why);
    else toasts.fail(fault);
    return null;
  } finally {
    if (asked.get(name) === mine) asked.delete(name);
  }
}

function openOf(backend: Backend): Map<UseCase, Open> {
  const known = opened.get(backend) ?? new Map<UseCase, Open>();
  opened.set(backend, known);
  return known;
}
