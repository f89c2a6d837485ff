/** Names a backup by its content: a project, the large files of one's versions, an archive, or the
 * library itself. */
import type { Project, Snapshot } from '$lib/backend/bindings';
import { words } from '$lib/words';

const LIBRARY = 'library:';
const OBJECTS = 'objects';
const ARCHIVE = 'archive:';
const PROJECT = 'project:';

type Named = Pick<Snapshot, 'project' | 'tags'>;

/** Whether it holds large files that versions need beside their history. */
export const holdsObjects = ({ tags }: Named): boolean => tags.includes(OBJECTS);

/** The id of the project that it is of, or to whose versions its large files belong. */
export function projectOfSnapshot({ project, tags }: Named): string | null {
  const tag = tags.find((one) => one.startsWith(PROJECT));
  return project ?? tag?.slice(PROJECT.length) ?? null;
}

export function nameOfSnapshot(snapshot: Named, find: (id: string) => Project | undefined): string {
  const text = words.snapshots;
  const isOf = (kind: string) => snapshot.tags.some((tag) => tag.startsWith(kind));
  if (isOf(LIBRARY)) return text.ofLibrary;
  if (isOf(ARCHIVE)) return text.ofArchive;
  const project = projectOfSnapshot(snapshot);
  const name = project ? find(project)?.name : undefined;
  if (!holdsObjects(snapshot)) return name ?? text.unnamedProject;
  return name ? text.ofObjects(name) : text.ofUnnamedObjects;
}
