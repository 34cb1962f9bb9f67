import { toApiError } from '@bangfu/api-client';
import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { useSession } from '../session/sessionStore';

/** What is known about a household, and why it has its hint in the chosen month. */
export function useHousehold(householdNo: Ref<string>) {
  const { period } = useScope();
  const session = useSession();
  const month = () => period.value || undefined;

  const detail = useQuery({
    key: () => ['household', householdNo.value, period.value],
    query: ({ signal }) => api.getHousehold(householdNo.value, month(), signal),
  });
  const explanation = useQuery({
    key: () => ['explanation', householdNo.value, period.value],
    query: ({ signal }) => api.explainHousehold(householdNo.value, month(), signal),
    enabled: () => session.can('HINT_READ'),
  });
  // Without a run for the month there is nothing to explain, which the server says as 404.
  const isUnscreened = computed(
    () => explanation.error.value !== null && toApiError(explanation.error.value).isOutOfReach,
  );
  return { detail, explanation, isUnscreened };
}
