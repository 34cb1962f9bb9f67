import type { ReconciliationItem } from '@bangfu/api-client';
import { useQuery, useQueryCache } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { useAction } from '../shared/useAction';
import { isActive, useJob, usePolling } from '../shared/useJob';
import { PAGE_SIZE, usePaged } from '../shared/usePaged';
import { useText } from '../shared/useText';
import { useUndo } from '../shared/useUndo';

/** The reconciliations of the chosen place, the newest first. */
export function useReconciliationList() {
  const { region } = useScope();
  const query = useQuery({
    key: () => ['reconciliations', region.value],
    query: ({ signal }) => api.listReconciliations(region.value, signal),
    enabled: () => region.value !== '',
    staleTime: 0,
  });
  return { ...query, items: computed(() => query.data.value?.items ?? []) };
}

/** One reconciliation, followed while it runs. */
export function useReconciliation(id: Ref<string>) {
  const query = useQuery({
    key: () => ['reconciliation', id.value],
    query: ({ signal }) => api.getReconciliation(id.value, signal),
    enabled: () => id.value !== '',
    staleTime: 0,
  });
  const isRunning = computed(() => query.data.value?.state === 'RUNNING');
  const { job } = useJob(computed(() => (isRunning.value ? (query.data.value?.job?.id ?? '') : '')));
  const isFailed = computed(() => job.value !== null && !isActive(job.value) && job.value.state !== 'DONE');
  usePolling(
    computed(() => isRunning.value && !isFailed.value),
    () => query.refetch(),
  );
  return { ...query, job, isRunning, isFailed };
}

/** What is still to do is shown first; everything only on request. */
export const ALL = 'ALL';

export interface ItemFilters {
  kind: string;
  column: string;
  state: string;
  q: string;
}

/** The differences of one reconciliation within the filters, and putting one aside with a reason. */
export function useReconciliationItems(id: Ref<string>, filters: Ref<ItemFilters>) {
  const { t } = useText();
  const cache = useQueryCache();
  const { region } = useScope();
  const undo = useUndo();
  const query = computed(() => ({
    kind: filters.value.kind || undefined,
    column: filters.value.column || undefined,
    state: filters.value.state === ALL ? undefined : filters.value.state || 'OPEN',
    q: filters.value.q || undefined,
    region: region.value || undefined,
  }));
  const list = usePaged({
    key: () => ['reconciliation-items', id.value, JSON.stringify(query.value)],
    ask: (cursor, signal) => api.listReconciliationItems(id.value, { ...query.value, cursor, limit: PAGE_SIZE }, signal),
    enabled: () => id.value !== '',
  });

  async function reload(): Promise<void> {
    await Promise.all([list.refetch(), cache.invalidateQueries({ key: ['reconciliation', id.value] })]);
  }
  const dismiss = useAction(async (item: ReconciliationItem, reason: string) => {
    await api.dismissDifference(item.id, reason);
    undo.offer(t('reconciliation.dismissed', { name: item.member_name || item.head_name }), async () => {
      await api.undoDismissal(item.id);
      await reload();
      return undefined;
    });
    await reload();
    return true;
  });
  const takeBack = useAction(async (item: ReconciliationItem) => {
    await api.undoDismissal(item.id);
    await reload();
  });
  return { ...list, query, undo, dismiss, takeBack };
}

export type Dismiss = ReturnType<typeof useReconciliationItems>['dismiss'];
