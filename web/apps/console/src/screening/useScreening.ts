import { useQueryCache } from '@pinia/colada';
import { computed, watch, type Ref } from 'vue';
import { useRoute, useRouter } from 'vue-router';

import { api } from '../api';
import { useAction } from '../shared/useAction';
import { isActive, useJob } from '../shared/useJob';

/** Starts a run and follows it; its job stands in the address, so that a reload does not lose it. */
export function useScreening(county: Ref<string | null>, period: Ref<string>) {
  const route = useRoute();
  const router = useRouter();
  const cache = useQueryCache();
  const jobId = computed(() => (typeof route.query.job === 'string' ? route.query.job : ''));
  const { job } = useJob(jobId);

  const start = useAction(async () => {
    if (!county.value) return;
    const started = await api.startRun({ region: county.value, period: period.value });
    await router.replace({ query: { ...route.query, job: started.job_id } });
  });
  const cancel = useAction(() => api.cancelJob(jobId.value));

  // A published run changes every figure on every screen.
  watch(
    () => job.value?.state,
    (state) => {
      if (state === 'DONE') void cache.invalidateQueries();
    },
  );

  return { job, isRunning: computed(() => isActive(job.value)), start, cancel };
}
