import type { HouseholdQuery } from '@bangfu/api-client';
import { computed } from 'vue';
import { useRoute, useRouter } from 'vue-router';

import { useScope } from '../scope/useScope';
import { isFiltered, NO_FILTERS, readListState, writeListState, type ListState } from './listState';
import { usePrivateSearch } from './useSearch';

/** The list's state as read from the address, and the way to change it. */
export function useListState() {
  const route = useRoute();
  const router = useRouter();
  const { region, period } = useScope();
  const hidden = usePrivateSearch();

  const state = computed<ListState>(() => {
    const read = readListState(route.query);
    return { ...read, q: read.q || hidden.text };
  });

  const query = computed<HouseholdQuery>(() => ({
    region: region.value,
    period: period.value || undefined,
    hint: state.value.hint,
    household_type: state.value.type,
    monitored_category: state.value.category,
    rule: state.value.rule || undefined,
    q: state.value.q || undefined,
    sort: state.value.sort,
  }));

  function change(part: Partial<ListState>): void {
    const next = { ...readListState(route.query), ...part };
    void router.push({ name: 'households', query: { ...route.query, ...writeListState(next) } });
  }

  function clear(): void {
    hidden.text = '';
    change(NO_FILTERS);
  }

  return { state, query, change, clear, isFiltered: computed(() => isFiltered(state.value)) };
}
