import type { NewNotice, NewObjection } from '@bangfu/api-client';
import { formatDate } from '@bangfu/core';
import { useQuery, useQueryCache } from '@pinia/colada';
import { computed, reactive, ref, watch, type Ref } from 'vue';

import { api } from '../api';
import { TOUCHED, useProceedingList } from '../proceedings/useProceedings';
import { useScope } from '../scope/useScope';
import { useAction } from '../shared/useAction';

export function useNoticeList() {
  const { region } = useScope();
  return useQuery({
    key: () => ['notices', region.value],
    query: ({ signal }) => api.listNotices({ region: region.value }, signal),
    enabled: () => region.value !== '',
    staleTime: 0,
  });
}

/** The cases that stand on a notice which is drawn up and does not hang yet. */
function useDrawnUp() {
  const { region } = useScope();
  const query = useQuery({
    key: () => ['notices', region.value, 'drawn-up'],
    query: async ({ signal }) => {
      const { items } = await api.listNotices({ region: region.value }, signal);
      const waiting = items.filter((notice) => notice.state === 'DRAFT' || notice.state === 'SCANNED');
      const found = await Promise.all(waiting.map((notice) => api.getNotice(notice.id, signal)));
      return found.flatMap((notice) => notice.lines.map((line) => line.proceeding_id));
    },
    enabled: () => region.value !== '',
    staleTime: 0,
  });
  return computed(() => new Set(query.data.value ?? []));
}

/** The cases of a village that wait to be put up, and the notice that is being drawn up of them. */
export function useNoticeDraft(kind: Ref<string>) {
  const drawnUp = useDrawnUp();
  const list = useProceedingList(
    computed(() => ({ procedure: kind.value, state: 'NOTICING', open: true, sort: 'due' as const })),
  );
  const chosen = ref<Record<string, boolean>>({});
  const categories = ref<Record<string, string>>({});
  const form = reactive({
    posted_on: formatDate(new Date().toISOString()),
    way: 'BOARD' as NewNotice['way'],
    report_phone: '',
    contact: '',
    contact_phone: '',
  });
  watch(
    list.items,
    (items) => {
      for (const { id } of items) chosen.value[id] ??= true;
    },
    { immediate: true },
  );
  const items = computed(() => list.items.value.filter(({ id }) => !drawnUp.value.has(id)));
  const cases = computed(() => items.value.map(({ id }) => id).filter((id) => chosen.value[id]));
  const named = () => Object.fromEntries(cases.value.map((id) => [id, categories.value[id] ?? '']));
  const cache = useQueryCache();
  const save = useAction(async () => {
    const categories = kind.value === 'identification' ? named() : {};
    const made = await api.createNotice({ ...form, cases: cases.value, categories });
    await cache.invalidateQueries({ key: ['notices'] });
    return made;
  });
  return { list, items, chosen, categories, form, cases, save };
}

/** One notice: hang it up, take it back, write down what somebody says against it. */
export function useNotice(id: Ref<string>) {
  const cache = useQueryCache();
  const query = useQuery({
    key: () => ['notice', id.value],
    query: ({ signal }) => api.getNotice(id.value, signal),
    enabled: () => id.value !== '',
    staleTime: 0,
  });
  async function reload(): Promise<void> {
    await Promise.all([query.refetch(), ...TOUCHED.map((key) => cache.invalidateQueries({ key: [key] }))]);
  }
  const publish = useAction(async () => {
    await api.publishNotice(id.value);
    await reload();
    return true;
  });
  const withdraw = useAction(async (reason: string) => {
    await api.withdrawNotice(id.value, reason);
    await reload();
    return true;
  });
  const object = useAction(async (objection: NewObjection) => {
    await api.objectTo(id.value, objection);
    await reload();
    return true;
  });
  return { ...query, publish, withdraw, object };
}
