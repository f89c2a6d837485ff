/** The newest work in a project: the files that changed last, and its newest versions. */
import type { Backend } from '$lib/backend/backend';
import type { Version, VersionDetail, Workspace } from '$lib/backend/bindings';
import { recentFiles } from '$lib/history/recent';
import type { RecentFile } from '$lib/history/recent';

const FILES = 8;
const VERSIONS = 5;

export type RecentWork = {
  /** The workspace that was worked in last; nothing before the first version. */
  workspace: Workspace | null;
  files: RecentFile[];
  versions: Version[];
};

/** Asks for no more versions in detail than it takes to name enough files. */
export async function loadRecentWork(
  backend: Backend,
  project: string,
  signal: AbortSignal,
): Promise<RecentWork> {
  const kept = (await backend.call('workspace_list', { project }, signal)).filter(
    (one) => one.versions > 0,
  );
  const workspace = kept.find((one) => one.current) ?? kept.find((one) => one.main) ?? null;
  if (!workspace) return { workspace, files: [], versions: [] };
  const versions = await backend.call(
    'version_list',
    { workspace: workspace.id, limit: VERSIONS },
    signal,
  );
  const details: VersionDetail[] = [];
  for (const { id } of versions) {
    details.push(await backend.call('version_show', { version: id }, signal));
    if (recentFiles(details, FILES).length === FILES) break;
  }
  return { workspace, files: recentFiles(details, FILES), versions };
}
