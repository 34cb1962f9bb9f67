import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useAction } from '../shared/useAction';
import { isActive, usePolling } from '../shared/useJob';

/** One import, followed while its job runs. */
export function useImport(id: Ref<string>) {
  const query = useQuery({
    key: () => ['import', id.value],
    query: ({ signal }) => api.getImport(id.value, signal),
    staleTime: 0,
  });
  const isWorking = computed(() => isActive(query.data.value?.job));
  usePolling(isWorking, () => query.refetch());

  /** The address may name the job that began it; the answer names the import. */
  const own = () => query.data.value?.id ?? id.value;
  const commit = useAction(async () => {
    await api.commitImport(own());
    await query.refetch();
  });
  const cancel = useAction(async () => {
    const job = query.data.value?.job;
    await (job && isActive(job) ? api.cancelJob(job.id) : api.cancelImport(own()));
    await query.refetch();
  });

  return { ...query, isWorking, commit, cancel };
}
