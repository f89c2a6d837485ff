/** Reads one content of a file from a place that holds it: what is in it, and what a restore begins from. */
import type { Backend } from '$lib/backend/backend';
import type { Preview } from '$lib/backend/bindings';
import type { CopyPlace, RestoreWhole } from '$lib/restoring';

/** Its content, to look at. */
export function previewCopy(
  backend: Backend,
  place: CopyPlace,
  signal: AbortSignal,
): Promise<Preview> {
  const { path } = place;
  if (place.kind === 'version')
    return backend.call('file_preview', { version: place.id, path }, signal);
  if (place.kind === 'archive')
    return backend.call('archive_file', { archive: place.archive.archive, path }, signal);
  const { destination, snapshot } = place.backup;
  return backend.call('snapshot_file', { destination, snapshot, path }, signal);
}

/** The version, backup or archive that holds it; null for a backup that is gone by now. */
export async function openCopy(backend: Backend, place: CopyPlace): Promise<RestoreWhole | null> {
  if (place.kind === 'version') {
    const { version } = await backend.call('version_show', { version: place.id });
    return { kind: 'version', version };
  }
  if (place.kind === 'archive') {
    const { archive } = await backend.call('archive_show', { archive: place.archive.archive });
    return { kind: 'archive', archive };
  }
  const { destination, snapshot: id } = place.backup;
  const list = await backend.call('snapshot_list', { destination });
  const snapshot = list.find((one) => one.id === id);
  return snapshot ? { kind: 'backup', snapshot } : null;
}
