/** One search for files: what lies on this disk comes at once, what backups hold as it is read. */
import type { Backend } from '$lib/backend/backend';
import type { SearchHit, SearchResult, UnreadPlace, WireError } from '$lib/backend/bindings';
import { asWireError } from './resource.svelte';
import { answered, asked, dropped, unanswered } from './unanswered';

export type Question = { text: string; project?: string; content?: boolean; limit?: number };

let askers = 0;
/** Two windows over one library must not end each other's searches. */
const page = Math.random().toString(36).slice(2);

export class FileSearch {
  hits = $state.raw<readonly SearchHit[] | null>(null);
  unread = $state.raw<readonly UnreadPlace[]>([]);
  more = $state(false);
  busy = $state(false);
  error = $state.raw<WireError | null>(null);
  readonly #backend: Backend;
  readonly #asker = `${page}-${(askers += 1)}`;
  #question = new AbortController();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Only the newest question counts; the engine ends the one before. */
  async ask(question: Question): Promise<void> {
    const { text, project, content = false, limit = 200 } = question;
    const { signal } = this.#begin();
    const again = () => void this.ask(question);
    asked(this, again);
    this.error = null;
    this.busy = true;
    const request = { text, content, limit, asker: this.#asker, ...(project && { project }) };
    for (const quick of content ? [false] : [true, false]) {
      try {
        const result = await this.#backend.call('search', { ...request, quick }, signal);
        if (signal.aborted) return;
        this.#show(result);
      } catch (cause) {
        if (signal.aborted) return;
        this.error = asWireError(cause);
        this.busy = false;
        return unanswered(this, again);
      }
    }
    this.busy = false;
    answered(this);
  }

  /** Waits for no answer any more: nobody looks at it. */
  drop(): void {
    this.#question.abort();
    dropped(this);
  }

  clear(): void {
    this.drop();
    this.hits = null;
    this.#show(null);
    this.error = null;
    this.busy = false;
  }

  #begin(): AbortController {
    this.#question.abort();
    return (this.#question = new AbortController());
  }

  #show(result: SearchResult | null): void {
    this.hits = result?.hits ?? null;
    this.unread = result?.unread ?? [];
    this.more = result?.more ?? false;
  }
}
