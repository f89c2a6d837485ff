/** What is done with a file that was found: where it opens, and how its restore begins. */
import type { Backend } from '$lib/backend/backend';
import type { SearchHit } from '$lib/backend/bindings';
import { archiveRoute, filesRoute, NOW } from '$lib/routing';
import type { Route } from '$lib/routing';
import { isReadable, placesOf } from '$lib/restoring';
import type { CopyPlace } from '$lib/restoring';
import { openCopy } from './copy-place';
import type { Dialogs } from './dialogs.svelte';
import { asWireError } from './resource.svelte';
import type { Toasts } from './toasts.svelte';

type Context = { backend: Backend; toasts: Toasts; dialogs: Dialogs };

export const nameOfHit = ({ path }: SearchHit): string => path.at(-1) ?? '';
export const placeOfHit = ({ projectName, path }: SearchHit): string =>
  [projectName, ...path.slice(0, -1)].filter(Boolean).join(' / ');
export const keyOfHit = ({ project, path, line }: SearchHit): string =>
  `${project ?? ''}/${path.join('/')}:${line ?? ''}`;

/** Where it is looked at: in its project, else in the newest of what holds it. */
export function routeOfHit(hit: SearchHit): Route {
  const { newest, project, kind } = hit;
  const at = (path: string[]) =>
    kind === 'folder' ? { path, file: '' } : { path: path.slice(0, -1), file: path.at(-1) ?? '' };
  if (newest.version && project) {
    const version = hit.state === 'here' ? NOW : newest.version;
    const workspace = hit.workspace ? { workspace: hit.workspace } : {};
    const path = newest.versionPath?.length ? newest.versionPath : hit.path;
    return filesRoute(project, { ...workspace, version, ...at(path) });
  }
  const [archive] = newest.archives;
  if (archive) return archiveRoute(archive.archive, { view: 'files', ...at(hit.path) });
  const [backup] = newest.backups;
  if (!backup) return { page: 'missing', address: '' };
  const { destination, snapshot } = backup;
  const { path, file } = at(backup.path);
  return { page: 'browse', destination, snapshot, path, project: project ?? '', file };
}

/** The place of its newest copy that can be read now; where none can, the place that would hold it. */
export function newestPlaceOf(hit: SearchHit): CopyPlace | undefined {
  const places = placesOf(hit.newest, hit.path);
  return places.find(isReadable) ?? places[0];
}

/** Opens the dialog that restores its newest copy. */
export async function restoreHit(context: Context, hit: SearchHit): Promise<void> {
  const { backend, dialogs, toasts } = context;
  const place = newestPlaceOf(hit);
  if (!place) return;
  try {
    const source = await openCopy(backend, place);
    if (source) dialogs.show({ kind: 'restore', source, paths: [place.path] });
  } catch (cause) {
    toasts.fail(asWireError(cause));
  }
}
