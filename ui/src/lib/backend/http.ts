/** The engine behind `undercroft serve`: calls by fetch, live events by a streamed fetch. */
import { BackendError, isWireError } from './backend';
import type { Backend, LinkState, Listener, Reply, Request, UseCase } from './backend';
import type { BackendEvent } from './bindings';
import { unauthorized, unexpectedFault, unreachable } from './faults';
import { SignIn } from './sign-in';
import { EventStreamParser } from './event-stream';
import { Turns } from './turns';
import { words } from '$lib/words';

/** A browser opens six connections to a server: the events and the scripts of pages need one each. */
const MOST_CALLS = 4;
const RECONNECT_MS = [500, 1000, 2000, 5000];

export class HttpBackend implements Backend {
  readonly #base: string;
  readonly #signIn: SignIn;
  readonly #turns = new Turns(MOST_CALLS);
  readonly #listeners = new Set<Listener>();
  readonly #linkListeners = new Set<(state: LinkState) => void>();
  #stream: AbortController | null = null;
  #link: LinkState = 'connected';

  constructor(base = '.', signIn = new SignIn(base)) {
    this.#base = base;
    this.#signIn = signIn;
  }

  async call<K extends UseCase>(
    name: K,
    request: Request<K>,
    signal?: AbortSignal,
  ): Promise<Reply<K>> {
    try {
      return await this.#turns.take(() => this.#ask(name, request, signal), signal);
    } catch (cause) {
      throw cause instanceof BackendError ? cause : new BackendError(unreachable());
    }
  }

  async #ask<K extends UseCase>(
    name: K,
    request: Request<K>,
    signal?: AbortSignal,
  ): Promise<Reply<K>> {
    const response = await this.#post(name, request, signal);
    if (response.ok) return (await readJson(response)) as Reply<K>;
    const body = await readJson(response).catch(() => null);
    if (isWireError(body)) throw new BackendError(body);
    if (response.status === 401) throw new BackendError(unauthorized());
    throw new BackendError(unexpectedFault(`HTTP ${response.status}`));
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (!this.#stream) void this.#follow();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stream?.abort();
    };
  }

  watchLink(listener: (state: LinkState) => void): () => void {
    this.#linkListeners.add(listener);
    listener(this.#link);
    return () => this.#linkListeners.delete(listener);
  }

  async #post(name: UseCase, request: unknown, signal?: AbortSignal): Promise<Response> {
    try {
      return await fetch(`${this.#base}/api/call/${name}`, {
        method: 'POST',
        credentials: 'omit',
        headers: {
          'content-type': 'application/json',
          'accept-language': words.locale,
          ...(await this.#signIn.headers()),
        },
        body: JSON.stringify(request),
        signal: signal ?? null,
      });
    } catch {
      throw new BackendError(unreachable());
    }
  }

  /** Reads the stream for as long as somebody listens, coming back after every break. */
  async #follow(): Promise<void> {
    const control = new AbortController();
    this.#stream = control;
    for (let attempt = 0; !control.signal.aborted; attempt += 1) {
      const opened = await this.#readStream(control.signal);
      if (control.signal.aborted) break;
      if (opened) attempt = 0;
      this.#setLink('lost');
      await pause(RECONNECT_MS[Math.min(attempt, RECONNECT_MS.length - 1)] ?? 5000, control.signal);
    }
    if (this.#stream === control) this.#stream = null;
  }

  /** Returns whether the stream had opened before it ended. */
  async #readStream(signal: AbortSignal): Promise<boolean> {
    let opened = false;
    try {
      const response = await fetch(`${this.#base}/api/events`, {
        credentials: 'omit',
        headers: {
          accept: 'text/event-stream',
          'accept-language': words.locale,
          ...(await this.#signIn.headers()),
        },
        signal,
      });
      if (!response.ok || !response.body) return false;
      opened = true;
      this.#setLink('connected');
      const parser = new EventStreamParser((data) => this.#publish(data));
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return opened;
        parser.push(value);
      }
    } catch {
      return opened;
    }
  }

  #publish(data: string): void {
    let event: BackendEvent;
    try {
      event = JSON.parse(data) as BackendEvent;
    } catch {
      return;
    }
    for (const listener of this.#listeners) listener(event);
  }

  #setLink(state: LinkState): void {
    if (this.#link === state) return;
    this.#link = state;
    for (const listener of this.#linkListeners) listener(state);
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    throw new BackendError(unexpectedFault(cause));
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
