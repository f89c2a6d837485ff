/** The projects of a plan in words, as a card shows them. */
import type { Plan } from '$lib/backend/bindings';
import { words } from '$lib/words';

export function describeProjects({ draft, projectsNow }: Plan): string {
  const count = projectsNow.length;
  const { projects } = draft;
  const said =
    projects.type === 'all'
      ? words.plans.allProjects(count)
      : projects.type === 'tagged'
        ? words.plans.tagged(projects.tags.join(', '), count)
        : words.plans.chosen(count);
  return draft.library ? `${said}, ${words.plans.andLibrary}` : said;
}
