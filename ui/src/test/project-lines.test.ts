/** The projects of the dashboard: those that changed last, with their versions and backups. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import App from '../App.svelte';
import { RecordedBackend } from '$lib/backend/recorded';

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
});

it('name the projects that changed last, their versions of two weeks, and the way to them', async () => {
  location.hash = '#/';
  const backend = new RecordedBackend();
  render(App, { backend });
  const lines = await screen.findAllByTestId('project-line');
  const projects = await backend.call('project_list', {});
  const active = projects.filter(({ status }) => status === 'active');
  const newest = active
    .map(({ lastChange }) => lastChange ?? '')
    .toSorted()
    .at(-1);
  const first = active.find(({ lastChange }) => lastChange === newest);
  expect(lines).toHaveLength(Math.min(6, active.length));
  expect(lines[0]?.textContent).toContain(first?.name);
  const kept = await waitFor(() => {
    const line = lines.find((one) => within(one).queryByRole('img') !== null);
    expect(line).toBeDefined();
    return line as HTMLElement;
  });
  expect(within(kept).getByRole('img').getAttribute('aria-label')).toMatch(
    /\d versions? in 14 days$/,
  );
  const proven = lines.map((line) => /tested .+ ago|not tested/.test(line.textContent));
  const backedUp = lines.map((line) => /backed up/.test(line.textContent));
  expect(proven).toEqual(backedUp);
  const changed = screen.getByRole('link', { name: /Changed today$/ });
  expect(changed.getAttribute('href')).toContain('age=today');
  expect(screen.getAllByText('Versions off').length).toBeGreaterThan(0);
  await fireEvent.click(kept);
  await waitFor(() => expect(location.hash).toMatch(/^#\/projects\/[0-9a-f]+\/history/));
});
