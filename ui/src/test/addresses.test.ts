/** What an address restores when its page is loaded anew, over the recorded engine. */
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import App from '../App.svelte';
import { RecordedBackend } from '$lib/backend/recorded';
import { words } from '$lib/words';

/** The path of the backups of a lost library. */
const OLD_BACKUPS = '/media/mira/backup-drive/undercroft';
let backend = new RecordedBackend({ jobSeconds: 0.2 });

async function open(hash: string): Promise<void> {
  location.hash = hash;
  render(App, { backend });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
}

/** Loads the page anew, as a browser does: nothing but the address is left. */
async function reload(): Promise<void> {
  cleanup();
  await open(location.hash);
}

const isChosen = async (label: string) =>
  waitFor(() => expect(screen.getByLabelText<HTMLInputElement>(label).checked).toBe(true));

beforeEach(() => {
  backend = new RecordedBackend({ jobSeconds: 0.2 });
  localStorage.clear();
  document.body.innerHTML = '';
});

describe('a recovery whose page is loaded anew', () => {
  const look = async () => {
    const password = { target: { value: 'stone upon stone' } };
    await screen.findByText('Holds a backup repository');
    await fireEvent.input(screen.getByTestId('recovery-password'), password);
    await fireEvent.click(screen.getByTestId('recovery-look'));
    await screen.findByTestId('recover');
  };

  it('begins with the folder again, and says why the password is asked for', async () => {
    backend = new RecordedBackend({ scenario: 'empty' });
    await open('#/recover');
    expect(screen.queryByText(words.recovery.interrupted)).toBeNull();
    const path = { target: { value: OLD_BACKUPS } };
    await fireEvent.click(await screen.findByLabelText(/^Another folder/));
    await fireEvent.input(await screen.findByTestId('place-path'), path);
    await look();
    await reload();
    await screen.findByText(words.recovery.interrupted);
    const field = await screen.findByTestId<HTMLInputElement>('place-path');
    expect(field.value).toBe(path.target.value);
    expect(screen.getByTestId<HTMLInputElement>('recovery-password').value).toBe('');
    await look();
    expect(screen.queryByText(words.recovery.interrupted)).toBeNull();
  });

  it('is shown on as it runs and as it ended', async () => {
    backend = new RecordedBackend({ scenario: 'empty', jobSeconds: 4 });
    location.hash = '#/recover';
    history.replaceState({ foundIn: OLD_BACKUPS }, '');
    await open('#/recover');
    await look();
    await fireEvent.click(screen.getByTestId('recover'));
    await screen.findByText('Restoring…');
    await reload();
    await screen.findByText('Restoring…');
    await screen.findByText('Everything is back');
    await reload();
    await screen.findByText('Everything is back');
    expect(document.body.textContent).not.toMatch(/[{[]"/);
  });
});

describe('a reload keeps', () => {
  it('the view of a destination', async () => {
    await open(`#/backups/${backend.library.destinations[0]?.id}`);
    await fireEvent.click(await screen.findByLabelText('Keys'));
    await reload();
    await screen.findByRole('button', { name: 'Test a password…' });
    await isChosen('Keys');
  });

  it('the tab of a project', async () => {
    const project = backend.library.projects[0]?.id;
    await open(`#/projects/${project}/rules`);
    const tabs = await screen.findByRole('navigation', { name: words.projectTabs.label });
    const links = within(tabs).getAllByRole<HTMLAnchorElement>('link');
    const found = links.map((link) => [link.textContent.trim(), link.getAttribute('href') ?? '']);
    expect(found).toHaveLength(6);
    for (const [name = '', href = ''] of found) {
      location.hash = href;
      await reload();
      const shown = await screen.findByRole('navigation', { name: words.projectTabs.label });
      const current = within(shown).getByRole('link', { current: 'page' });
      expect(current.textContent.trim()).toBe(name);
    }
  });

  it('the filters of the events', async () => {
    await open('#/activity?show=events');
    const kind = await screen.findByLabelText<HTMLSelectElement>('Kind');
    const rows = (await screen.findAllByTestId('event-row')).length;
    expect(screen.getAllByRole('row', { expanded: false }).length).toBeGreaterThan(0);
    await fireEvent.change(kind, { target: { value: 'project' } });
    await fireEvent.input(screen.getByRole('searchbox'), { target: { value: 'aurora' } });
    await waitFor(() => expect(location.hash).toContain('text=aurora'));
    const shown = screen.getAllByTestId('event-row').length;
    expect(shown).toBeLessThan(rows);
    await reload();
    await waitFor(() => expect(screen.getAllByTestId('event-row')).toHaveLength(shown));
    expect(screen.getByRole<HTMLInputElement>('searchbox').value).toBe('aurora');
    expect(screen.getByLabelText<HTMLSelectElement>('Kind').value).toBe('project');
  });

  it('the section of the settings that was read', async () => {
    const shown: (string | undefined)[] = [];
    vi.spyOn(Element.prototype, 'scrollIntoView').mockImplementation(function (this: Element) {
      shown.push((this as HTMLElement).dataset['anchor']);
    });
    await open('#/settings');
    await screen.findByRole('heading', { name: 'Keyboard' });
    const content = document.querySelector('.content') as HTMLElement;
    expect(shown).toEqual([]);
    // Nothing has a height here: each section begins at the upper edge, and the last one is read.
    await fireEvent.scroll(content, { target: { scrollTop: 500 } });
    expect(location.hash).toBe('#/settings?section=keyboard');
    await reload();
    await waitFor(() => expect(shown).toEqual(['keyboard']));
    await fireEvent.scroll(document.querySelector('.content') as HTMLElement);
    expect(location.hash).toBe('#/settings');
  });
});
