import type { BatchLine, NewBatch, ProceedingItem, Ruling } from '@bangfu/api-client';
import { useQuery, useQueryCache } from '@pinia/colada';
import { computed, ref, watch, type Ref } from 'vue';

import { api } from '../api';
import { TOUCHED, useProceedingList } from '../proceedings/useProceedings';
import { useAction } from '../shared/useAction';

export interface Wish {
  isOn: boolean;
  isRefused: boolean;
  category: string;
  reason: string;
}

/** The lines to send: what is on the list, agreed with its category or refused with its reason. */
export function toLines(items: readonly Pick<ProceedingItem, 'id'>[], wishes: Record<string, Wish>): BatchLine[] {
  return items.flatMap(({ id }): BatchLine[] => {
    const wish = wishes[id];
    if (!wish?.isOn) return [];
    return wish.isRefused
      ? [{ proceeding_id: id, decision: 'REFUSE' as const, reason: wish.reason.trim() }]
      : [{ proceeding_id: id, decision: 'AGREE' as const, category: wish.category }];
  });
}

/** Whether every line says what it has to: a category where one is included, a reason where one is refused. */
export function isWhole(lines: readonly BatchLine[], needsCategory: boolean): boolean {
  return lines.length > 0 && lines.every((line) => (line.decision === 'REFUSE' ? line.reason : line.category || !needsCategory));
}

/** The cases that wait for the county, and the list that is being drawn up of them. */
export function useWaiting(kind: Ref<NewBatch['procedure']>) {
  const list = useProceedingList(
    computed(() => ({ procedure: kind.value, state: 'COUNTY', open: true, unlisted: true, sort: 'due' as const })),
  );
  const wishes = ref<Record<string, Wish>>({});
  watch(
    list.items,
    (items) => {
      for (const { id } of items) wishes.value[id] ??= { isOn: true, isRefused: false, category: '', reason: '' };
    },
    { immediate: true },
  );
  const lines = computed(() => toLines(list.items.value, wishes.value));
  const cache = useQueryCache();
  const save = useAction(async () => {
    const cases = lines.value.map((line) => line.proceeding_id);
    const made = await api.createBatch({ procedure: kind.value, cases, rows: lines.value });
    // What is on a list waits for one no longer.
    await Promise.all(TOUCHED.map((key) => cache.invalidateQueries({ key: [key] })));
    return made;
  });
  return { list, wishes, lines, save };
}

export function useBatchList() {
  return useQuery({ key: ['batches'], query: ({ signal }) => api.listBatches(signal), staleTime: 0 });
}

/** One list of the county: its sealed page, a rehearsal, the decision. */
export function useBatch(id: Ref<string>) {
  const cache = useQueryCache();
  const query = useQuery({
    key: () => ['batch', id.value],
    query: ({ signal }) => api.getBatch(id.value, signal),
    enabled: () => id.value !== '',
    staleTime: 0,
  });
  const reload = () => Promise.all([query.refetch(), ...TOUCHED.map((key) => cache.invalidateQueries({ key: [key] }))]);
  const scan = useAction(async (file: File) => {
    await api.putBatchScan(id.value, file);
    await query.refetch();
    return true;
  });
  const check = useAction(async (ruling: Ruling) => (await api.checkBatch(id.value, ruling)).problems);
  const decide = useAction(async (ruling: Ruling) => {
    await api.decideBatch(id.value, ruling);
    await reload();
    return true;
  });
  const drop = useAction(async (reason: string) => {
    await api.dropBatch(id.value, reason);
    await reload();
    return true;
  });
  return { ...query, scan, check, decide, drop };
}
