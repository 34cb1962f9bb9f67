import type { HouseholdQuery } from '@bangfu/api-client';
import { looksLikeIdNumber } from '@bangfu/core';
import { useInfiniteQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';

const PAGE_SIZE = 50;

/** The list page by page; a page begins where the cursor of the one before says, whatever was inserted since. */
export function useHouseholdList(query: Ref<HouseholdQuery>) {
  const list = useInfiniteQuery({
    key: () => ['households', JSON.stringify(query.value)],
    query: ({ pageParam, signal }) => {
      const asked = { ...query.value, cursor: pageParam, limit: PAGE_SIZE };
      // An address is kept by the browser, by proxies and in logs; an ID number goes in the body.
      return looksLikeIdNumber(asked.q ?? '') ? api.searchHouseholds(asked, signal) : api.listHouseholds(asked, signal);
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    enabled: () => query.value.region !== '',
  });
  const items = computed(() => list.data.value?.pages.flatMap((page) => page.items) ?? []);
  const total = computed(() => list.data.value?.pages[0]?.total ?? null);
  return { ...list, items, total };
}
