import type { RoundFinding, RoundResult } from '@bangfu/api-client';
import { formatDate } from '@bangfu/core';
import { useQuery, useQueryCache } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { countyOf } from '../screening/useRuns';
import { useAction } from '../shared/useAction';
import { PAGE_SIZE, usePaged } from '../shared/usePaged';

const TOUCHED = ['rounds', 'round', 'round-entries', 'desk'];

/** Today in China, as the server takes days. */
export function today(): string {
  return formatDate(new Date().toISOString());
}

/** Seasons, results, ways and matters, and the stages of a window. */
export function useRoundWords() {
  return useQuery({ key: ['round-words'], query: ({ signal }) => api.getRoundWords(signal), staleTime: 600_000 });
}

function useRefresh() {
  const cache = useQueryCache();
  return () => Promise.all(TOUCHED.map((key) => cache.invalidateQueries({ key: [key] })));
}

/** The rounds of the county of the chosen place. */
export function useRounds() {
  const { region } = useScope();
  const county = computed(() => countyOf(region.value));
  const refresh = useRefresh();
  const query = useQuery({
    key: () => ['rounds', region.value],
    query: ({ signal }) => api.listRounds(region.value, signal),
    enabled: () => region.value !== '',
    staleTime: 0,
  });
  const open = useAction(async (body: Parameters<typeof api.openRound>[0]) => {
    const made = await api.openRound(body);
    await refresh();
    return made;
  });
  return { ...query, region, county, open };
}

/** How far one round has come in the chosen place, and what the county does with it. */
export function useRound(code: Ref<string>) {
  const { region } = useScope();
  const refresh = useRefresh();
  const query = useQuery({
    key: () => ['round', code.value, region.value],
    query: ({ signal }) => api.getRound(code.value, region.value, signal),
    enabled: () => code.value !== '' && countyOf(region.value) !== null,
    staleTime: 0,
  });
  const bring = useAction(async (county: string) => {
    const found = await api.refreshRound(code.value, county);
    await refresh();
    return found;
  });
  const close = useAction(async (county: string, note: string) => {
    const made = await api.closeRound(code.value, county, note);
    await refresh();
    return made;
  });
  return { ...query, bring, close };
}

/** The households of a round in the chosen place; what was found is entered for one or for many. */
export function useRoundEntries(code: Ref<string>, result: Ref<RoundResult>) {
  const { region } = useScope();
  const refresh = useRefresh();
  const list = usePaged({
    key: () => ['round-entries', code.value, region.value, result.value],
    ask: (cursor, signal) =>
      api.listRoundEntries(code.value, { region: region.value, result: result.value, cursor, limit: PAGE_SIZE }, signal),
    enabled: () => code.value !== '',
  });
  const enter = useAction(async (finding: Omit<RoundFinding, 'region'>) => {
    const done = await api.enterRound(code.value, { ...finding, region: region.value });
    await refresh();
    return done;
  });
  return { ...list, enter };
}
