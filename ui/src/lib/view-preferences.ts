/** Preferences of how a list is shown, kept by the browser. Losing them loses nothing. */
export function readPreference<T extends string>(key: string, choices: readonly T[], usual: T): T {
  try {
    const stored = localStorage.getItem(`undercroft.${key}`);
    return choices.find((choice) => choice === stored) ?? usual;
  } catch {
    return usual;
  }
}

export function writePreference(key: string, choice: string): void {
  try {
    localStorage.setItem(`undercroft.${key}`, choice);
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
}
