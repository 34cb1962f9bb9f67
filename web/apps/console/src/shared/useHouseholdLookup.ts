import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { useDelayed } from './useDelayed';

/** The household of a number that is being typed: found, not there, or not asked yet. */
export function useHouseholdLookup(number: Ref<string>) {
  const { period } = useScope();
  const wanted = useDelayed(computed(() => number.value.trim()));
  const query = useQuery({
    key: () => ['household', wanted.value, period.value],
    query: ({ signal }) => api.getHousehold(wanted.value, period.value || undefined, signal),
    enabled: () => wanted.value !== '',
  });
  const found = computed(() => (wanted.value ? (query.data.value ?? null) : null));
  const isMissing = computed(() => wanted.value !== '' && query.error.value !== null);
  const members = computed(() => found.value?.members ?? []);
  return { found, isMissing, members };
}
