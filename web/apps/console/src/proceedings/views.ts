import type { ProceedingQuery } from '@bangfu/api-client';

/** A saved way to look at a list: its name, and what it asks for. */
export interface WorkView {
  name: string;
  query: ProceedingQuery;
}

/** What is open stands in the order in which it falls due. */
const DUE: ProceedingQuery = { open: true, sort: 'due' };
const MINE: WorkView = { name: 'mine', query: { ...DUE, handler: 'me' } };
const OVERDUE: WorkView = { name: 'overdue', query: { ...DUE, overdue: true } };
const SUPERVISED: WorkView = { name: 'supervised', query: { ...DUE, supervised: true } };
const CLOSED: WorkView = { name: 'closed', query: { open: false } };
const OPEN: WorkView = { name: 'open', query: { ...DUE } };

export const CLUE_VIEWS: readonly WorkView[] = [
  OPEN,
  { name: 'received', query: { ...DUE, state: 'RECEIVED' } },
  MINE,
  OVERDUE,
  SUPERVISED,
  CLOSED,
];
export const CASE_VIEWS: readonly WorkView[] = [
  OPEN,
  MINE,
  { name: 'village', query: { ...DUE, waits_for: 'VILLAGE' } },
  { name: 'township', query: { ...DUE, waits_for: 'TOWNSHIP' } },
  { name: 'county', query: { ...DUE, waits_for: 'COUNTY' } },
  OVERDUE,
  CLOSED,
];
export const DEPARTMENT_VIEWS: readonly WorkView[] = [
  { name: 'open', query: { ...DUE, state: 'WITH_DEPARTMENT' } },
  OVERDUE,
  CLOSED,
];

/** The lanes of the desk, each the list behind its number, and all that is open. */
export const DESK_VIEWS: readonly WorkView[] = [
  { name: 'overdue', query: { sort: 'due', lane: 'OVERDUE' } },
  { name: 'today', query: { sort: 'due', lane: 'TODAY' } },
  { name: 'soon', query: { sort: 'due', lane: 'SOON' } },
  { name: 'later', query: { sort: 'due', lane: 'LATER' } },
  { name: 'waiting', query: { sort: 'due', lane: 'WAITING' } },
  OPEN,
];

export function viewOf(views: readonly WorkView[], name: string): WorkView {
  return views.find((view) => view.name === name) ?? views[0]!;
}
