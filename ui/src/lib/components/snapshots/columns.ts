/** The columns of a list of backups. */
import { parseTime } from '$lib/format/time';
import type { SnapshotRow } from './snapshot-groups';
import { words } from '$lib/words';
import { byNumber, byText } from '../base/grid.svelte';
import type { Column } from '../base/grid.svelte';

type Shown = {
  /** Whether the projects are named; otherwise, in the list of one project, the destinations are. */
  project: boolean;
  choice: boolean;
  menu: boolean;
};

export const destinationOf = ({ snapshots: [first] }: SnapshotRow): string =>
  first?.destinationName ?? '';

export function columnsOf({ project, choice, menu }: Shown): Column<SnapshotRow>[] {
  const text = words.snapshots;
  const choose = { label: words.backupChoice.chosen(0), width: '20px', unlabelled: true };
  const name = {
    label: text.colProject,
    width: 'minmax(0, 1.3fr)',
    compare: byText<SnapshotRow>((row) => row.name),
  };
  const destination = {
    label: text.colDestination,
    width: 'minmax(0, 1fr)',
    showFrom: 520,
    compare: byText(destinationOf),
  };
  return [
    ...(choice ? [{ id: 'choose', ...choose }] : []),
    {
      id: 'when',
      label: text.colWhen,
      width: 'minmax(212px, 1fr)',
      compare: byNumber((row) => parseTime(row.time)),
    },
    project ? { id: 'project', ...name } : { id: 'destination', ...destination },
    { id: 'id', label: text.colId, width: '72px', showFrom: 1100 },
    {
      id: 'files',
      label: text.colFiles,
      width: '72px',
      align: 'end',
      showFrom: 900,
      compare: byNumber((row) => row.files ?? 0),
    },
    {
      id: 'size',
      label: text.colSize,
      width: '76px',
      align: 'end',
      showFrom: 760,
      compare: byNumber((row) => row.sizeBytes ?? 0),
    },
    {
      id: 'added',
      label: text.colAdded,
      width: '76px',
      align: 'end',
      showFrom: 680,
      compare: byNumber((row) => row.addedBytes ?? 0),
    },
    {
      id: 'actions',
      label: text.colActions,
      width: menu ? '240px' : '208px',
      align: 'end',
      unlabelled: true,
    },
  ];
}
