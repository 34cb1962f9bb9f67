import { useQuery, useQueryCache } from '@pinia/colada';
import type { Ref } from 'vue';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { useAction } from '../shared/useAction';

/** Which data are there at the chosen place and month. */
export function useBoard() {
  const { region, period } = useScope();
  return useQuery({
    key: () => ['board', region.value, period.value],
    query: ({ signal }) => api.getBoard({ region: region.value, period: period.value || undefined }, signal),
    enabled: () => region.value !== '',
    staleTime: 0,
  });
}

/** One delivery with what depends on it, and the way to take it back. */
export function useLanding(id: Ref<string>) {
  const cache = useQueryCache();
  const query = useQuery({
    key: () => ['landing', id.value],
    query: ({ signal }) => api.getLanding(id.value, signal),
    enabled: () => id.value !== '',
    staleTime: 0,
  });
  const revert = useAction(async (reason: string) => {
    await api.revertLanding(id.value, reason);
    await Promise.all([query.refetch(), cache.invalidateQueries({ key: ['board'] })]);
    return true;
  });
  return { ...query, revert };
}
