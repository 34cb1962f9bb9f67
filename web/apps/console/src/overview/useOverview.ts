import { useQuery } from '@pinia/colada';

import { api } from '../api';
import { useScope } from '../scope/useScope';

/** The counts of the chosen place and month. */
export function useOverview() {
  const { region, period } = useScope();
  return useQuery({
    key: () => ['overview', region.value, period.value],
    query: ({ signal }) => api.getOverview({ region: region.value, period: period.value || undefined }, signal),
    enabled: () => region.value !== '',
  });
}
