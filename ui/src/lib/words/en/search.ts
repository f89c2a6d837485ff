/** The words of the one search. */
import { pluralIn } from '../plural';

const plural = pluralIn('en-GB');

export const searchWords = {
  search: {
    title: 'Search',
    field: 'A name, a part of a path, or a pattern such as *.psd',
    hint: 'Finds files in the versions, backups and archives of all projects, also deleted ones.',
    results: 'Files found',
    names: 'Names',
    content: 'Text',
    what: 'What to search',
    none: 'Nothing found',
    noneLine: 'No version, backup or archive has such a name. Try a part of it.',
    noneText: 'No newest version has this text in a file.',
    count: (count: number) => plural(count, { one: '1 file found', other: '# files found' }),
    more: 'There may be more: type more of the name',
    deeper: 'Searching backups…',
    deleted: 'Deleted',
    renamedTo: 'Now',
    archived: 'Archived',
    versions: (count: number) => plural(count, { one: '1 version', other: '# versions' }),
    backups: (count: number) => plural(count, { one: '1 backup', other: '# backups' }),
    archives: (count: number) => plural(count, { one: '1 archive', other: '# archives' }),
    line: (line: number) => `line ${line}`,
    allTimes: 'All times',
    open: 'Open',
    restore: 'Restore…',
    act: (what: string, name: string) => `${what}: ${name}`,
    unread: (name: string) => `Not searched: ${name}.`,
    preview: 'Preview',
    noPreview: 'Open it to look inside',
    inPalette: 'Files',
    everywhere: (text: string) => `Search everywhere for “${text}”`,
    anywhere: 'Search files…',
    filesNamed: (text: string) => `Search files for “${text}”`,
  },
};
