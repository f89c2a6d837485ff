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

  /**
   * Changes filters and selections of the page that is shown, without a step in the history. A page
   * that is being left changes no address any more: the way that somebody just took stands.
   */
  swap(route: Route): void {
    const isLeaving = formatRoute(parseRoute(location.hash)) !== formatRoute(this.route);
    if (isLeaving || route.page !== this.route.page) return;
    const address = formatRoute(route);
    history.replaceState(null, '', address);
    this.route = parseRoute(address);
  }
}

export const [getRouter, setRouter] = createContext<Router>();
