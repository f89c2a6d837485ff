/** Collects the commands that make sense right now, out of where one is and what there is. */
import Archive from '@lucide/svelte/icons/archive';
import BrushCleaning from '@lucide/svelte/icons/brush-cleaning';
import CalendarPlus from '@lucide/svelte/icons/calendar-plus';
import FileArchive from '@lucide/svelte/icons/file-archive';
import FilePlus from '@lucide/svelte/icons/file-plus';
import FolderInput from '@lucide/svelte/icons/folder-input';
import FolderPlus from '@lucide/svelte/icons/folder-plus';
import Files from '@lucide/svelte/icons/files';
import History from '@lucide/svelte/icons/history';
import Pause from '@lucide/svelte/icons/pause';
import Play from '@lucide/svelte/icons/play';
import Undo from '@lucide/svelte/icons/undo-2';
import FileSearch from '@lucide/svelte/icons/file-search';
import HardDrive from '@lucide/svelte/icons/hard-drive';
import KeyRound from '@lucide/svelte/icons/key-round';
import Keyboard from '@lucide/svelte/icons/keyboard';
import LifeBuoy from '@lucide/svelte/icons/life-buoy';
import ListChecks from '@lucide/svelte/icons/list-checks';
import Pencil from '@lucide/svelte/icons/pencil';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import ScanSearch from '@lucide/svelte/icons/scan-search';
import Search from '@lucide/svelte/icons/search';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Stethoscope from '@lucide/svelte/icons/stethoscope';
import SunMoon from '@lucide/svelte/icons/sun-moon';
import Trash from '@lucide/svelte/icons/trash-2';
import type { Project } from '$lib/backend/bindings';
import { commandFor } from '$lib/command-hint';
import type { Command } from '$lib/commands';
import {
  activityRoute,
  filesRoute,
  historyRoute,
  projectOf,
  searchRoute,
  storageRoute,
} from '$lib/routing';
import { words } from '$lib/words';
import type { Actions, Context } from './actions.svelte';
import type { BackupActions } from './backup-actions.svelte';
import type { HistoryActions } from './history-actions.svelte';
import { historyLinks, navigationCommands, projectLinks, settingCommands } from './palette-places';

const text = words.palette;

export function collectCommands(
  context: Context,
  actions: Actions,
  historyActions: HistoryActions,
  backupActions: BackupActions,
): Command[] {
  const project = currentProject(context);
  return [
    ...(project ? projectCommands(project, context, actions) : []),
    ...(project ? historyCommands(project, context, historyActions) : []),
    ...generalCommands(context, actions),
    ...backupCommands(context, backupActions),
    ...watchCommands(context, historyActions),
    ...navigationCommands(context),
    ...projectLinks(context),
    ...historyLinks(context),
    ...settingCommands(context),
  ];
}

function currentProject({ router, library }: Context): Project | undefined {
  const id = projectOf(router.route);
  return id ? library.project(id) : undefined;
}

function projectCommands(project: Project, context: Context, actions: Actions): Command[] {
  const group = 'project' as const;
  const { name } = project;
  const values = { project: name };
  if (project.status === 'trashed') {
    const run = () => void actions.recallProject(project);
    const hint = commandFor('project_recall', values);
    return [{ id: 'recall', group, label: text.recall(name), icon: RotateCcw, hint, run }];
  }
  const backups = (context.library.destinations.value ?? []).map((destination) => ({
    id: `backup-${destination.id}`,
    group,
    label: text.backUp(name, destination.name),
    icon: ShieldCheck,
    hint: commandFor('backup_run', { ...values, destination: destination.name }),
    run: () => void actions.backUp(project.id, destination.id),
  }));
  return [
    ...backups,
    {
      id: 'rename',
      group,
      label: text.rename(name),
      icon: Pencil,
      keys: ['F2'],
      hint: commandFor('project_rename', values),
      run: () => window.dispatchEvent(new CustomEvent('undercroft:rename')),
    },
    {
      id: 'refresh',
      group,
      label: text.refresh(name),
      icon: ScanSearch,
      hint: commandFor('project_refresh', values),
      run: () => void actions.refreshProject(project),
    },
    {
      id: 'forget',
      group,
      label: text.forget(name),
      icon: Trash,
      keys: ['Del'],
      hint: commandFor('project_forget', values),
      run: () => void actions.forgetProject(project),
    },
  ];
}

function historyCommands(
  project: Project,
  context: Context,
  historyActions: HistoryActions,
): Command[] {
  const group = 'project' as const;
  const { id, name } = project;
  const state = context.watch.of(id);
  const paused = state?.state === 'paused';
  const pausing = {
    id: 'pause',
    group,
    label: paused ? text.resume(name) : text.pause(name),
    icon: paused ? Play : Pause,
    hint: commandFor(paused ? 'history_resume' : 'history_pause', { project: name }),
    run: () => void (paused ? historyActions.resume(id) : historyActions.pause(id)),
  };
  const undoing = {
    id: 'undo',
    group,
    label: text.undoLast(name),
    icon: Undo,
    hint: commandFor('undo', { workspace: name }),
    run: () => void (state && historyActions.undo(state.workspace)),
  };
  return [
    {
      id: 'files',
      group,
      label: text.filesOf(name),
      icon: Files,
      hint: commandFor('file_list', { version: `latest:${name}` }),
      run: () => context.router.go(filesRoute(id)),
    },
    {
      id: 'history',
      group,
      label: text.historyOf(name),
      also: text.also.history,
      icon: History,
      hint: commandFor('version_list', { workspace: name }),
      run: () => context.router.go(historyRoute(id)),
    },
    ...(state && state.state !== 'off' ? [pausing, undoing] : []),
  ];
}

function watchCommands({ watch }: Context, historyActions: HistoryActions): Command[] {
  if (!watch.anyKept) return [];
  const paused = watch.allPaused;
  return [
    {
      id: 'pause-all',
      group: 'act',
      label: paused ? text.resumeAll : text.pauseAll,
      icon: paused ? Play : Pause,
      hint: commandFor(paused ? 'history_resume' : 'history_pause').replace(' {project}', ''),
      run: () => void (paused ? historyActions.resume(null) : historyActions.pause(null)),
    },
  ];
}

function generalCommands({ dialogs, jobs, router, session }: Context, actions: Actions): Command[] {
  const group = 'act' as const;
  const dark = window.matchMedia('(prefers-color-scheme: dark)').matches;
  const theme = session.settings.value?.theme ?? 'system';
  const isDark = theme === 'dark' || (theme === 'system' && dark);
  const add = (parts: Omit<Command, 'group'>): Command => ({ group, ...parts });
  return [
    add({
      id: 'add-project',
      label: words.projects.add,
      icon: FolderPlus,
      keys: ['A'],
      hint: commandFor('project_add'),
      run: () => void actions.addProject(),
    }),
    add({
      id: 'new-project',
      label: words.newProject.action,
      icon: FilePlus,
      hint: commandFor('project_create'),
      run: () => dialogs.show({ kind: 'newProject' }),
    }),
    add({
      id: 'import-project',
      label: words.importProject.title,
      icon: FolderInput,
      hint: commandFor('project_import'),
      run: () => dialogs.show({ kind: 'importProject', place: null }),
    }),
    add({
      id: 'archive-projects',
      label: words.archive.make,
      icon: Archive,
      hint: commandFor('archive_make'),
      run: () => dialogs.show({ kind: 'makeArchives', projects: [], idle: false }),
    }),
    add({
      id: 'clean-up',
      label: words.storage.freeSpace,
      icon: BrushCleaning,
      hint: commandFor('library_cleanup'),
      run: () => router.go(storageRoute()),
    }),
    add({
      id: 'add-destination',
      label: words.destinations.add,
      icon: HardDrive,
      hint: commandFor('destination_add'),
      run: () => dialogs.show({ kind: 'addDestination', project: null }),
    }),
    add({
      id: 'backup-all',
      label: words.backups.backUpAll,
      icon: ShieldCheck,
      hint: commandFor('backup_run_all'),
      run: () => void actions.backUpAll(),
    }),
    add({
      id: 'jobs',
      label: text.openJobs,
      icon: ListChecks,
      keys: ['J'],
      hint: commandFor('job_list'),
      run: () => (jobs.drawerOpen = true),
    }),
    add({
      id: 'theme',
      label: text.toggleTheme,
      icon: SunMoon,
      hint: commandFor('settings_change', { key: 'theme', value: isDark ? 'light' : 'dark' }),
      run: () => void actions.setTheme(isDark ? 'light' : 'dark'),
    }),
    add({
      id: 'theme-system',
      label: text.themeSystem,
      icon: SunMoon,
      hint: commandFor('settings_change', { key: 'theme', value: 'system' }),
      run: () => void actions.setTheme('system'),
    }),
    add({
      id: 'shortcuts',
      label: text.shortcuts,
      icon: Keyboard,
      keys: ['?'],
      hint: '',
      run: () => dialogs.show({ kind: 'shortcuts' }),
    }),
  ];
}

function backupCommands(
  { dialogs, library, router }: Context,
  backupActions: BackupActions,
): Command[] {
  const group = 'act' as const;
  const add = (parts: Omit<Command, 'group'>): Command => ({ group, ...parts });
  return [
    add({
      id: 'set-up-backups',
      label: words.firstRun.setUpTitle,
      icon: ShieldCheck,
      hint: '',
      run: () => router.go({ page: 'backups', destination: null }),
    }),
    add({
      id: 'new-plan',
      label: words.plans.add,
      icon: CalendarPlus,
      hint: commandFor('plan_save'),
      run: () => router.go({ page: 'plan', plan: null }),
    }),
    add({
      id: 'pause-backups',
      label: text.pauseBackups,
      icon: Pause,
      hint: commandFor('schedule_pause'),
      run: () => void backupActions.pause('oneHour'),
    }),
    add({
      id: 'resume-backups',
      label: text.resumeBackups,
      icon: Play,
      hint: commandFor('schedule_resume'),
      run: () => void backupActions.resume(),
    }),
    add({
      id: 'search-files',
      label: words.search.anywhere,
      icon: Search,
      keys: ['G', 'F'],
      hint: commandFor('search'),
      run: () => router.go(searchRoute()),
    }),
    add({
      id: 'find-deleted',
      label: text.findDeleted,
      also: text.also.deleted,
      icon: FileSearch,
      hint: commandFor('search'),
      run: () => router.go(searchRoute()),
    }),
    add({
      id: 'undo-last',
      label: text.undoAny,
      also: text.also.undo,
      icon: Undo,
      hint: '',
      run: () => router.go(activityRoute({ show: 'undo' })),
    }),
    ...(library.destinations.value ?? []).map((destination) =>
      add({
        id: `kit-${destination.id}`,
        label: text.showKit(destination.name),
        also: text.also.kit,
        icon: KeyRound,
        hint: '',
        run: () => backupActions.showKit(destination),
      }),
    ),
    add({
      id: 'doctor',
      label: words.doctor.open,
      icon: Stethoscope,
      hint: commandFor('doctor'),
      run: () => router.go({ page: 'doctor' }),
    }),
    add({
      id: 'diagnostics',
      label: words.diagnostics.open,
      icon: FileArchive,
      hint: commandFor('diagnostics_save'),
      run: () => dialogs.show({ kind: 'diagnostics' }),
    }),
    add({
      id: 'recover',
      label: words.setup.recover,
      icon: LifeBuoy,
      hint: commandFor('library_recover'),
      run: () => router.go({ page: 'recover' }),
    }),
  ];
}
