import type { BoardCell, BoardDataset, BoardState } from '@bangfu/api-client';

export const STATES = ['LIVE', 'HOLE', 'STALE', 'NEVER', 'SILENT'] as const satisfies readonly BoardState[];

export type Filter = BoardState | 'OVERDUE' | '';

/** What needs somebody comes first: the overdue, then what is missing or old, then the rest in the server's order. */
const WEIGHT: Record<BoardState, number> = { HOLE: 1, STALE: 1, NEVER: 2, SILENT: 4, LIVE: 3 };

export function sortDatasets(datasets: readonly BoardDataset[]): BoardDataset[] {
  const weight = (item: BoardDataset) => (item.overdue ? 0 : WEIGHT[item.state]);
  return datasets.toSorted((a, b) => weight(a) - weight(b));
}

export function countBy(datasets: readonly BoardDataset[]): Record<BoardState | 'OVERDUE', number> {
  const count = (state: BoardState) => datasets.filter((item) => item.state === state).length;
  return {
    LIVE: count('LIVE'),
    HOLE: count('HOLE'),
    STALE: count('STALE'),
    NEVER: count('NEVER'),
    SILENT: count('SILENT'),
    OVERDUE: datasets.filter((item) => item.overdue).length,
  };
}

export function filterDatasets(datasets: readonly BoardDataset[], filter: Filter): BoardDataset[] {
  if (filter === 'OVERDUE') return datasets.filter((item) => item.overdue);
  return filter === '' ? [...datasets] : datasets.filter((item) => item.state === filter);
}

/** The deliveries of the last months, the newest first. */
export function deliveries(dataset: BoardDataset): (BoardCell & { batch_id: string })[] {
  return dataset.cells
    .filter((cell): cell is BoardCell & { batch_id: string } => cell.batch_id !== null)
    .toSorted((a, b) => (a.month < b.month ? 1 : -1));
}

/** The year stands over its first month on the board; the others are numbers alone. */
export function monthLabels(months: readonly string[]): { month: string; number: number; year: string }[] {
  return months.map((month, index) => ({
    month,
    number: Number(month.slice(5)),
    year: index === 0 || month.endsWith('-01') ? month.slice(0, 4) : '',
  }));
}
