/** The pages that the command palette leads to: the sidebar's, projects, settings, and the help. */
import ArchiveRestore from '@lucide/svelte/icons/archive-restore';
import Folder from '@lucide/svelte/icons/folder';
import History from '@lucide/svelte/icons/history';
import Languages from '@lucide/svelte/icons/languages';
import CircleQuestionMark from '@lucide/svelte/icons/circle-question-mark';
import MoveRight from '@lucide/svelte/icons/move-right';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import { commandFor } from '$lib/command-hint';
import type { Command } from '$lib/commands';
import { FIRST_HELP, helpFor } from '$lib/help';
import type { HelpEntry } from '$lib/help';
import { pageKeys } from '$lib/page-keys';
import { helpRoute, historyRoute, projectOf, projectsRoute } from '$lib/routing';
import { LANGUAGES, words } from '$lib/words';
import type { Context } from './actions.svelte';
import { HIDDEN, wordsOf } from '$lib/setting-groups';

const text = words.palette;

export function navigationCommands({ router }: Context): Command[] {
  return pageKeys.map(({ key, name, route, asks }) => ({
    id: `go-${name}`,
    group: 'navigate' as const,
    label: text.goTo(name),
    icon: name === words.nav.backups ? ArchiveRestore : MoveRight,
    keys: ['G', key],
    hint: asks ? commandFor(asks) : '',
    run: () => router.go(route),
  }));
}

export function projectLinks({ library, router }: Context): Command[] {
  return (library.projects.value ?? [])
    .filter((project) => project.status !== 'trashed')
    .map((project) => ({
      id: `project-${project.id}`,
      group: 'projects' as const,
      label: project.name,
      icon: Folder,
      hint: commandFor('project_show', { project: project.name }),
      run: () => router.go(projectsRoute(project.id)),
    }));
}

/** The histories of the projects beside that which is shown: its own comes with what it can do. */
export function historyLinks({ library, router }: Context): Command[] {
  const shown = projectOf(router.route);
  return (library.projects.value ?? [])
    .filter(({ id, status }) => status !== 'trashed' && id !== shown)
    .map(({ id, name }) => ({
      id: `history-${id}`,
      group: 'history' as const,
      label: text.historyOf(name),
      also: text.also.history,
      icon: History,
      hint: commandFor('version_list', { workspace: name }),
      run: () => router.go(historyRoute(id)),
    }));
}

/** Every setting that is shown, by what it is for and by its key. */
export function settingCommands({ router, session }: Context): Command[] {
  const shown = (session.settings.value?.all ?? []).filter(({ key }) => !HIDDEN.includes(key));
  const settings = shown.map((setting) => ({
    id: `setting-${setting.key}`,
    group: 'settings' as const,
    label: wordsOf(setting).label,
    also: setting.key,
    icon: SlidersHorizontal,
    hint: commandFor('settings_change', { key: setting.key, value: setting.value }),
    run: () => router.go({ page: 'settings', find: setting.key }),
  }));
  const language = {
    id: 'setting-language',
    group: 'settings' as const,
    label: words.settings.language,
    also: ['language', ...Object.values(LANGUAGES)].join(' '),
    icon: Languages,
    hint: '',
    run: () => router.go({ page: 'settings', find: words.settings.language }),
  };
  return [...settings, language];
}

/** The pages of the help, by their titles and headings. */
export function helpCommands({ router }: Context, pages: readonly HelpEntry[]): Command[] {
  const to = (page: HelpEntry, label: string, at = ''): Command => ({
    id: `help-${page.name}-${at}`,
    group: 'help',
    label,
    icon: CircleQuestionMark,
    ...(page.name === helpFor(router.route) && !at && { keys: ['F1'] }),
    hint: '',
    run: () => router.go(helpRoute(page.name === FIRST_HELP ? '' : page.name, at)),
  });
  return pages.flatMap((page) => [
    to(page, page.title),
    ...page.headings.map(({ text, at }) => to(page, words.help.at(page.title, text), at)),
  ]);
}
