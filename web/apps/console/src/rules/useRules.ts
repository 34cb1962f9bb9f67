import { useQuery } from '@pinia/colada';
import type { Ref } from 'vue';

import { api } from '../api';
import { useScope } from '../scope/useScope';

/** The rules in force at the chosen place, with what they found in the chosen month. */
export function useRuleBook() {
  const { region, period } = useScope();
  return useQuery({
    key: () => ['rules', region.value, period.value],
    query: ({ signal }) => api.getRuleBook({ region: region.value, period: period.value || undefined }, signal),
    enabled: () => region.value !== '',
  });
}

/** One rule as it holds at the chosen place. */
export function useRule(ruleId: Ref<string>) {
  const { region, period } = useScope();
  return useQuery({
    key: () => ['rule', ruleId.value, region.value, period.value],
    query: ({ signal }) =>
      api.getRule(ruleId.value, { region: region.value, period: period.value || undefined }, signal),
    enabled: () => region.value !== '',
  });
}
