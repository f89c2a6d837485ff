/**
 * Every page in the strange English of `pseudo`: a text without its brackets did not come from words,
 * unless the engine sent it or it is a figure, a date or the name of a key.
 */
import { cleanup, render, waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import type { Backend } from '$lib/backend/backend';
import { applyLanguage } from '$lib/language';
import { CLOSES, OPENS } from '$lib/words/pseudo';

history.replaceState(null, '', '?language=pseudo-rtl');
await applyLanguage();
const { default: App } = await import('../App.svelte');
const { RecordedBackend } = await import('$lib/backend/recorded');

/** What stands on pages in no language: keys, names, what programs read. */
const FREE = [
  /^(?:Ctrl|Enter|Esc|Home|End|Backspace|Del|Shift|Alt|F\d+|G [A-Z]|[A-Z?/])$/,
  /^undercroft(?: |$)/i,
  /^[\d.,:+−×%/s\s-]*(?:k|M|G|T)?B(?:\/s)?$/,
  /^(?:English|Deutsch)$/,
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*$/,
];
const DATE =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:\d\d? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*(?: \d{4})?(?:(?:,| at) [\d:]+)?$/;

/** All that the engine sent, so that it is told apart. */
function listening(backend: InstanceType<typeof RecordedBackend>): {
  backend: Backend;
  sent: () => string;
} {
  const replies: string[] = [];
  const call = backend.call.bind(backend);
  backend.call = async (name, request) => {
    const reply = await call(name, request);
    replies.push(...stringsIn(reply));
    return reply;
  };
  return { backend, sent: () => replies.join('\n') };
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...stringsIn(inner)]);
}

/** What is read, or read aloud: texts, and the attributes that name things. */
function textsOn(page: Element): string[] {
  const walker = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
  const found: string[] = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const inside = node.parentElement?.closest(
      'style, script, pre, code, kbd, .cm-editor, svg text',
    );
    if (!inside) found.push(node.textContent ?? '');
  }
  for (const one of page.querySelectorAll('*'))
    for (const name of ['aria-label', 'title', 'alt', 'aria-valuetext'])
      found.push(one.getAttribute(name) ?? '');
  return found;
}

/** What is left of a text without that which came from words, however deep. */
function outside(text: string): string {
  let rest = '';
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text.startsWith(OPENS, at)) depth += 1;
    if (depth === 0) rest += text[at];
    if (text.startsWith(CLOSES, at - CLOSES.length + 1)) depth -= 1;
  }
  return rest.replace(/\s+/g, ' ').trim();
}

function isFree(text: string, sent: string): boolean {
  if (!/\p{L}/u.test(text)) return true;
  const core = text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
  if (sent.includes(text) || sent.includes(core)) return true;
  if (FREE.some((free) => free.test(core)) || DATE.test(core)) return true;
  // Several of them in one line.
  const parts = text.split(/\s*[·→,:@/]\s*/).filter(Boolean);
  return parts.length > 1 && parts.every((part) => isFree(part, sent));
}

const library = new RecordedBackend().library;
const [project] = library.projects;
const [destination] = library.destinations;
const [snapshot] = library.snapshots;
const [plan] = library.plans;
const inProject = `#/projects/${project?.id}`;
const PAGES = [
  '#/',
  '#/projects',
  inProject,
  `${inProject}/files/main/now`,
  `${inProject}/history/main`,
  `${inProject}/workspaces`,
  `${inProject}/git/main`,
  `${inProject}/rules`,
  '#/backups',
  ...['backups', 'trash', 'verification', 'keys', 'maintenance'].map(
    (view) => `#/backups/${destination?.id}?view=${view}`,
  ),
  `#/browse/${snapshot?.destination}/${snapshot?.id}`,
  '#/plans/new',
  `#/plans/${plan?.id}`,
  '#/search?text=main',
  '#/archive',
  ...['picture', 'findings', 'growth', 'trend'].map((view) => `#/storage?view=${view}`),
  '#/cleanup',
  '#/activity',
  '#/activity?show=runs',
  '#/activity?show=calendar',
  '#/recover',
  '#/doctor',
  '#/settings',
  '#/nowhere',
];

async function settled(): Promise<void> {
  await waitFor(() => expect(document.querySelector('#page-title')).not.toBeNull());
  await waitFor(() => expect(document.querySelector('[aria-busy=true], .skeleton')).toBeNull(), {
    timeout: 5000,
  }).catch(() => undefined);
  await new Promise((done) => setTimeout(done, 150));
}

async function foreignOn(hash: string, scenario: 'full' | 'empty'): Promise<string[]> {
  location.hash = hash;
  const recorded = new RecordedBackend({ scenario, jobSeconds: 0.2 });
  const { backend, sent } = listening(recorded);
  render(App, { backend });
  await settled();
  const told = sent();
  const texts = textsOn(document.body);
  expect(texts.some((text) => text.startsWith(OPENS.trim()))).toBe(true);
  return [...new Set(texts.map(outside))].filter((text) => text && !isFree(text, told));
}

afterEach(cleanup);

describe('no page has a text of its own', () => {
  it.each(PAGES)('%s', async (hash) => {
    expect(document.documentElement.dir).toBe('rtl');
    expect(await foreignOn(hash, 'full')).toEqual([]);
  });
  it.each(['#/', '#/projects', '#/backups', '#/archive', '#/storage', '#/recover', '#/activity'])(
    '%s of an empty library',
    async (hash) => expect(await foreignOn(hash, 'empty')).toEqual([]),
  );
});
