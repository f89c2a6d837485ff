/** The clock of the tests, their patience, and what jsdom lacks and the UI asks for. */
import { cleanup, configure } from '@testing-library/svelte';
import { afterEach, beforeEach, vi } from 'vitest';

// A slow machine is no failure.
configure({
  asyncUtilTimeout: 100_000,
  // What is only said aloud stands elsewhere to be seen.
  defaultIgnore: 'script, style, [data-announced]',
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(import.meta.env['TEST_NOW']) });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

class QuietResizeObserver implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

vi.stubGlobal('ResizeObserver', QuietResizeObserver);
window.matchMedia ??= (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }) as unknown as MediaQueryList;
Element.prototype.scrollIntoView ??= () => undefined;
Range.prototype.getClientRects ??= () => [] as unknown as DOMRectList;
