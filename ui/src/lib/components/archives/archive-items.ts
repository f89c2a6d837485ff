/** The entries of an archive's menu: of its row, and behind its button. */
import FolderOpen from '@lucide/svelte/icons/folder-open';
import FolderOutput from '@lucide/svelte/icons/folder-output';
import HardDriveDownload from '@lucide/svelte/icons/hard-drive-download';
import HardDriveUpload from '@lucide/svelte/icons/hard-drive-upload';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Trash from '@lucide/svelte/icons/trash-2';
import type { Archive } from '$lib/backend/bindings';
import { projectsRoute } from '$lib/routing';
import { getArchiveActions } from '$lib/state/archive-actions.svelte';
import { getDialogs } from '$lib/state/dialogs.svelte';
import { getRouter } from '$lib/state/router.svelte';
import { words } from '$lib/words';
import type { MenuItem } from '../base/MenuItems.svelte';

const text = words.archive;

/** The entries for any archive. */
export function archiveItems(): (of: Archive) => MenuItem[] {
  const [archiveActions, dialogs, router] = [getArchiveActions(), getDialogs(), getRouter()];
  return (one) => {
    const readable = one.state !== 'missing';
    const open = {
      label: text.openProject,
      icon: FolderOpen,
      run: () => router.go(projectsRoute(one.project)),
    };
    const check = {
      label: text.check,
      icon: ShieldCheck,
      disabled: !readable,
      run: () => void archiveActions.check([one]),
    };
    if (one.state === 'trashed') return [check, open];
    const project = { id: one.project, name: one.projectName };
    const extract = {
      label: text.extract,
      icon: FolderOutput,
      // The project lives in the archive: what is extracted is what the archive holds.
      disabled: one.state !== 'kept' && one.state !== 'damaged',
      run: () => dialogs.show({ kind: 'extractProject', project }),
    };
    const move = {
      label: text.move,
      icon: HardDriveUpload,
      disabled: !readable,
      run: () => dialogs.show({ kind: 'moveArchive', archive: one }),
    };
    const bringBack = {
      label: text.bringBack,
      icon: HardDriveDownload,
      run: () => void archiveActions.move(one, null),
    };
    const trash = {
      label: text.toTrash,
      icon: Trash,
      keys: ['Del'],
      danger: true,
      run: () => void archiveActions.trash([one]),
    };
    return [extract, ...(one.location ? [bringBack, move] : [move]), open, trash];
  };
}
