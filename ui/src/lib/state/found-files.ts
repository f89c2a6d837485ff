/** What is done with a file that was found: where it opens, and how its restore begins. */
import type { Backend } from '$lib/backend/backend';
import type { SearchHit } from '$lib/backend/bindings';
import { archiveRoute, filesRoute, NOW } from '$lib/routing';
import type { Route } from '$lib/routing';
import type { RestoreSource } from '$lib/restoring';
import { attempt } from './attempt';
import type { Dialogs } from './dialogs.svelte';
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
  const { path } = at(backup.path);
  return { page: 'browse', destination, snapshot, path, project: project ?? '' };
}

/** Opens the dialog that restores its newest copy. */
export async function restoreHit(context: Context, hit: SearchHit): Promise<void> {
  const show = (source: RestoreSource, path: string[]) =>
    context.dialogs.show({ kind: 'restore', source, paths: [path] });
  const { version, versionPath, backups, archives } = hit.newest;
  const [backup] = backups;
  const [archive] = archives;
  if (version) {
    const found = await attempt(context, 'version_show', { version });
    const path = versionPath?.length ? versionPath : hit.path;
    if (found) show({ kind: 'version', version: found.version }, path);
  } else if (archive) {
    const found = await attempt(context, 'archive_show', { archive: archive.archive });
    if (found) show({ kind: 'archive', archive: found.archive }, hit.path);
  } else if (backup) {
    const { destination, path } = backup;
    const list = await attempt(context, 'snapshot_list', { destination });
    const snapshot = list?.find(({ id }) => id === backup.snapshot);
    if (snapshot) show({ kind: 'backup', snapshot }, path);
  }
}
