/** Calls the engine for a user: what goes wrong is told in a message. */
import type { Backend, Reply, Request, UseCase } from '$lib/backend/backend';
import { asWireError } from './resource.svelte';
import type { Toasts } from './toasts.svelte';

type Told = { backend: Backend; toasts: Toasts };

/**
 * The reply, or null when there was none and the user was told why. What no version holds is a
 * question, where there is one to ask.
 */
export async function attempt<K extends UseCase>(
  { backend, toasts }: Told,
  name: K,
  request: Request<K>,
  onNotKept?: (why: string) => void,
): Promise<Reply<K> | null> {
  try {
    return await backend.call(name, request);
  } catch (cause) {
    const fault = asWireError(cause);
    if (fault.code === 'not_kept' && onNotKept) onNotKept(fault.why);
    else toasts.fail(fault);
    return null;
  }
}
