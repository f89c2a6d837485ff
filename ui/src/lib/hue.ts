/** A hue for a name: the same name, the same colour, on every machine. */
export function hueOf(name: string): number {
  let hash = 17;
  for (const letter of name) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
  // Steps of the golden angle keep near hashes far apart in colour.
  return Math.round((hash % 997) * 137.508) % 360;
}
