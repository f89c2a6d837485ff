/** Filters projects, and lists the values to filter by. Pure, so that typing is instant. */
import type { Project } from './backend/bindings';
import type { ProjectQuery } from './route-queries';

const MB = 1_000_000;
const DAY_MS = 86_400_000;

/** The bands of sizes: at least and less than so many bytes. */
export const SIZE_BANDS = {
  small: [0, 10 * MB],
  medium: [10 * MB, 1000 * MB],
  large: [1000 * MB, Infinity],
} as const;
/** The bands of activity: changed on this day, within, or not changed for, so many days. */
export const AGE_BANDS = {
  today: { today: true },
  active7: { active: 7 },
  active30: { active: 30 },
  idle30: { idle: 30 },
  idle180: { idle: 180 },
  idle365: { idle: 365 },
} as const;

export function filterProjects(
  projects: readonly Project[],
  query: ProjectQuery,
  now: number = Date.now(),
): Project[] {
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
  return projects.filter(
    (project) =>
      matchesStatus(project, query.status) &&
      (query.protection === '' || project.protection.state === query.protection) &&
      (query.language === '' || project.languages.includes(query.language)) &&
      (query.framework === '' || project.frameworks.includes(query.framework)) &&
      matchesSize(project, query.size) &&
      matchesAge(project, query.age, now) &&
      (query.tag === '' || project.tags.includes(query.tag)) &&
      matchesText(project, words),
  );
}

/** Without a wish, all but the forgotten ones are shown. */
function matchesStatus(project: Project, status: string): boolean {
  return status === '' ? project.status !== 'trashed' : project.status === status;
}

function matchesSize({ sizeBytes }: Project, size: string): boolean {
  if (!isKeyOf(SIZE_BANDS, size)) return true;
  const [least, below] = SIZE_BANDS[size];
  return sizeBytes >= least && sizeBytes < below;
}

/** A project whose last change is not known is neither active nor idle. */
function matchesAge({ lastChange }: Project, age: string, now: number): boolean {
  if (!isKeyOf(AGE_BANDS, age)) return true;
  if (!lastChange) return false;
  if (age === 'today') return isToday(lastChange, now);
  const days = (now - Date.parse(lastChange)) / DAY_MS;
  const band: { active?: number; idle?: number } = AGE_BANDS[age];
  return band.active === undefined ? days >= (band.idle ?? 0) : days <= band.active;
}

/** Whether a moment lies on the day that it is here now. */
export function isToday(time: string, now: number): boolean {
  return new Date(time).toDateString() === new Date(now).toDateString();
}

function isKeyOf<T extends object>(bands: T, name: string): name is keyof T & string {
  return Object.hasOwn(bands, name);
}

function matchesText(project: Project, words: string[]): boolean {
  if (words.length === 0) return true;
  const text = [project.name, project.path, ...project.tags].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}

export function choicesOf(
  projects: readonly Project[],
  read: (project: Project) => string[],
): string[] {
  return [...new Set(projects.flatMap(read))].sort((left, right) => left.localeCompare(right));
}
