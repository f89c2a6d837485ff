/** Changes by their folders, each with the number of its files and lines. */
import type { Change, LineCounts, VersionLines } from '$lib/backend/bindings';

export type ChangeFolder = {
  /** The name; names of folders that hold nothing else, one in another, are one. */
  name: string;
  path: string[];
  /** The files that differ in it and below. */
  files: number;
  lines: LineCounts | null;
  folders: ChangeFolder[];
  changes: Change[];
};

/** The sum of lines, as far as they were counted; nothing where none was. */
export function sumOfLines(all: readonly (LineCounts | null | undefined)[]): LineCounts | null {
  const known = all.filter((one) => one != null);
  if (known.length === 0) return null;
  const sum = (side: keyof LineCounts) => known.reduce((total, one) => total + one[side], 0);
  return { added: sum('added'), removed: sum('removed') };
}

/** The sum over versions; nothing before all of them are counted. */
export function linesOfVersions(
  ids: readonly string[],
  known: ReadonlyMap<string, VersionLines>,
): LineCounts | null {
  const found = ids.map((id) => known.get(id));
  return found.includes(undefined) ? null : sumOfLines(found.map((one) => one?.lines));
}

export function changeTree(changes: readonly Change[], path: string[] = []): ChangeFolder {
  const below = new Map<string, Change[]>();
  const own: Change[] = [];
  for (const change of changes) {
    const [name] = change.path.slice(path.length, -1);
    const inside = name === undefined ? own : below.get(name);
    if (inside) inside.push(change);
    else if (name !== undefined) below.set(name, [change]);
  }
  const folders = [...below].map(([name, inside]) => joined(changeTree(inside, [...path, name])));
  return {
    name: path.at(-1) ?? '',
    path,
    files: changes.length,
    lines: sumOfLines(changes.map(({ lines }) => lines)),
    folders,
    changes: own,
  };
}

/** A folder that holds one other and nothing else goes into its name. */
function joined(folder: ChangeFolder): ChangeFolder {
  const [only] = folder.folders;
  if (!only || folder.folders.length > 1 || folder.changes.length > 0) return folder;
  return { ...only, name: `${folder.name}/${only.name}` };
}
