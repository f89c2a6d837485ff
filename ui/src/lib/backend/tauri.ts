/** The engine behind the window: the only file that talks to Tauri. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { BackendError, isWireError } from './backend';
import type { Backend, LinkState, Listener, Reply, Request, UseCase } from './backend';
import { unexpectedFault } from './faults';
import type { BackendEvent } from './bindings';
import { words } from '$lib/words';

export class TauriBackend implements Backend {
  async call<K extends UseCase>(name: K, request: Request<K>): Promise<Reply<K>> {
    try {
      return await invoke<Reply<K>>('call', { name, request, language: words.locale });
    } catch (cause) {
      throw new BackendError(isWireError(cause) ? cause : unexpectedFault(cause));
    }
  }

  subscribe(listener: Listener): () => void {
    const stop = listen<BackendEvent>('undercroft', (message) => listener(message.payload));
    return () => void stop.then((unlisten) => unlisten());
  }

  watchLink(listener: (state: LinkState) => void): () => void {
    listener('connected');
    return () => undefined;
  }
}

export function inWindow(): boolean {
  return '__TAURI_INTERNALS__' in window;
}
