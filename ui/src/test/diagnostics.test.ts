/** The diagnostics: read first, saved as they were read; and addresses that lead nowhere. */
import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import App from '../App.svelte';
import { RecordedBackend } from '$lib/backend/recorded';
import { lastNameIn } from '$lib/routing';

async function open(hash: string, canPick = true): Promise<RecordedBackend> {
  location.hash = hash;
  const backend = new RecordedBackend({ canPick });
  let shown = 0;
  backend.answer('diagnostics_show', ({ names }) => ({
    shown: (shown += 1),
    fileName: 'undercroft-diagnostics.zip',
    members: [{ name: 'runs.txt', text: names ? 'Back up aurora' : 'Back up project-1' }],
  }));
  backend.answer('diagnostics_load', { fileName: 'undercroft-diagnostics.zip', base64: 'UEs=' });
  backend.answer('diagnostics_save', () => backend.place('/home/mira/undercroft-diagnostics.zip'));
  render(App, { backend });
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
  return backend;
}

const requests = (backend: RecordedBackend, name: string) =>
  backend.calls.filter((call) => call.name === name).map((call) => call.request);

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
});

describe('the diagnostics', () => {
  it('are shown, and what was shown last is saved where the user says', async () => {
    const backend = await open('#/settings');
    await fireEvent.click(await screen.findByRole('button', { name: 'Diagnostics…' }));
    await screen.findByText('Back up project-1');
    expect(requests(backend, 'diagnostics_save')).toEqual([]);
    await fireEvent.click(await screen.findByRole('checkbox', { name: /^Include names/ }));
    await screen.findByText('Back up aurora');
    await fireEvent.click(await screen.findByTestId('diagnostics-save'));
    await waitFor(() => expect(requests(backend, 'diagnostics_save')).toHaveLength(1));
    expect(requests(backend, 'diagnostics_save')).toMatchObject([{ shown: 2 }]);
    expect(requests(backend, 'place_pick')).toEqual([{ purpose: 'save' }]);
    await screen.findByText(/^Saved as \/home\/mira\/undercroft-diagnostics\.zip/);
  });

  it('are a download in a browser', async () => {
    const saved: string[] = [];
    URL.createObjectURL = () => 'blob:diagnostics';
    URL.revokeObjectURL = () => undefined;
    HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
      saved.push(this.download);
    };
    const backend = await open('#/settings', false);
    await fireEvent.click(await screen.findByRole('button', { name: 'Diagnostics…' }));
    await screen.findByText('Back up project-1');
    await fireEvent.click(await screen.findByTestId('diagnostics-save'));
    await waitFor(() => expect(saved).toEqual(['undercroft-diagnostics.zip']));
    expect(requests(backend, 'diagnostics_load')).toEqual([{ shown: 1 }]);
  });
});

describe('an address that leads nowhere', () => {
  it('offers to search for what it may have named', async () => {
    await open('#/somewhere/old/plan%20b.md?x=1');
    const link = await screen.findByRole('link', { name: 'Search files for “plan b.md”' });
    expect(link.getAttribute('href')).toBe('#/search?text=plan+b.md');
    await screen.findByRole('link', { name: 'Go to the dashboard' });
  });

  it('offers none for an id, and takes any address', () => {
    expect(lastNameIn('/x/019ab6c2-9f3e-7c41-8000-1234567890ab')).toBe('');
    for (const empty of ['', '/', '?', '//?a=b']) expect(lastNameIn(empty)).toBe('');
    expect(lastNameIn('/%zz/')).toBe('%zz');
    expect(lastNameIn(`/${'x'.repeat(9000)}`)).toHaveLength(255);
  });
});
