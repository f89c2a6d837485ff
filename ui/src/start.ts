/** Puts the UI into the page. */
import { mount } from 'svelte';
import App from './App.svelte';
import { connect } from '$lib/backend/connect';

export async function start(): Promise<void> {
  const target = document.getElementById('app');
  if (!target) throw new Error('The page has no place for the UI');
  const backend = await connect();
  // What kept the place of the UI goes.
  target.replaceChildren();
  mount(App, { target, props: { backend } });
}
