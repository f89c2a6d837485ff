/** Commands in words: what was typed is read as it stands still, and carried out when it is wanted. */
import type { ConsoleAnswer, ConsoleLink, WireError } from '$lib/backend/bindings';
import { filesRoute, projectsRoute, storageRoute } from '$lib/routing';
import type { Route } from '$lib/routing';
import type { Context } from './actions.svelte';
import { followJob } from './begin-job';
import { asWireError } from './resource.svelte';

export class Console {
  /** The answer to the words; none while they are read, and for what is like no command. */
  answer = $state.raw<ConsoleAnswer | null>(null);
  error = $state.raw<WireError | null>(null);
  readonly #context: Context;
  #turn = 0;
  #asked = '';

  constructor(context: Context) {
    this.#context = context;
  }

  clear(): void {
    this.#turn += 1;
    this.answer = null;
    this.error = null;
  }

  /** Whether these words were read already. */
  isKnown(text: string): boolean {
    return this.#asked === text;
  }

  /** Reads words; nothing is changed by it. */
  read = (text: string): Promise<ConsoleAnswer | null> => this.#say('console_preview', text);

  /** Carries words out. A job that they begin is followed, and ends in the answer. */
  async run(text: string): Promise<void> {
    const answer = await this.#say('console_run', text);
    const turn = this.#turn;
    if (!answer?.job) return this.#context.library.touch();
    this.#context.jobs.accept(answer.job);
    followJob(this.#context, answer.job, ({ outcome, project, state }) => {
      if (turn !== this.#turn || !outcome) return;
      const isMade = state === 'succeeded' && project;
      const link: ConsoleLink | null = isMade ? { page: 'project', project } : null;
      this.answer = { ...answer, sentence: outcome.summary, link, job: null };
      this.error = outcome.error ?? null;
    });
  }

  async #say(name: 'console_preview' | 'console_run', text: string): Promise<ConsoleAnswer | null> {
    this.clear();
    const turn = this.#turn;
    try {
      const answer = await this.#context.backend.call(name, { text });
      if (turn !== this.#turn) return null;
      this.#asked = text;
      this.answer = answer.state === 'unknown' ? null : answer;
      return this.answer;
    } catch (cause) {
      if (turn === this.#turn) this.error = asWireError(cause);
      return null;
    }
  }
}

/** The page that an answer leads to. */
export function routeOfLink(link: ConsoleLink): Route {
  switch (link.page) {
    case 'projects':
      return projectsRoute();
    case 'project':
      return projectsRoute(link.project);
    case 'files':
      return filesRoute(link.project, { workspace: link.workspace, path: link.path });
    case 'storage':
      return storageRoute();
  }
}
