import type { HouseholdSort } from '@bangfu/api-client';
import { HINTS, type Hint } from '@bangfu/core';
import type { LocationQuery, LocationQueryRaw } from 'vue-router';

/** Everything that the list shows besides place and month. It lives in the address. */
export interface ListState {
  hint: Hint[];
  type: string[];
  category: string[];
  rule: string;
  q: string;
  sort: HouseholdSort;
}

export const SORTS = ['hint', 'household_no', 'name'] as const satisfies readonly HouseholdSort[];
export const NO_FILTERS: Omit<ListState, 'sort'> = { hint: [], type: [], category: [], rule: '', q: '' };

function words(value: LocationQuery[string] | undefined): string[] {
  return typeof value === 'string' ? value.split(',').filter(Boolean) : [];
}

function word(value: LocationQuery[string] | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Reads the address; what it does not understand is left out, never an error. */
export function readListState(query: LocationQuery): ListState {
  const chosen = words(query.hint);
  return {
    hint: HINTS.filter((hint) => chosen.includes(hint)),
    type: words(query.type),
    category: words(query.category),
    rule: word(query.rule),
    q: word(query.q),
    sort: SORTS.find((sort) => sort === query.sort) ?? 'hint',
  };
}

/** The address of a state: empty filters and the usual order leave no trace. */
export function writeListState(state: ListState): LocationQueryRaw {
  return {
    hint: state.hint.join(',') || undefined,
    type: state.type.join(',') || undefined,
    category: state.category.join(',') || undefined,
    rule: state.rule || undefined,
    q: state.q || undefined,
    sort: state.sort === 'hint' ? undefined : state.sort,
  };
}

export function isFiltered(state: ListState): boolean {
  return state.hint.length + state.type.length + state.category.length > 0 || state.rule !== '' || state.q !== '';
}
