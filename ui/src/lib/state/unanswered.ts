/**
 * The questions to the engine without an answer: those that are open can be asked again, and those that failed
 * are asked again by themselves as soon as one of them gets its answer.
 */
type Ask = () => void;

const open = new Map<object, Ask>();
const failed = new Map<object, Ask>();

/** Notes that an asker waits for the answer to its newest question, which `again` would ask once more. */
export function asked(asker: object, again: Ask): void {
  open.set(asker, again);
}

/** Notes that the newest question of an asker failed. */
export function unanswered(asker: object, again: Ask): void {
  open.delete(asker);
  failed.set(asker, again);
}

/** Notes that the newest question of an asker was answered: an engine that is back may answer the rest too. */
export function answered(asker: object): void {
  open.delete(asker);
  if (!failed.delete(asker)) return;
  const others = [...failed.values()];
  failed.clear();
  for (const again of others) again();
}

/** Notes that an asker no longer wants to know. */
export function dropped(asker: object): void {
  open.delete(asker);
  failed.delete(asker);
}

/** Asks every open question once more. */
export function askAgain(): void {
  for (const again of [...open.values()]) again();
}
