/** The life of projects: made, imported, put into the trash, deleted; and the library cleaned up. */
import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { RecordedBackend } from '$lib/backend/recorded';
import { answerArchives, daysAgo, job } from './fixtures/archives';
import { answerProjectLife, importPlan } from './fixtures/project-life';

async function open(hash: string, before?: (backend: RecordedBackend) => void, canPick = false) {
  location.hash = hash;
  const backend = new RecordedBackend({ jobSeconds: 0.1, canPick });
  answerArchives(backend);
  answerProjectLife(backend);
  before?.(backend);
  render(App, { backend });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
  return backend;
}

const callsOf = (backend: RecordedBackend, name: string) =>
  backend.calls.filter((call) => call.name === name);
const button = (name: string | RegExp) => screen.findByRole('button', { name });
const input = (field: HTMLElement, value: string) => fireEvent.input(field, { target: { value } });

async function choose(item: string) {
  const trigger = await button('More');
  trigger.focus();
  await fireEvent.keyDown(trigger, { key: 'Enter' });
  await fireEvent.click(await screen.findByRole('menuitem', { name: item }));
}

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
  window.innerWidth = 1280;
});

describe('a new project', () => {
  it('begins from a template with the values that it asks for', async () => {
    const backend = await open('#/projects');
    await choose('New project…');
    const [first] = await screen.findAllByTestId('template');
    await fireEvent.click(first as HTMLElement);
    await input(await screen.findByLabelText('Port'), '9000');
    await input(screen.getByTestId('project-name'), 'a/b');
    const confirm = screen.getByTestId('create-confirm');
    expect(confirm.hasAttribute('disabled')).toBe(true);
    await input(screen.getByTestId('project-name'), 'kiosk');
    await fireEvent.click(confirm);
    await waitFor(() => expect(callsOf(backend, 'project_create')).toHaveLength(1));
    expect(callsOf(backend, 'project_create')[0]?.request).toMatchObject({
      name: 'kiosk',
      template: 'backend',
      values: { port: '9000' },
      target: null,
    });
  });

  it('is opened by the id that its job names', async () => {
    const backend = await open('#/projects');
    const id = backend.library.projects.find(({ name }) => name === 'glaze')?.id ?? '';
    backend.answer('project_create', () => ({ ...job('Create kiosk'), project: id }));
    await choose('New project…');
    await input(await screen.findByTestId('project-name'), 'kiosk');
    await fireEvent.click(screen.getByTestId('create-confirm'));
    await waitFor(() => expect(location.hash).toContain(id));
  });

  it('is imported from a file that is dropped, after what is left out was said', async () => {
    const backend = await open('#/projects', undefined, true);
    const place = backend.place('/home/mira/Downloads/bakery-site.tar.gz', 'file');
    backend.publish({ type: 'dropped', x: 0, y: 0, places: [place] });
    const plan = await screen.findByTestId('import-plan');
    await within(plan).findByText('2 entries are left out');
    await fireEvent.click(screen.getByTestId('import-confirm'));
    await waitFor(() => expect(callsOf(backend, 'project_import')).toHaveLength(1));
    expect(callsOf(backend, 'project_import')[0]?.request).toMatchObject({
      place: place.id,
      name: null,
    });
  });

  it('is not imported from what is refused', async () => {
    const backend = await open(
      '#/projects',
      (fresh) => fresh.answer('import_look', importPlan({ refusal: 'It is a bomb.' })),
      true,
    );
    backend.publish({
      type: 'dropped',
      x: 0,
      y: 0,
      places: [backend.place('/tmp/bomb.zip', 'file')],
    });
    await screen.findByText('It is a bomb.');
    expect(screen.getByTestId('import-confirm').hasAttribute('disabled')).toBe(true);
  });
});

describe('the trash of projects', () => {
  it('takes several, and gives them back by Undo', async () => {
    const backend = await open('#/projects');
    for (const name of ['aurora', 'glaze'])
      await fireEvent.click(await screen.findByRole('checkbox', { name: `Select ${name}` }));
    await fireEvent.click(await screen.findByTestId('trash-projects'));
    await waitFor(() => expect(callsOf(backend, 'project_trash')).toHaveLength(2));
    await fireEvent.click(await button('Undo'));
    await waitFor(() => expect(callsOf(backend, 'project_recall')).toHaveLength(2));
  });

  it('deletes for good only what is named, after saying what stays', async () => {
    let id = '';
    const backend = await open('#/', (fresh) => {
      const [project] = fresh.library.projects;
      Object.assign(project as object, {
        status: 'trashed',
        trashed: daysAgo(1),
        expires: daysAgo(-29),
      });
      id = project?.id ?? '';
    });
    location.hash = `#/projects/${id}?status=trashed`;
    await fireEvent.click(await screen.findByTestId('delete-project'));
    await within(await screen.findByTestId('delete-stays')).findByText('Backup drive');
    const confirm = screen.getByTestId('delete-confirm');
    await input(screen.getByTestId('delete-name'), 'auror');
    expect(confirm.hasAttribute('disabled')).toBe(true);
    await input(screen.getByTestId('delete-name'), 'aurora');
    await fireEvent.click(confirm);
    await waitFor(() =>
      expect(callsOf(backend, 'project_delete')[0]?.request).toEqual({
        project: id,
        name: 'aurora',
      }),
    );
  });
});

describe('the clean-up', () => {
  it('runs the steps that are chosen, and says what they free', async () => {
    const backend = await open('#/cleanup');
    const free = await screen.findByRole('button', { name: /^Free up to 210/ });
    await fireEvent.click(screen.getByRole('checkbox', { name: 'Include: Expired trash' }));
    expect(free.textContent).toContain('630');
    await fireEvent.click(free);
    await fireEvent.click(await screen.findByTestId('free-confirm'));
    await waitFor(() =>
      expect(callsOf(backend, 'library_cleanup')[0]?.request).toEqual({
        steps: ['compactVersions', 'emptyTrash'],
      }),
    );
  });
});

describe('what needs attention', () => {
  it('is one list with one count and the act that helps', async () => {
    const backend = await open('#/', (fresh) => {
      const dashboard = fresh.library.replies.dashboard();
      const plan = fresh.library.plans[0]?.id ?? '';
      const destination = fresh.library.destinations[0]?.id ?? '';
      fresh.answer('dashboard', {
        ...dashboard,
        concerns: [
          {
            key: 'damage',
            kind: 'damaged',
            level: 'error',
            subject: 'Backup drive',
            reason: '1 problem found in its backups.',
            destination,
          },
          {
            key: 'plan',
            kind: 'planFailed',
            level: 'error',
            subject: 'Nights',
            reason: 'It failed.',
            plan,
          },
          {
            key: 'disk',
            kind: 'nearlyFull',
            level: 'warning',
            subject: 'Backup drive',
            reason: '2 GB are free.',
          },
          {
            key: 'quota',
            kind: 'limit',
            level: 'warning',
            subject: 'The library',
            reason: 'It takes 95 GB of the 100 GB that it may take',
          },
        ],
      });
    });
    expect(await screen.findAllByTestId('concern')).toHaveLength(4);
    expect(screen.getByTestId('concern-count').textContent).toContain('4');
    screen.getByText('4 things need attention');
    for (const subject of ['Backup drive', 'The library']) {
      const free = screen.getByRole('link', { name: `Free space…: ${subject}` });
      expect(free.getAttribute('href')).toBe('#/storage');
    }
    await fireEvent.click(await button('Run again: Nights'));
    await waitFor(() => expect(callsOf(backend, 'plan_run')).toHaveLength(1));
    // The damage is shown where it is repaired, and the way back leads here.
    screen.getByRole('link', { name: 'Repair…: Backup drive' }).click();
    await screen.findByTestId('drill');
    expect(location.hash).toMatch(/\?view=verification$/);
    history.back();
    await screen.findByTestId('concern-count');
  });
});
