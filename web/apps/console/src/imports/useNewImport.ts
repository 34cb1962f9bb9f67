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

/** What the sender says about a file beside the file itself. */
export interface Manifest {
  rows: string;
  /** Yuan by the name of a column, as typed. */
  sums: Record<string, string>;
  supersede: boolean;
  reason: string;
}

/** Only what was filled in goes along; a typed thousands separator does not. */
export function toWire({ rows, sums, supersede, reason }: Manifest) {
  const plain = (text: string) => text.replaceAll(/[,\s\uff0c]/g, '');
  const totals = Object.entries(sums).filter(([, text]) => plain(text) !== '');
  return {
    rows: plain(rows) ? Number(plain(rows)) : undefined,
    sums: totals.length ? JSON.stringify(Object.fromEntries(totals.map(([name, text]) => [name, plain(text)]))) : undefined,
    supersede,
    reason: supersede ? reason.trim() : undefined,
  };
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
  const manifest = ref<Manifest>({ rows: '', sums: {}, supersede: false, reason: '' });

  const dataset = computed(() => datasets.value.find((item) => item.id === datasetId.value) ?? null);

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
      ...(dataset.value.has_period ? toWire(manifest.value) : {}),
    });
  }

  return { datasetId, dataset, region, period, asOf, file, manifest, isBusy, problem, submit };
}
