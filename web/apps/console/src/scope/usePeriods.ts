import { previousPeriod } from '@bangfu/core';
import { computed } from 'vue';

import { useSession } from '../session/sessionStore';
import { useScope } from './useScope';

const MONTHS_BACK = 12;

/** The months one can look at: a year back from the latest, and whichever the address names. */
export function usePeriods() {
  const session = useSession();
  const { period } = useScope();
  return computed(() => {
    const latest = session.session?.latest_period ?? period.value;
    if (!latest) return [];
    const months = [latest];
    while (months.length < MONTHS_BACK) months.push(previousPeriod(months.at(-1) as string));
    if (period.value && !months.includes(period.value)) months.push(period.value);
    return months.toSorted().toReversed();
  });
}
