import type { HandoverInput, PairingItem, PairingLoad } from '@bangfu/api-client';
import { useQuery, useQueryCache } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { useAction } from '../shared/useAction';
import { PAGE_SIZE, usePaged } from '../shared/usePaged';
import { useText } from '../shared/useText';
import { useUndo } from '../shared/useUndo';

export const STATES = ['OPEN', 'ORPHANED', 'ENDED'] as const;

export interface PairingFilters {
  state: string;
  cadre: string;
  q: string;
}

/** The pairings of the chosen place within the filters, and who has how many. */
export function usePairings(filters: Ref<PairingFilters>) {
  const { region } = useScope();
  const query = computed(() => ({
    region: region.value || undefined,
    state: filters.value.state || undefined,
    cadre: filters.value.cadre || undefined,
    q: filters.value.q || undefined,
  }));
  const list = usePaged({
    key: () => ['pairings', JSON.stringify(query.value)],
    ask: (cursor, signal) => api.listPairings({ ...query.value, cursor, limit: PAGE_SIZE }, signal),
    enabled: () => region.value !== '',
  });
  const loads = useQuery({
    key: () => ['pairing-loads', region.value],
    query: ({ signal }) => api.listPairingLoads(region.value, signal),
    enabled: () => region.value !== '',
    staleTime: 0,
  });
  const orphaned = computed(() => (loads.data.value ?? []).reduce((sum, load) => sum + load.orphaned, 0));
  const households = computed(() => (loads.data.value ?? []).reduce((sum, load) => sum + load.households, 0));
  const counts = computed(() =>
    loads.data.value
      ? { cadres: loads.data.value.length, households: households.value, orphaned: orphaned.value }
      : null,
  );
  return { ...list, query, loads, orphaned, households, counts };
}

/** Who can be paired in the chosen place, and the kinds of offices; asked for when a form opens. */
export function usePairingChoices(isWanted: () => boolean) {
  const { region } = useScope();
  return useQuery({
    key: () => ['pairing-choices', region.value],
    query: ({ signal }) => api.getPairingChoices(region.value, signal),
    enabled: () => isWanted() && region.value !== '',
    staleTime: 0,
  });
}

/** Everything that changes pairings; the lists are asked for anew afterwards. */
export function usePairingActs() {
  const { t, number } = useText();
  const cache = useQueryCache();
  const undo = useUndo();

  async function reload(): Promise<void> {
    await Promise.all(
      ['pairings', 'pairing-loads', 'pairing-choices'].map((name) => cache.invalidateQueries({ key: [name] })),
    );
  }
  const handOver = useAction(async (body: HandoverInput) => {
    const done = await api.handOver(body);
    const words = { from: done.from_name, to: done.to_name, n: number(done.count) };
    undo.offer(t('pairings.handed', words, done.count), async () => {
      await api.undoHandover(done.id);
      await reload();
      return t('pairings.handedBack', words, done.count);
    });
    await reload();
    return done;
  });
  const end = useAction(async (item: PairingItem, on: string, reason: 'LEFT' | 'OTHER', note: string) => {
    const ended = await api.endPairing(item.id, { on, reason, note });
    await reload();
    return ended;
  });
  return { undo, handOver, end, reload };
}

/** How full a cadre is, in tenths of the bar; null where no document says how many there may be. */
export function fullness(load: PairingLoad): number | null {
  return load.capacity ? Math.min(1, load.total / load.capacity) : null;
}

/** Today where the server is, as a date field takes it. */
export function today(): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date());
}
