/** Takes a typed line of tags apart. */
export function splitTags(line: string): string[] {
  const tags = line
    .split(/[,\s]+/)
    .map((tag) => tag.replace(/^#/, ''))
    .filter((tag) => tag !== '');
  return [...new Set(tags)];
}
