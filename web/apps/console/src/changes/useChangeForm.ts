import type { ChangeDetail, FactInput } from '@bangfu/api-client';
import { formatDate } from '@bangfu/core';
import { useQuery } from '@pinia/colada';
import { computed, reactive, watch } from 'vue';
import { useRoute } from 'vue-router';

import { api } from '../api';
import { useAction } from '../shared/useAction';
import { useHouseholdLookup } from '../shared/useHouseholdLookup';
import { cleanFacts, factsOf, withheldFacts } from './actions';
import { useChangeKinds } from './useChanges';

function fromAddress(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A request being filled in: a new one begins with what the address knows, an older one with what it holds. */
export function useChangeForm() {
  const route = useRoute();
  const kindList = useChangeKinds();
  const id = computed(() => (typeof route.params.id === 'string' ? route.params.id : ''));
  const form = reactive({
    kind: fromAddress(route.query.kind),
    household_no: fromAddress(route.query.household),
    happened_on: formatDate(new Date().toISOString()),
    note: '',
    facts: {} as Record<string, FactInput>,
  });
  const existing = useQuery({
    key: () => ['change', id.value],
    query: ({ signal }) => api.getChange(id.value, signal),
    enabled: () => id.value !== '',
  });

  function take(change: ChangeDetail): void {
    const { kind, household_no, happened_on, note } = change;
    Object.assign(form, { kind, household_no, happened_on, note, facts: factsOf(change) });
  }
  watch(existing.data, (change) => change && id.value && take(change), { immediate: true });

  const kind = computed(() => kindList.kinds.value.find((item) => item.kind === form.kind) ?? null);
  const fields = computed(() => kind.value?.fields ?? []);
  const lookup = useHouseholdLookup(computed(() => form.household_no));
  const withheld = computed(() => (id.value && existing.data.value ? withheldFacts(existing.data.value) : []));
  const save = useAction(() => {
    const body = { ...form, household_no: form.household_no.trim(), facts: cleanFacts(form.facts, fields.value) };
    return id.value ? api.saveChange(id.value, body) : api.createChange(body);
  });

  return { id, form, existing, kindList, kind, fields, lookup, withheld, save };
}
