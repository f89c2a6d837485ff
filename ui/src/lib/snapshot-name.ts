/** Names a backup by its content: a project, the large files of one, or the library itself. */
import type { Project, Snapshot } from '$lib/backend/bindings';
import { words } from '$lib/words';

const LIBRARY = 'library:';
const OBJECTS = 'objects';

export function nameOfSnapshot(
  { project, tags }: Pick<Snapshot, 'project' | 'tags'>,
  find: (id: string) => Project | undefined,
): string {
  const text = words.snapshots;
  if (tags.some((tag) => tag.startsWith(LIBRARY))) return text.ofLibrary;
  const name = (project && find(project)?.name) || text.unnamedProject;
  return tags.includes(OBJECTS) ? text.ofObjects(name) : name;
}
