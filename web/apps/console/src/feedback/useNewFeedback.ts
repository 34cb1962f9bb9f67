import { computed, reactive, watch } from 'vue';
import { useRoute } from 'vue-router';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { useAction } from '../shared/useAction';
import { useHouseholdLookup } from '../shared/useHouseholdLookup';
import { useDatasets } from '../imports/useDatasets';

function fromAddress(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A new note, filled in from where one came: the dataset, the household and the month are known there. */
export function useNewFeedback() {
  const route = useRoute();
  const { region, period } = useScope();
  const list = useDatasets();
  const form = reactive({
    dataset: fromAddress(route.query.dataset),
    period: period.value,
    household_no: fromAddress(route.query.household),
    person_id: '',
    column: fromAddress(route.query.column),
    stated: '',
    expected: '',
    reason: '',
  });

  const datasets = computed(() => list.data.value?.filter((item) => !item.id.startsWith('registry/')) ?? []);
  const columns = computed(() => datasets.value.find((item) => item.id === form.dataset)?.columns ?? []);
  const { found, isMissing, members } = useHouseholdLookup(computed(() => form.household_no));

  watch(
    () => form.dataset,
    () => {
      if (!columns.value.some((column) => column.name === form.column)) form.column = '';
    },
  );
  watch(
    () => form.household_no,
    () => {
      form.person_id = '';
    },
  );

  const save = useAction(() =>
    api.createFeedback({
      ...form,
      region: region.value,
      household_no: form.household_no.trim() || undefined,
      person_id: form.person_id || undefined,
    }),
  );

  return { form, datasets, columns, found, isMissing, members, save, list };
}
