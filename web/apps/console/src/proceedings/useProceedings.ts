import type { FactEntry, ProceedingQuery } from '@bangfu/api-client';
import { useQuery, useQueryCache } from '@pinia/colada';
import type { Ref } from 'vue';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { useAction } from '../shared/useAction';
import { PAGE_SIZE, usePaged } from '../shared/usePaged';

/** The proceedings of the chosen place within the filters. */
export function useProceedingList(filters: Ref<ProceedingQuery>) {
  const { region } = useScope();
  return usePaged({
    key: () => ['proceedings', region.value, JSON.stringify(filters.value)],
    ask: (cursor, signal) =>
      api.listProceedings({ ...filters.value, region: region.value, cursor, limit: PAGE_SIZE }, signal),
    enabled: () => region.value !== '',
  });
}

/** Everything that another step may have changed elsewhere on the screen. */
export const TOUCHED = ['proceedings', 'desk', 'household', 'reviews', 'batches', 'notices'] as const;

/** One proceeding with its story, its offers and the way to take a step. */
export function useProceeding(id: Ref<string>) {
  const cache = useQueryCache();
  const enabled = () => id.value !== '';
  const query = useQuery({
    key: () => ['proceeding', id.value],
    query: ({ signal }) => api.getProceeding(id.value, signal),
    enabled,
    staleTime: 0,
  });
  const timeline = useQuery({
    key: () => ['proceeding-timeline', id.value],
    query: ({ signal }) => api.getTimeline(id.value, signal),
    enabled,
    staleTime: 0,
  });
  const offers = useQuery({
    key: () => ['proceeding-offers', id.value],
    query: ({ signal }) => api.getOffers(id.value, signal),
    enabled,
    staleTime: 0,
  });

  async function reload(): Promise<void> {
    await Promise.all([query.refetch(), timeline.refetch(), offers.refetch()]);
    await Promise.all(TOUCHED.map((key) => cache.invalidateQueries({ key: [key] })));
  }

  // A photo that was kept stays so where its step is refused: it is not sent twice.
  const kept = new WeakSet<File>();
  const step = useAction(async (name: string, facts: Record<string, FactEntry>, note: string, photo: File | null = null) => {
    if (photo && !kept.has(photo)) {
      await api.keepPhoto(id.value, photo);
      kept.add(photo);
    }
    // What is decided is the version on the screen; the server refuses a newer one.
    await api.takeStep(id.value, { step: name, facts, note, revision: query.data.value?.revision ?? 0 });
    await reload();
    return true;
  });
  return { ...query, timeline, offers, step, reload };
}
