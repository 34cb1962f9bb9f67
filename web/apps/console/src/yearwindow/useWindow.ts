import { useQuery } from '@pinia/colada';
import { computed } from 'vue';
import { useRoute } from 'vue-router';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { countyOf } from '../screening/useRuns';
import { useAction } from '../shared/useAction';

/** The year-end window of the county of the chosen place: the newest, or the one in the address. */
export function useWindow() {
  const route = useRoute();
  const { region } = useScope();
  const county = computed(() => countyOf(region.value));
  const list = useQuery({
    key: () => ['year-windows', region.value],
    query: ({ signal }) => api.listWindows(region.value, signal),
    enabled: () => region.value !== '',
    staleTime: 0,
  });
  const windows = computed(() => list.data.value?.items.filter((one) => one.county.code === county.value) ?? []);
  const year = computed(() => Number(route.query.year ?? '') || windows.value[0]?.year || 0);
  const window = useQuery({
    key: () => ['year-window', year.value, region.value],
    query: ({ signal }) => api.getWindow(year.value, region.value, signal),
    enabled: () => year.value > 0 && county.value !== null,
    staleTime: 0,
  });

  /** Does one thing and reads the window anew. */
  function acting<Args extends unknown[], Answer>(act: (...args: Args) => Promise<Answer>) {
    return useAction(async (...args: Args) => {
      const answer = await act(...args);
      await Promise.all([list.refetch(), window.refetch()]);
      return answer;
    });
  }

  const actions = {
    open: acting((of: number, documentNo: string) =>
      api.openWindow({ region: county.value ?? '', year: of, document_no: documentNo }),
    ),
    move: acting((step: 'advance' | 'back', seen: string, note: string) =>
      api.moveWindow(year.value, step, { region: county.value ?? '', seen, note }),
    ),
    sign: acting(() => api.signWindow(year.value, region.value)),
    lock: acting((documentNo: string) =>
      api.lockWindow(year.value, { region: county.value ?? '', document_no: documentNo }),
    ),
    ask: acting((householdNo: string, what: string, reason: string) =>
      api.askForCorrection(year.value, { household_no: householdNo, what, reason }),
    ),
    decide: acting((id: string, decision: 'GRANT' | 'REFUSE', note: string) => api.decideCorrection(id, decision, note)),
    finish: acting((id: string) => api.finishCorrection(id)),
  };
  return { list, windows, year, county, window, actions };
}

export type WindowActions = ReturnType<typeof useWindow>['actions'];
