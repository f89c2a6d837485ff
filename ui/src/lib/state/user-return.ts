/** The return of the user to the window: the moment to ask again for what nobody tells of. */

const AT_MOST_EVERY_MS = 5_000;

/** Calls `ask` when the window gets the focus or is shown again, until the returned function is called. */
export function onUserReturn(ask: () => void): () => void {
  let asked = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const returned = () => {
    if (document.visibilityState === 'hidden') return;
    // A return that comes too early is asked for later, and not forgotten: what is new since may
    // be the reason for it.
    timer ??= setTimeout(
      () => {
        timer = undefined;
        asked = performance.now();
        ask();
      },
      Math.max(0, asked + AT_MOST_EVERY_MS - performance.now()),
    );
  };
  window.addEventListener('focus', returned);
  document.addEventListener('visibilitychange', returned);
  return () => {
    clearTimeout(timer);
    window.removeEventListener('focus', returned);
    document.removeEventListener('visibilitychange', returned);
  };
}
