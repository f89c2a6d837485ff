/** Errors that arise before the engine could explain itself, told in the same three parts. */
import { words } from '$lib/words';
import type { WireError } from './bindings';

export function unexpectedFault(cause: unknown): WireError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return { code: 'internal', ...words.faults.unexpected(detail) };
}

export function unreachable(): WireError {
  return { code: 'unavailable', ...words.faults.unreachable };
}

export function unauthorized(): WireError {
  return { code: 'unauthorized', ...words.faults.unauthorized };
}
