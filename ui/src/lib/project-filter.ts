/** Filters projects, and lists the values to filter by. Pure, so that typing is instant. */
import type { Project } from './backend/bindings';
import type { ProjectQuery } from './routing';

export function filterProjects(projects: readonly Project[], query: ProjectQuery): Project[] {
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
  return projects.filter(
    (project) =>
      matchesStatus(project, query.status) &&
      (query.protection === '' || project.protection.state === query.protection) &&
      (query.language === '' || project.languages.includes(query.language)) &&
      (query.tag === '' || project.tags.includes(query.tag)) &&
      matchesText(project, words),
  );
}

/** Without a wish, all but the forgotten ones are shown. */
function matchesStatus(project: Project, status: string): boolean {
  return status === '' ? project.status !== 'trashed' : project.status === status;
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
