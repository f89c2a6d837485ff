/** What a page asks the engine as it is opened: each question once. */
import { render, screen, waitFor } from '@testing-library/svelte';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { RecordedBackend } from '$lib/backend/recorded';
import { loadPage, pages } from '../routes/pages';
import type { LoadPage } from '../routes/pages';

/** Longer than the library waits before it loads again what changed. */
const SETTLED_MS = 600;
let backend = new RecordedBackend();

/** The questions that were asked more than once until the page was still. */
async function askedAgain(hash: string): Promise<string[]> {
  location.hash = hash;
  render(App, { backend });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
  let asked = 0;
  await waitFor(
    async () => {
      asked = backend.calls.length;
      await new Promise((done) => setTimeout(done, SETTLED_MS));
      expect(backend.calls.length).toBe(asked);
    },
    { interval: 10 },
  );
  const all = backend.calls.map((call) => JSON.stringify(call));
  return all.filter((call, at) => all.indexOf(call) !== at);
}

// A page that is loaded before asks at once, beside what all pages share.
beforeAll(async () => {
  const loads = Object.values(pages) as LoadPage<Record<string, unknown>>[];
  await Promise.all(loads.map((load) => loadPage(load)));
}, 120_000);
beforeEach(() => {
  backend = new RecordedBackend();
  localStorage.clear();
  document.body.innerHTML = '';
});

describe('a page that is opened', () => {
  const { destinations, projects } = new RecordedBackend().library;
  const [project] = projects;
  it.each([
    '#/',
    '#/backups',
    `#/backups/${destinations[0]?.id}`,
    '#/projects',
    `#/projects/${project?.id}/history/main`,
    `#/projects/${project?.id}/files/main/now`,
    '#/storage',
    '#/storage?view=picture',
    '#/activity',
  ])('asks nothing twice: %s', async (hash) => {
    expect(await askedAgain(hash)).toEqual([]);
    expect(screen.queryByTestId('error-note')).toBeNull();
  });
});
