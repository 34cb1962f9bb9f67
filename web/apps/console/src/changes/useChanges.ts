import { useQuery, useQueryCache } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { useAction } from '../shared/useAction';
import { PAGE_SIZE, usePaged } from '../shared/usePaged';
import type { Step } from './actions';

export function useChangeKinds() {
  const query = useQuery({
    key: ['change-kinds'],
    query: ({ signal }) => api.listChangeKinds(signal),
    staleTime: 3_600_000,
  });
  return { ...query, kinds: computed(() => query.data.value ?? []) };
}

/** The requests of the chosen place within the filters. */
export function useChangeList(filters: Ref<{ state: string; kind: string; q: string }>) {
  const { region } = useScope();
  const query = computed(() => ({
    region: region.value,
    kind: filters.value.kind || undefined,
    state: filters.value.state || undefined,
    q: filters.value.q || undefined,
  }));
  return usePaged({
    key: () => ['changes', JSON.stringify(query.value)],
    ask: (cursor, signal) => api.listChanges({ ...query.value, cursor, limit: PAGE_SIZE }, signal),
    enabled: () => region.value !== '',
  });
}

const SEND: Record<Step, (id: string, note: string, revision?: number) => Promise<unknown>> = {
  submit: (id, note) => api.submitChange(id, note),
  withdraw: (id, note) => api.withdrawChange(id, note),
  villageAgree: (id, note) => api.decideInVillage(id, 'AGREE', note),
  villageReturn: (id, note) => api.decideInVillage(id, 'RETURN', note),
  townApprove: (id, note, revision) => api.decideInTown(id, 'APPROVE', note, revision),
  townReturn: (id, note, revision) => api.decideInTown(id, 'RETURN', note, revision),
  townReject: (id, note, revision) => api.decideInTown(id, 'REJECT', note, revision),
  undo: (id, note) => api.undoChange(id, note),
};

/** One request with everything that may be done with it. */
export function useChange(id: Ref<string>) {
  const cache = useQueryCache();
  const query = useQuery({
    key: () => ['change', id.value],
    query: ({ signal }) => api.getChange(id.value, signal),
    enabled: () => id.value !== '',
    staleTime: 0,
  });

  async function reload(): Promise<void> {
    await Promise.all([query.refetch(), cache.invalidateQueries({ key: ['changes'] })]);
  }

  const step = useAction(async (name: Step, note: string) => {
    // What is decided is the version on the screen; the server refuses a newer one.
    await SEND[name](id.value, note, query.data.value?.revision);
    await Promise.all([reload(), cache.invalidateQueries({ key: ['household'] })]);
    return true;
  });
  const attach = useAction(async (file: File, note: string) => {
    await api.addEvidence(id.value, file, note);
    await reload();
    return true;
  });
  return { ...query, step, attach };
}
