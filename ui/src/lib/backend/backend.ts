/** The one seam between the UI and the engine. No component knows what is behind it. */
import type { BackendEvent, UseCases, WireError } from './bindings';

export type UseCase = keyof UseCases;
export type Request<K extends UseCase> = UseCases[K]['request'];
export type Reply<K extends UseCase> = UseCases[K]['reply'];
export type Listener = (event: BackendEvent) => void;
export type LinkState = 'connected' | 'lost';

export interface Backend {
  /**
   * Runs a use case. Rejects with a `BackendError`, never with anything else. A question whose
   * answer nobody waits for any more is ended by its signal; what changes something has none.
   */
  call<K extends UseCase>(name: K, request: Request<K>, signal?: AbortSignal): Promise<Reply<K>>;
  /** Hands every live event to `listener` until the returned function is called. */
  subscribe(listener: Listener): () => void;
  /** Calls back when the live connection is lost and when it is back. */
  watchLink(listener: (state: LinkState) => void): () => void;
}

/** An error that the engine explained: what happened, why, and what to do next. */
export class BackendError extends Error {
  override name = 'BackendError';
  constructor(readonly wire: WireError) {
    super(wire.what);
  }
}

export function isWireError(value: unknown): value is WireError {
  if (typeof value !== 'object' || value === null) return false;
  return ['code', 'what', 'why', 'next'].every(
    (key) => typeof (value as Record<string, unknown>)[key] === 'string',
  );
}
