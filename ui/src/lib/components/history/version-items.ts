/** The entries of a version's menu: of its row, and behind the button beside it. */
import ArchiveRestore from '@lucide/svelte/icons/archive-restore';
import Diff from '@lucide/svelte/icons/file-diff';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import type { Version } from '$lib/backend/bindings';
import { filesRoute, NOW } from '$lib/routing';
import { getDialogs } from '$lib/state/dialogs.svelte';
import { getRouter } from '$lib/state/router.svelte';
import { words } from '$lib/words';
import type { MenuItem } from '../base/MenuItems.svelte';

const text = words.history;

/** The entries for any version. */
export function versionItems(): (of: Version) => MenuItem[] {
  const [dialogs, router] = [getDialogs(), getRouter()];
  return (version) => {
    const { project, workspace, id } = version;
    return [
      {
        label: text.browse,
        icon: FolderOpen,
        run: () => router.go(filesRoute(project, { workspace, version: id })),
      },
      {
        label: text.restoreAll,
        icon: ArchiveRestore,
        run: () =>
          dialogs.show({ kind: 'restore', source: { kind: 'version', version }, paths: [] }),
      },
      {
        label: text.openAsWorkspace,
        icon: FolderPlus,
        run: () => dialogs.show({ kind: 'openWorkspace', version }),
      },
      {
        label: text.compareWithNow,
        icon: Diff,
        run: () => router.go({ page: 'diff', project, workspace, from: id, to: NOW, path: [] }),
      },
    ];
  };
}
