import { isPeriod, isRegionCode } from '@bangfu/core';
import { computed } from 'vue';
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router';

import { useSession } from '../session/sessionStore';

const LIST_OF: Record<string, string | undefined> = {
  household: 'households',
  change: 'changes',
  clue: 'clues',
  case: 'cases',
  'department-item': 'department',
  batch: 'batches',
  notice: 'notices',
  'village-list': 'village-lists',
  'feedback-note': 'feedback',
};

/** Where and when the screen looks at. The choice lives in the address; without one, the post's region and the latest month. */
export function useScope() {
  const route = useRoute();
  const router = useRouter();
  const session = useSession();

  const region = computed(() => {
    const chosen = route.query.region;
    return isRegionCode(chosen) ? chosen : (session.post?.region.code ?? '');
  });
  const period = computed(() => {
    const chosen = route.query.period;
    return isPeriod(chosen) ? chosen : (session.session?.latest_period ?? '');
  });

  /** What a link to another screen takes along. */
  const carried = computed<LocationQueryRaw>(() => {
    const query: LocationQueryRaw = {};
    if (isRegionCode(route.query.region)) query.region = route.query.region;
    if (isPeriod(route.query.period)) query.period = route.query.period;
    return query;
  });

  function change(query: { region?: string; period?: string }): void {
    // What is open beside a list belongs to the place that is left.
    const name = LIST_OF[String(route.name)];
    void router.push({ ...(name ? { name } : {}), query: { ...route.query, ...query } });
  }

  return { region, period, carried, change };
}
