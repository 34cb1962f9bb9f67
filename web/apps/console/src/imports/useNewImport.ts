import type { Dataset } from '@bangfu/api-client';
import { formatDate, lastDay } from '@bangfu/core';
import { computed, ref, watch, type Ref } from 'vue';
import { useRoute } from 'vue-router';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { useAction } from '../shared/useAction';

/** The day that a month's file is usually of: its last day, or today while the month lasts. */
export function usualDay(period: string, today: string): string {
  const last = lastDay(period);
  return last < today ? last : today;
}

/** A new import, filled in from the address: only the file is asked for. */
export function useNewImport(datasets: Ref<Dataset[]>) {
  const route = useRoute();
  const scope = useScope();
  const datasetId = ref(typeof route.query.dataset === 'string' ? route.query.dataset : '');
  const region = ref(scope.region.value);
  const period = ref(scope.period.value);
  const today = formatDate(new Date().toISOString());
  const asOf = ref(period.value ? usualDay(period.value, today) : today);
  const file = ref<File | null>(null);

  const dataset = computed(() => datasets.value.find((item) => item.id === datasetId.value) ?? null);
  const isReady = computed(() => dataset.value !== null && file.value !== null && region.value !== '');

  watch(period, (month) => {
    if (month) asOf.value = usualDay(month, today);
  });
  watch(scope.region, (code) => {
    region.value = code;
  });

  const { isBusy, problem, run } = useAction(api.startImport);

  async function submit() {
    if (!dataset.value || !file.value) return undefined;
    return run({
      file: file.value,
      dataset: dataset.value.id,
      region: region.value,
      period: dataset.value.has_period ? period.value : undefined,
      as_of: asOf.value || undefined,
    });
  }

  return { datasetId, dataset, region, period, asOf, file, isReady, isBusy, problem, submit };
}
