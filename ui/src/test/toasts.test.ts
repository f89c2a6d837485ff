/** The messages in the title bar: one at a time, all of them on request, by keyboard alone. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { RecordedBackend } from '$lib/backend/recorded';

async function open(): Promise<RecordedBackend> {
  location.hash = '#/projects';
  const backend = new RecordedBackend({ jobSeconds: 0.2 });
  render(App, { backend });
  await screen.findAllByRole('row', { name: /./ });
  return backend;
}

/** Moves a project to the trash, whose message offers a way back. */
async function trash(index: number, backend: RecordedBackend): Promise<string> {
  const active = backend.library.projects.filter(({ status }) => status === 'active');
  const project = active[index];
  if (!project) throw new Error('There is no such project');
  location.hash = `#/projects/${project.id}`;
  await waitFor(() =>
    expect(screen.getByTestId('project-view').getAttribute('aria-label')).toBe(project.name),
  );
  await fireEvent.keyDown(window, { key: 'Delete' });
  await within(await screen.findByTestId('toast')).findByText(new RegExp(project.name));
  return project.name;
}

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
});

describe('a message', () => {
  it('has a place in the title bar, where it lies over nothing', async () => {
    const backend = await open();
    await trash(0, backend);
    expect(screen.getByTestId('toast').closest('header')).not.toBeNull();
  });

  it('goes with Escape, the newest first', async () => {
    const backend = await open();
    const first = await trash(0, backend);
    const second = await trash(0, backend);
    expect(screen.getByTestId('toast').textContent).toContain(second);
    await fireEvent.keyDown(window, { key: 'Escape' });
    await waitFor(() => expect(screen.getByTestId('toast').textContent).toContain(first));
    await fireEvent.keyDown(window, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByTestId('toast')).toBeNull());
  });

  it('is listed with those before it, each with its own way back', async () => {
    const backend = await open();
    const first = await trash(0, backend);
    await trash(0, backend);
    await fireEvent.click(screen.getByTestId('toast-more'));
    const listed = await screen.findAllByTestId('listed-toast');
    expect(listed).toHaveLength(2);
    const older = listed[1] as HTMLElement;
    expect(older.textContent).toContain(first);
    await fireEvent.click(within(older).getByRole('button', { name: 'Undo' }));
    await waitFor(() =>
      expect(backend.calls.some(({ name }) => name === 'project_recall')).toBe(true),
    );
    await fireEvent.keyDown(screen.getByTestId('toast'), { key: 'Escape' });
    await waitFor(() => expect(screen.queryByTestId('listed-toast')).toBeNull());
    expect(screen.queryByTestId('toast')).not.toBeNull();
  });
});
