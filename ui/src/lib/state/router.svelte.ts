/** The current route: the address behind the `#`, parsed, and the way to change it. */
import { createContext } from 'svelte';
import { formatRoute, parseRoute } from '$lib/routing';
import type { Route } from '$lib/routing';

export class Router {
  route = $state.raw<Route>(parseRoute(location.hash));

  /** Follows the address until the returned function is called. */
  start(): () => void {
    const follow = () => (this.route = parseRoute(location.hash));
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }

  go(route: Route): void {
    location.hash = formatRoute(route);
  }

  /** Goes there without a step in the history: for filters and selections. */
  swap(route: Route): void {
    const address = formatRoute(route);
    history.replaceState(null, '', address);
    this.route = parseRoute(address);
  }
}

export const [getRouter, setRouter] = createContext<Router>();
