/** Short messages that come and go, some with a way to undo. */
import { createContext } from 'svelte';
import type { WireError } from '$lib/backend/bindings';
import { headlineOf } from '$lib/error-headline';

export type ToastTone = 'done' | 'notice' | 'error';
export type ToastAction = { label: string; run: () => void };
export type Toast = {
  id: number;
  tone: ToastTone;
  title: string;
  text: string;
  action: ToastAction | null;
  error: WireError | null;
};

const STAY_MS: Record<ToastTone, number> = { done: 6000, notice: 8000, error: 0 };
const WITH_ACTION_MS = 10_000;
const MOST_SHOWN = 4;
/** A pointer left on a message holds it no longer than this. */
const HOLD_MS = 30_000;

export class Toasts {
  shown = $state.raw<Toast[]>([]);
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #last = 0;
  #held = false;
  #holding: ReturnType<typeof setTimeout> | undefined;

  done(title: string, action: ToastAction | null = null, text = ''): void {
    this.#add({ tone: 'done', title, text, action, error: null });
  }

  notice(title: string, text = '', action: ToastAction | null = null): void {
    this.#add({ tone: 'notice', title, text, action, error: null });
  }

  /** An error stays until it is dismissed. */
  fail(error: WireError): void {
    if (error.code === 'cancelled') return;
    this.#add({ tone: 'error', title: headlineOf(error), text: '', action: null, error });
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.shown = this.shown.filter((toast) => toast.id !== id);
    // What was pointed at is gone, and no event tells that the pointer left it.
    if (this.shown.length === 0) this.release();
  }

  /** Does what the newest message offers. Returns whether there was one that offers something. */
  takeOffer(): boolean {
    const offering = this.shown.findLast((toast) => toast.action !== null);
    if (!offering?.action) return false;
    this.dismiss(offering.id);
    offering.action.run();
    return true;
  }

  /** Puts the newest message away. Returns whether there was one. */
  dismissNewest(): boolean {
    const newest = this.shown.at(-1);
    if (newest) this.dismiss(newest.id);
    return newest !== undefined;
  }

  /** Nothing goes away while somebody reads it. */
  hold(): void {
    if (this.#held) return;
    this.#held = true;
    this.#holding = setTimeout(() => this.release(), HOLD_MS);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    clearTimeout(this.#holding);
    for (const toast of this.shown) this.#schedule(toast);
  }

  #add(parts: Omit<Toast, 'id'>): void {
    const toast = { id: ++this.#last, ...parts };
    const kept = this.shown.slice(-(MOST_SHOWN - 1));
    for (const dropped of this.shown) if (!kept.includes(dropped)) this.dismiss(dropped.id);
    this.shown = [...kept, toast];
    if (!this.#held) this.#schedule(toast);
  }

  #schedule(toast: Toast): void {
    const stay = STAY_MS[toast.tone];
    if (stay === 0) return;
    const ms = toast.action ? WITH_ACTION_MS : stay;
    this.#timers.set(
      toast.id,
      setTimeout(() => this.dismiss(toast.id), ms),
    );
  }
}

export const [getToasts, setToasts] = createContext<Toasts>();
