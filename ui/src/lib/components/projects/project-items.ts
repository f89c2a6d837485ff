/** The entries of a project's menu: of its row, and behind its button. */
import Archive from '@lucide/svelte/icons/archive';
import EyeOff from '@lucide/svelte/icons/eye-off';
import FileStack from '@lucide/svelte/icons/file-stack';
import FolderOutput from '@lucide/svelte/icons/folder-output';
import Pencil from '@lucide/svelte/icons/pencil';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import ScanSearch from '@lucide/svelte/icons/scan-search';
import Trash from '@lucide/svelte/icons/trash-2';
import type { Project } from '$lib/backend/bindings';
import { getActions } from '$lib/state/actions.svelte';
import { getDialogs } from '$lib/state/dialogs.svelte';
import { getProjectActions } from '$lib/state/project-actions.svelte';
import { words } from '$lib/words';
import type { MenuItem } from '../base/MenuItems.svelte';

const text = words.project;

/** The entries for any project; `rename` opens the box for a new name. */
export function projectItems(rename: (project: Project) => void): (of: Project) => MenuItem[] {
  const [actions, dialogs, projectActions] = [getActions(), getDialogs(), getProjectActions()];
  return (project) => {
    const remove = {
      label: words.projectTrash.delete,
      icon: Trash,
      danger: true,
      run: () => dialogs.show({ kind: 'deleteProject', project }),
    };
    if (project.status === 'trashed') {
      const label = project.trashed ? words.projectTrash.recall : text.recall;
      return [{ label, icon: RotateCcw, run: () => void actions.recallProject(project) }, remove];
    }
    const extract = {
      label: words.extractProject.action,
      icon: FolderOutput,
      run: () => dialogs.show({ kind: 'extractProject', project }),
    };
    const renaming = {
      label: text.rename,
      icon: Pencil,
      keys: ['F2'],
      run: () => rename(project),
    };
    if (project.status === 'archived') return [renaming, extract, remove];
    return [
      renaming,
      { label: text.refresh, icon: ScanSearch, run: () => void actions.refreshProject(project) },
      {
        label: words.projectFilters.archive,
        icon: Archive,
        run: () => dialogs.show({ kind: 'makeArchives', projects: [project.id], idle: false }),
      },
      extract,
      {
        label: words.saveTemplate.action,
        icon: FileStack,
        run: () => dialogs.show({ kind: 'saveTemplate', project }),
      },
      {
        label: words.projectTrash.action,
        icon: Trash,
        danger: true,
        run: () => void projectActions.trash([project]),
      },
      {
        label: text.forget,
        icon: EyeOff,
        keys: ['Del'],
        run: () => void actions.forgetProject(project),
      },
    ];
  };
}
