import { useQuery } from '@pinia/colada';
import { computed } from 'vue';

import { api } from '../api';
import { useScope } from '../scope/useScope';

const COUNTY_DIGITS = 6;

/** The county that a code lies in: a run is always a whole county's. */
export function countyOf(code: string): string | null {
  const digits = code.slice(0, COUNTY_DIGITS);
  return digits.length === COUNTY_DIGITS && !digits.endsWith('00') ? digits.padEnd(12, '0') : null;
}

export function useRuns() {
  const { region } = useScope();
  const county = computed(() => countyOf(region.value));
  const query = useQuery({
    key: () => ['runs', county.value ?? region.value],
    query: ({ signal }) => api.listRuns(county.value ?? region.value, signal),
    enabled: () => region.value !== '',
    staleTime: 0,
  });
  const runs = computed(() => query.data.value?.items ?? []);
  return { ...query, runs, county };
}
