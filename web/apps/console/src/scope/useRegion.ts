import { useQuery } from '@pinia/colada';
import type { Ref } from 'vue';

import { api } from '../api';

const AN_HOUR = 3_600_000;

/** One region with its children; divisions change once a year, an hour is fresh. */
export function useRegion(code: Ref<string>) {
  return useQuery({
    key: () => ['region', code.value],
    query: ({ signal }) => api.getRegion(code.value, signal),
    enabled: () => code.value !== '',
    staleTime: AN_HOUR,
  });
}
