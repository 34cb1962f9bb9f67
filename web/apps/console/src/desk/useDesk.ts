import { useQuery } from '@pinia/colada';

import { api } from '../api';
import { useScope } from '../scope/useScope';

/** What waits on the reader's desk in the chosen place. */
export function useDesk() {
  const { region } = useScope();
  return useQuery({
    key: () => ['desk', region.value],
    query: ({ signal }) => api.getDesk(region.value, signal),
    enabled: () => region.value !== '',
    staleTime: 0,
  });
}
