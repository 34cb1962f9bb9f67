import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useScope } from '../scope/useScope';

/** As many bars as fit on a telephone. */
const MONTHS = 6;

/** Precision by rule in the chosen place, over the twelve months up to now. */
export function useLearning() {
  const { region } = useScope();
  return useQuery({
    key: () => ['learning', region.value],
    query: ({ signal }) => api.getLearning({ region: region.value }, signal),
    enabled: () => region.value !== '',
    staleTime: 0,
  });
}

/** New clues by month in the chosen place and below it. */
export function useSignals() {
  const { region } = useScope();
  return useQuery({
    key: () => ['signals', region.value],
    query: ({ signal }) => api.getSignals({ region: region.value, months: MONTHS }, signal),
    enabled: () => region.value !== '',
    staleTime: 0,
  });
}

/** What the answers say of one rule. */
export function useRuleLearning(ruleId: Ref<string>) {
  const { region } = useScope();
  const isAsked = computed(() => ruleId.value !== '' && region.value !== '');
  return useQuery({
    key: () => ['rule-learning', ruleId.value, region.value],
    query: ({ signal }) => api.getRuleLearning(ruleId.value, { region: region.value }, signal),
    enabled: () => isAsked.value,
    staleTime: 0,
  });
}
