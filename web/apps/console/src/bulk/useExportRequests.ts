import type { ExportKind } from '@bangfu/api-client';
import { useQuery, useQueryCache } from '@pinia/colada';
import { computed } from 'vue';

import { api } from '../api';
import { useAction } from '../shared/useAction';

/** Requests for bulk exports: one's own, and those of others for who may approve. */
export function useExportRequests() {
  const query = useQuery({
    key: ['export-requests'],
    query: ({ signal }) => api.listExportRequests({}, signal),
    staleTime: 0,
  });
  const items = computed(() => query.data.value?.items ?? []);
  const waiting = computed(() => items.value.filter((item) => item.state === 'REQUESTED'));
  return { ...query, items, waiting };
}

/** A write on requests, after which the list is read anew. */
export function useExportAction<Args extends unknown[], Result>(action: (...args: Args) => Promise<Result>) {
  const cache = useQueryCache();
  return useAction(async (...args: Args) => {
    const result = await action(...args);
    await cache.invalidateQueries({ key: ['export-requests'] });
    return result;
  });
}

/** Asks a second person for a list with its filters. */
export function useAskForExport() {
  return useExportAction((kind: ExportKind, filters: object, purpose: string) =>
    api.askForExport({ kind, filters, purpose }),
  );
}
