/** Chooses the engine's face that this page runs against. */
import type { Backend } from './backend';
import { HttpBackend } from './http';
import { inWindow, TauriBackend } from './tauri';

export async function connect(): Promise<Backend> {
  if (import.meta.env.DEV && new URLSearchParams(location.search).has('mock')) {
    const { recordedFromAddress } = await import('./recorded');
    return recordedFromAddress(new URLSearchParams(location.search));
  }
  return inWindow() ? new TauriBackend() : new HttpBackend();
}
