/** PDFs whose worker fails, never answers, or cannot be had: a sentence, and their bytes. */
import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import App from '../App.svelte';
import { encodeBase64 } from '$lib/base64';
import { RecordedBackend } from '$lib/backend/recorded';
import { answerArchives } from './fixtures/archives';

const preview = {
  kind: 'pdf' as const,
  mime: 'application/pdf',
  base64: encodeBase64(new TextEncoder().encode('%PDF-1.4\nbroken')),
  hex: '00000000  25 50 44 46 2d 31 2e 34\n',
  sizeBytes: 15,
  truncated: false,
};

function show() {
  location.hash = '#/archive/a-1/src?view=files&file=main.rs';
  const backend = new RecordedBackend({ jobSeconds: 0.1 });
  answerArchives(backend);
  backend.answer('archive_file', preview);
  return render(App, { backend });
}

/** A worker that is started and never says a word. */
class SilentWorker extends EventTarget {
  static started: SilentWorker[] = [];
  readonly terminate = vi.fn();
  constructor(readonly address: URL) {
    super();
    SilentWorker.started.push(this);
  }
  postMessage(): void {}
}

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '';
  SilentWorker.started = [];
  vi.stubGlobal('Worker', SilentWorker);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the preview of a PDF', () => {
  it('that breaks its worker says so, and offers the bytes', async () => {
    show();
    await screen.findByTestId('preview-pdf');
    const [worker] = SilentWorker.started;
    worker?.dispatchEvent(new Event('error'));
    await screen.findByText('This PDF cannot be shown');
    await fireEvent.click(screen.getByRole('button', { name: 'Show bytes' }));
    expect((await screen.findByTestId('preview-hex')).textContent).toContain('25 50 44 46');
    await vi.waitFor(() => expect(worker?.terminate).toHaveBeenCalled());
  });

  it('ends a worker that never answers', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    show();
    await screen.findByTestId('preview-pdf');
    await vi.advanceTimersByTimeAsync(21_000);
    await screen.findByText('This PDF cannot be shown');
    expect(SilentWorker.started[0]?.terminate).toHaveBeenCalled();
  });

  it('ends its worker when it goes', async () => {
    const { unmount } = show();
    await screen.findByTestId('preview-pdf');
    expect(SilentWorker.started).toHaveLength(1);
    expect(String(SilentWorker.started[0]?.address)).not.toMatch(/^(blob|data):/);
    unmount();
    await vi.waitFor(() => expect(SilentWorker.started[0]?.terminate).toHaveBeenCalled());
  });

  it('offers the bytes where no worker can be had', async () => {
    vi.stubGlobal('Worker', undefined);
    show();
    await screen.findByText('This PDF cannot be shown');
  });
});
