import { useQuery } from '@pinia/colada';
import { computed } from 'vue';

import { api } from '../api';

const AN_HOUR = 3_600_000;

/** The dataset contracts that the active post may import. */
export function useDatasets() {
  const query = useQuery({
    key: ['datasets'],
    query: ({ signal }) => api.listDatasets(signal),
    staleTime: AN_HOUR,
  });
  const datasets = computed(() => query.data.value?.filter((item) => item.may_import) ?? []);
  return { ...query, datasets };
}
