import type { AccountQuery } from '@bangfu/api-client';
import { useQuery, useQueryCache } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useAction } from '../shared/useAction';
import { PAGE_SIZE, usePaged } from '../shared/usePaged';

/** The accounts of the post's region. */
export function useAccountList(filters: Ref<Required<AccountQuery>>) {
  return usePaged({
    key: () => ['accounts', filters.value.q, filters.value.role, filters.value.state],
    ask: (cursor, signal) =>
      api.listAccounts(
        {
          q: filters.value.q || undefined,
          role: filters.value.role || undefined,
          state: filters.value.state || undefined,
          cursor,
          limit: PAGE_SIZE,
        },
        signal,
      ),
  });
}

/** The proposals of the region, newest first. */
export function useProposals() {
  const query = useQuery({
    key: ['proposals'],
    query: ({ signal }) => api.listProposals({}, signal),
    staleTime: 0,
  });
  const items = computed(() => query.data.value?.items ?? []);
  const waiting = computed(() => items.value.filter((item) => item.state === 'PROPOSED'));
  return { ...query, items, waiting };
}

/** What two persons decide about accounts, newest first. */
export function useActs() {
  const query = useQuery({ key: ['acts'], query: ({ signal }) => api.listActs(signal), staleTime: 0 });
  const items = computed(() => query.data.value?.items ?? []);
  const waiting = computed(() => items.value.filter((item) => item.state === 'PROPOSED'));
  return { ...query, items, waiting };
}

/** The table of roles; it changes only with the installation. */
export function useRoles() {
  return useQuery({ key: ['roles'], query: ({ signal }) => api.listRoles(signal), staleTime: 600_000 });
}

/** A write on accounts after which the lists are read anew. */
export function useAccountAction<Args extends unknown[], Result>(action: (...args: Args) => Promise<Result>) {
  const cache = useQueryCache();
  return useAction(async (...args: Args) => {
    const result = await action(...args);
    await Promise.all([
      cache.invalidateQueries({ key: ['accounts'] }),
      cache.invalidateQueries({ key: ['proposals'] }),
      cache.invalidateQueries({ key: ['acts'] }),
    ]);
    return result;
  });
}
