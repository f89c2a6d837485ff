/** Calls the engine for a user: what goes wrong is told in a message. */
import type { Backend, Reply, Request, UseCase } from '$lib/backend/backend';
import { asWireError } from './resource.svelte';
import type { Toasts } from './toasts.svelte';

type Told = { backend: Backend; toasts: Toasts };

/** The reply, or null when there was none and the user was told why. */
export async function attempt<K extends UseCase>(
  { backend, toasts }: Told,
  name: K,
  request: Request<K>,
): Promise<Reply<K> | null> {
  try {
    return await backend.call(name, request);
  } catch (cause) {
    toasts.fail(asWireError(cause));
    return null;
  }
}
