/** Preferences of how a list is shown, kept by the browser. Losing them loses nothing. */
export function readPreference<T extends string>(key: string, choices: readonly T[], usual: T): T {
  try {
    const stored = localStorage.getItem(`undercroft.${key}`);
    return choices.find((choice) => choice === stored) ?? usual;
  } catch {
    return usual;
  }
}

/** A list of names that was kept; empty where none is. */
export function readNames(key: string): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(`undercroft.${key}`) ?? '[]');
    return Array.isArray(stored) ? stored.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

export function writeNames(key: string, names: readonly string[]): void {
  writePreference(key, JSON.stringify(names));
}

export function writePreference(key: string, choice: string): void {
  try {
    localStorage.setItem(`undercroft.${key}`, choice);
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
}
