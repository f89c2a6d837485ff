/** Made-up session work: drafts, and the memory that they live in. */
import type { Draft, UseCases } from '../bindings';
import type { HandlersOf } from './host';

export type DraftHandlers = HandlersOf<
  Extract<keyof UseCases, `memory_${string}` | `draft_${string}`>
>;

export function draftHandlers(now: () => number): DraftHandlers {
  let drafts: Draft[] = [];
  return {
    memory_export: () => ({ drafts: drafts.length, left: 0 }),
    memory_import: () => ({ drafts: 0, left: 0 }),
    draft_save: ({ project, name, base64 }) => {
      const draft = draftOf(now, project, name, atob(base64).length);
      drafts = [...drafts.filter((one) => one.name !== name), draft];
      return draft;
    },
    draft_list: ({ project }) => drafts.filter((one) => one.project === project),
    draft_read: ({ project, name }) => ({
      saved: draftOf(now, project, name, 5).saved,
      base64: btoa('draft'),
    }),
    draft_delete: ({ name }) => {
      drafts = drafts.filter((one) => one.name !== name);
      return {};
    },
    memory_stats: () => ({
      capacityBytes: 268_435_456,
      usedBytes: 91_204_110,
      entries: 4_212,
      hits: 48_120,
      misses: 3_190,
      evictions: 812,
      drafts: 3,
      draftBytes: 41_200,
      journalBytes: 96_000,
    }),
  };
}

function draftOf(now: () => number, project: string, name: string, sizeBytes: number): Draft {
  const saved = new Date(now()).toISOString();
  return { project, name, kind: 'scratch', sizeBytes, saved, expires: saved };
}
