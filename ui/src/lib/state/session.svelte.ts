/** The state of the session: the program, its settings, the connection, drags over it. */
import { createContext } from 'svelte';
import type { Backend, LinkState } from '$lib/backend/backend';
import type { AppInfo, Place, SettingsView, Theme } from '$lib/backend/bindings';
import { Resource } from './resource.svelte';

/** A view that takes drops instead of the list of projects, while its page is shown. */
export type DropTarget = {
  title: string;
  hint: string;
  takePlaces: (places: Place[]) => void;
  takeFiles: (files: File[]) => void;
};

export class Session {
  readonly info: Resource<AppInfo>;
  readonly settings: Resource<SettingsView>;
  link = $state<LinkState>('connected');
  dragOver = $state(false);
  dropTarget = $state.raw<DropTarget | null>(null);
  readonly canPick = $derived.by(() => this.info.value?.canPick ?? false);
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.info = new Resource((signal) => backend.call('app_info', {}, signal));
    this.settings = new Resource((signal) => backend.call('settings_show', {}, signal));
  }

  async load(): Promise<void> {
    await Promise.all([this.info.reload(), this.settings.reload()]);
  }

  async setTheme(theme: Theme): Promise<void> {
    this.settings.value = await this.#backend.call('settings_change', { theme });
  }

  /** Sets any setting by its key; null puts it back to its default. */
  async setSetting(key: string, value: string | null): Promise<void> {
    const set = { [key]: value };
    this.settings.value = await this.#backend.call('settings_change', { set });
  }
}

/** The value of a setting as text; empty while the settings are not known. */
export function settingOf(settings: SettingsView | undefined, key: string): string {
  return settings?.all.find((setting) => setting.key === key)?.value ?? '';
}

export const [getSession, setSession] = createContext<Session>();
