import { useInfiniteQuery } from '@pinia/colada';
import { computed } from 'vue';

import { api } from '../api';

/** The imports of the scope, the newest first. */
export function useImportList() {
  const list = useInfiniteQuery({
    key: ['imports'],
    query: ({ pageParam, signal }) => api.listImports(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: 0,
  });
  const items = computed(() => list.data.value?.pages.flatMap((page) => page.items) ?? []);
  return { ...list, items };
}
