import { useQuery, useQueryCache } from '@pinia/colada';
import { formatDate } from '@bangfu/core';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { TOUCHED } from '../proceedings/useProceedings';
import { useScope } from '../scope/useScope';
import { useAction } from '../shared/useAction';

/** The lists of this month in the chosen place; they can be made and filled up all at once. */
export function useVillageLists() {
  const { region } = useScope();
  // A list is of the month in which one checks, whatever month the figures on the screen are of.
  const period = computed(() => formatDate(new Date().toISOString()).slice(0, 7));
  const query = useQuery({
    key: () => ['village-lists', region.value, period.value],
    query: ({ signal }) => api.listVillageLists({ region: region.value, month: period.value }, signal),
    enabled: () => region.value !== '',
    staleTime: 0,
  });
  const make = useAction(async () => {
    await api.makeVillageList({ region: region.value, month: period.value });
    await query.refetch();
    return true;
  });
  return { ...query, lists: computed(() => query.data.value ?? null), period, make };
}

/** One list: its rows, and the sheet that comes back; first without keeping anything. */
export function useVillageList(id: Ref<string>) {
  const cache = useQueryCache();
  const query = useQuery({
    key: () => ['village-list', id.value],
    query: ({ signal }) => api.getVillageList(id.value, signal),
    enabled: () => id.value !== '',
    staleTime: 0,
  });
  const enter = useAction(async (file: File, isDryRun: boolean) => {
    const answer = await api.enterVillageList(id.value, file, isDryRun);
    if (!isDryRun) {
      await Promise.all([
        query.refetch(),
        ...[...TOUCHED, 'village-lists'].map((key) => cache.invalidateQueries({ key: [key] })),
      ]);
    }
    return answer;
  });
  return { ...query, enter };
}
