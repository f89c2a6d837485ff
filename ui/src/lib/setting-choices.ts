/** Reads the values out of words such as "auto, off or max"; other words name no fixed choices. */
export function choicesIn(allowed: string): string[] {
  const listed = /^[\w-]+(?:, [\w-]+)* or [\w-]+$/.test(allowed);
  return listed ? allowed.split(/, | or /) : [];
}
