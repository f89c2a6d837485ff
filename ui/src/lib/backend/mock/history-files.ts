/** The answers about files in made-up histories. */
import type { UseCases } from '../bindings';
import { fileAt, textOf } from './history-data';
import { fileDiffOf, fileHistoryOf, listTree, previewOf } from './history-views';
import type { MockHistory } from './history';
import type { HandlersOf } from './host';

export type FileHandlers = HandlersOf<
  Exclude<Extract<keyof UseCases, `file_${string}`>, 'file_everywhere'>
>;

export function fileHandlers(history: MockHistory): FileHandlers {
  return {
    file_list: ({ version, path = [] }) => {
      const found = history.find(version);
      return { version: found.version.id, path, entries: listTree(found, path) };
    },
    file_preview: ({ version, path = [] }) => previewOf(history.find(version).tree, path.join('/')),
    file_history: ({ workspace, path }) =>
      fileHistoryOf(history.stateOf(workspace).versions, path.join('/')),
    file_diff: ({ from, to }) => {
      const side = (at: typeof from) =>
        at ? previewOf(history.find(at.version).tree, (at.path ?? []).join('/')) : null;
      return fileDiffOf(side(from), side(to));
    },
    file_load: ({ version, path = [] }) => {
      const { text, sizeBytes } = previewOf(history.find(version).tree, path.join('/'));
      return { sizeBytes, base64: btoa(text ?? '') };
    },
    file_search: ({ version, text, inContent, limit }) => {
      const { tree } = history.find(version);
      const wanted = text.toLowerCase();
      const hits = [...tree].flatMap(([path, edits]) => {
        if (!inContent)
          return path.toLowerCase().includes(wanted) ? [{ path: path.split('/') }] : [];
        if (fileAt(path)?.kind !== 'text') return [];
        return textOf(path, edits)
          .split('\n')
          .flatMap((line, index) =>
            line.toLowerCase().includes(wanted)
              ? [{ path: path.split('/'), line: index + 1, preview: line }]
              : [],
          );
      });
      return hits.slice(0, limit ?? 200);
    },
    file_save: ({ workspace, path, message }) => ({
      version: history.edit(workspace, path.join('/'), message ?? `Upload ${path.at(-1)}`),
      changed: true,
      trashed: false,
      warnings: [],
    }),
    file_delete: ({ workspace, path, message }) => ({
      version: history.edit(workspace, path.join('/'), message ?? `Delete ${path.at(-1)}`, null),
      changed: true,
      trashed: false,
      warnings: [],
    }),
    file_upload: ({ workspace, folder = [], places }) => {
      const { workspace: shown } = history.stateOf(workspace);
      return history.job(
        'upload',
        `Upload into ${folder.join('/') || shown.name}`,
        shown.project,
        `${places.length} files are there now`,
        () => undefined,
      );
    },
  };
}
