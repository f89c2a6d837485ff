/** The replies of the real engine, recorded once, and found by what comes nearest to a request. */
import { BackendError } from '../backend';
import type { Reply, Request, UseCase } from '../backend';
import type { WireError } from '../bindings';

type Call = { name: UseCase; request: unknown; reply?: unknown; error?: WireError };

const MOMENT = /"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"/g;
/** The fields of a request that name something: a reply about another thing is the last resort. */
const NAMES = new Set([
  'project',
  'workspace',
  'destination',
  'plan',
  'run',
  'version',
  'snapshot',
]);
const NAMED = 10;
/** The use cases that read at a path: another path has another content. */
const LISTING = /^file_(list|preview|load|history)$|^snapshot_browse$/;

export class Recording {
  readonly #calls: Call[];

  /** Reads a recording as if it had been made at `now`. */
  constructor(text: string, now: number) {
    const then = /"now":"([^"]+)"/.exec(text)?.[1] ?? '';
    const shift = now - Date.parse(then);
    const shifted = (moment: string) =>
      `"${new Date(Date.parse(moment.slice(1, -1)) + shift).toISOString()}"`;
    this.#calls = (JSON.parse(text.replace(MOMENT, shifted)) as { calls: Call[] }).calls;
  }

  /** All that was replied to one use case, as it was asked about one thing after the other. */
  all<K extends UseCase>(name: K): Reply<K>[] {
    return this.#of(name).flatMap((call) => (call.reply ? [call.reply as Reply<K>] : []));
  }

  /** The reply to this request, or to the one that comes nearest; its error is thrown. */
  reply<K extends UseCase>(name: K, request: Request<K>): Reply<K> {
    const isListing = LISTING.test(name);
    const calls = this.#of(name).filter((call) => !isListing || isThere(call.request, request));
    const scores = calls.map((call) => agreement(call.request, request));
    const found = calls[scores.indexOf(Math.max(...scores))];
    if (!found) throw refusal(`${name} was not recorded for ${JSON.stringify(request)}`);
    if (found.error) throw new BackendError(found.error);
    if (Array.isArray(found.reply) && !isOfSame(found.request, request)) return [] as Reply<K>;
    return structuredClone(found.reply) as Reply<K>;
  }

  /** Replies something else to this request from now on. */
  change<K extends UseCase>(
    name: K,
    request: Request<K>,
    by: (reply: Reply<K>) => Reply<K>,
  ): Reply<K> {
    const reply = by(this.reply(name, request));
    this.#calls.unshift({ name, request, reply });
    return structuredClone(reply);
  }

  /** The refusal that was recorded of a use case. */
  refusal(name: UseCase): BackendError {
    const error = this.#of(name).find((call) => call.error)?.error;
    return error ? new BackendError(error) : refusal(`No refusal of ${name} was recorded`);
  }

  #of(name: UseCase): Call[] {
    return this.#calls.filter((call) => call.name === name);
  }
}

export function refusal(what: string): BackendError {
  const next = 'Record it: npm run record';
  return new BackendError({ code: 'not_found', what, why: 'It is in no recording', next });
}

const fieldsOf = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];
const fieldOf = (value: unknown, name: string) => (value as Record<string, unknown>)[name];
const isSame = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right);

/** How much two requests have in common. */
function agreement(recorded: unknown, asked: unknown): number {
  return fieldsOf(recorded).reduce((sum, [name, value]) => {
    const other = fieldOf(asked, name);
    if (value == null) return sum;
    if (isSame(value, other)) return sum + (NAMES.has(name) ? NAMED : 1);
    return fieldsOf(value).length > 0 && other ? sum + agreement(value, other) : sum;
  }, 0);
}

function isOfSame(recorded: unknown, asked: unknown): boolean {
  const named = fieldsOf(asked).filter(([name]) => NAMES.has(name) && name !== 'version');
  return named.every(([name, value]) => isSame(value, fieldOf(recorded, name) ?? value));
}

function isThere(recorded: unknown, asked: unknown): boolean {
  const path = fieldOf(asked, 'path');
  return !Array.isArray(path) || isSame(path, fieldOf(recorded, 'path') ?? []);
}
