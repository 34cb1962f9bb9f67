import type { Job } from '@bangfu/api-client';
import { useQuery } from '@pinia/colada';
import { computed, onScopeDispose, watch, type Ref } from 'vue';

import { api } from '../api';

const PACE = 1000;

export function isActive(job: Pick<Job, 'state'> | null | undefined): boolean {
  return job?.state === 'QUEUED' || job?.state === 'RUNNING';
}

/** Asks again at an even pace while `isOn` holds. */
export function usePolling(isOn: Ref<boolean>, ask: () => unknown): void {
  let timer: ReturnType<typeof setInterval> | undefined;
  watch(
    isOn,
    (on) => {
      clearInterval(timer);
      if (on) timer = setInterval(ask, PACE);
    },
    { immediate: true },
  );
  onScopeDispose(() => clearInterval(timer));
}

/** A background job, followed until it ends. */
export function useJob(id: Ref<string>) {
  const query = useQuery({
    key: () => ['job', id.value],
    query: ({ signal }) => api.getJob(id.value, signal),
    enabled: () => id.value !== '',
    staleTime: 0,
  });
  const job = computed(() => (id.value ? (query.data.value ?? null) : null));
  usePolling(
    computed(() => id.value !== '' && (job.value === null || isActive(job.value)) && !query.error.value),
    () => query.refetch(),
  );
  return { ...query, job };
}
