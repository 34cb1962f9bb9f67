import { useQuery } from '@pinia/colada';
import { computed } from 'vue';

import { api } from '../api';

/** What a clue can be about, and the departments that one can be passed to. */
export function useMatters() {
  const query = useQuery({
    key: ['matters'],
    query: ({ signal }) => api.getMatters(signal),
    staleTime: 3_600_000,
  });
  return {
    matters: computed(() => query.data.value?.matters ?? []),
    departments: computed(() => query.data.value?.departments ?? []),
  };
}
