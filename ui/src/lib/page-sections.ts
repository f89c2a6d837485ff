/** The sections of a long page, by the names that they have in its address. */
const NEAR_PX = 64;

const sectionsIn = (content: ParentNode) => [
  ...content.querySelectorAll<HTMLElement>('[data-anchor]'),
];

/** The section that is read: the last one that begins above or near the upper edge. At the lower
 * end it is the last of all, which may be too short to get there; at the top there is none. */
export function sectionAt(content: HTMLElement): string {
  const { scrollTop, clientHeight, scrollHeight } = content;
  if (scrollTop <= 0) return '';
  const sections = sectionsIn(content);
  const edge = content.getBoundingClientRect().top + NEAR_PX;
  const read =
    scrollTop + clientHeight >= scrollHeight - 1
      ? sections.at(-1)
      : sections.findLast((one) => one.getBoundingClientRect().top <= edge);
  return read?.dataset['anchor'] ?? '';
}

/** Brings a section to the upper edge; a name that the page does not have changes nothing. */
export function showSection(name: string): void {
  const section = sectionsIn(document).find((one) => one.dataset['anchor'] === name);
  section?.scrollIntoView({ block: 'start' });
}
