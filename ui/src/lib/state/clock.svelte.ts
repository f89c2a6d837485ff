/** The present moment, as a value that components can depend on. */
import { createContext } from 'svelte';

const TICK_MS = 15_000;

export class Clock {
  now = $state(Date.now());

  start(): () => void {
    const timer = setInterval(() => (this.now = Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }
}

export const [getClock, setClock] = createContext<Clock>();
