/** The pages of the help: which there are, and which one fits the page that is shown. */
import type { HelpEntry } from 'virtual:help';
import type { Page, Route } from './routing';

export type { HelpEntry } from 'virtual:help';

/** The page that lists the others. */
export const FIRST_HELP = 'README';

const FITTING: Record<Page, string> = {
  dashboard: FIRST_HELP,
  projects: 'add-a-project',
  files: 'go-back',
  history: 'keep-versions',
  fileHistory: 'go-back',
  diff: 'go-back',
  workspaces: 'keep-versions',
  git: 'git',
  rules: 'keep-versions',
  browse: 'restore',
  backups: 'back-up',
  plan: 'back-up',
  archive: 'archive',
  search: 'find-a-file',
  recover: 'recover',
  doctor: 'troubleshooting',
  activity: 'troubleshooting',
  storage: 'storage',
  settings: 'command-line',
  help: FIRST_HELP,
  missing: FIRST_HELP,
};
const FITTING_VIEWS: Record<string, string> = {
  trash: 'keep-and-let-go',
  verification: 'prove-backups',
  maintenance: 'parity',
};

/** The name of the page of the help that fits an address. */
export function helpFor(route: Route): string {
  if (route.page === 'backups' && route.view) return FITTING_VIEWS[route.view] ?? FITTING.backups;
  return FITTING[route.page];
}

/** The names and headings of all pages. */
export const helpIndex = async (): Promise<HelpEntry[]> => (await import('virtual:help')).index;

/** The content of a page; nothing for a name that there is not. */
export async function helpPage(name: string): Promise<string | null> {
  const { load } = await import('virtual:help');
  const page = Object.hasOwn(load, name) ? await load[name]?.() : undefined;
  return page?.html ?? null;
}

/** The words of every page, by its name, for the search. */
export async function helpTexts(): Promise<Map<string, string>> {
  const { index } = await import('virtual:help');
  const text = async ({ name }: HelpEntry): Promise<[string, string]> => [
    name,
    ((await helpPage(name)) ?? '').replace(/<[^>]*>/g, ' '),
  ];
  return new Map(await Promise.all(index.map(text)));
}

/** The pages that a search means: every word is in them, and those that have it in a title or a
 * heading come first. */
export function findHelp(
  index: readonly HelpEntry[],
  texts: ReadonlyMap<string, string>,
  search: string,
): HelpEntry[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text: string) => wanted.every((word) => text.toLowerCase().includes(word));
  const heads = ({ title, headings }: HelpEntry) =>
    has([title, ...headings.map(({ text }) => text)].join('\n'));
  const found = index.filter(
    (page) => heads(page) || has(`${page.title}\n${texts.get(page.name)}`),
  );
  return found.sort((left, right) => Number(heads(right)) - Number(heads(left)));
}
