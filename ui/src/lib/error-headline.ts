/** An error in one line: in the words of its code where there are some, else as the engine says it. */
import type { WireError } from './backend/bindings';
import { words } from './words';

export function headlineOf(error: WireError): string {
  // What the pages say of themselves is of their language already.
  const own = [words.faults.unreachable.what, words.faults.unauthorized.what];
  return own.includes(error.what) ? error.what : (words.errors.headlines[error.code] ?? error.what);
}
