import { levelOfRegion } from '@bangfu/core';
import { useQuery, useQueryCache } from '@pinia/colada';
import { computed, watch, type Ref } from 'vue';
import { useRoute, useRouter } from 'vue-router';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { countyOf } from '../screening/useRuns';
import { useSession } from '../session/sessionStore';
import { useAction } from '../shared/useAction';
import { isActive, useJob } from '../shared/useJob';
import { PAGE_SIZE, usePaged } from '../shared/usePaged';

/** How the data of the chosen place stand. */
export function useQualitySummary() {
  const { region } = useScope();
  return useQuery({
    key: () => ['quality', region.value],
    query: ({ signal }) => api.getQuality(region.value, signal),
    enabled: () => region.value !== '',
    staleTime: 0,
  });
}

/** A check of the chosen place, followed to its end; its job stands in the address. */
export function useCheck() {
  const route = useRoute();
  const router = useRouter();
  const cache = useQueryCache();
  const { region } = useScope();
  const session = useSession();
  // A check covers a whole county, so whoever is posted below one cannot begin it.
  const county = computed(() => {
    const code = countyOf(region.value);
    return code && levelOfRegion(session.post?.region.code ?? '') <= levelOfRegion(code) ? code : null;
  });
  const jobId = computed(() => (typeof route.query.job === 'string' ? route.query.job : ''));
  const { job } = useJob(jobId);
  const start = useAction(async () => {
    if (!county.value) return;
    const started = await api.startCheck(county.value);
    await router.replace({ query: { ...route.query, job: started.job_id } });
  });
  const cancel = useAction(() => api.cancelJob(jobId.value));

  watch(
    () => job.value?.state,
    (state) => {
      if (state === 'DONE') void cache.invalidateQueries();
    },
  );
  return { job, isRunning: computed(() => jobId.value !== '' && isActive(job.value)), county, start, cancel };
}

export interface QualityFilters {
  state: string;
  rule: string;
  q: string;
}

/** The items of the chosen place within the filters. */
export function useQualityItems(filters: Ref<QualityFilters>) {
  const { region } = useScope();
  const query = computed(() => ({
    region: region.value,
    rule: filters.value.rule || undefined,
    state: filters.value.state || 'OPEN',
    q: filters.value.q || undefined,
  }));
  const list = usePaged({
    key: () => ['quality-items', JSON.stringify(query.value)],
    ask: (cursor, signal) => api.listQualityItems({ ...query.value, cursor, limit: PAGE_SIZE }, signal),
    enabled: () => region.value !== '',
  });
  return { ...list, query };
}
