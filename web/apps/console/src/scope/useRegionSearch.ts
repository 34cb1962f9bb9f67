import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useDelayed } from '../shared/useDelayed';

/** Places whose name holds the text or whose code begins with it. */
export function useRegionSearch(text: Ref<string>) {
  const settled = useDelayed(computed(() => text.value.trim()));
  const isSearching = computed(() => settled.value !== '');
  const { data } = useQuery({
    key: () => ['region-search', settled.value],
    query: ({ signal }) => api.searchRegions(settled.value, signal),
    enabled: isSearching,
  });
  return { data, isSearching };
}
