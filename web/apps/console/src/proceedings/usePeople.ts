import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useSession } from '../session/sessionStore';

/** The server knows the reader by this word wherever people are named. */
export const ME = 'me';

/** Everybody whose post covers the place of a proceeding, once each. */
export function useColleagues(proceeding: Ref<string>) {
  const query = useQuery({
    key: () => ['people', proceeding.value],
    query: ({ signal }) => api.listPeople(proceeding.value, signal),
    enabled: () => proceeding.value !== '',
    staleTime: 300_000,
  });
  return computed(() => [...new Map((query.data.value ?? []).map((one) => [one.id, one])).values()]);
}

/** Who may be named in a step of a proceeding: the reader first, then those whose posts cover its place. */
export function usePeople(proceeding: Ref<string>) {
  const session = useSession();
  const colleagues = useColleagues(proceeding);
  const own = computed(() => session.session?.user.display_name ?? '');
  // Of namesakes nobody knows which is the reader: then all of them stay to be chosen from.
  const ownId = computed(() => {
    const found = colleagues.value.filter((one) => one.name === own.value);
    return found.length === 1 ? found[0]!.id : '';
  });
  const people = computed(() => [
    { id: ME, name: own.value, role_zh: '', role_en: '' },
    ...colleagues.value.filter((one) => one.id !== ownId.value),
  ]);
  return { people, ownId };
}

/** The reader under one word, whether somebody wrote the word or the account. */
export function asMe(chosen: readonly string[], ownId: string): string[] {
  return [...new Set(chosen.map((id) => (id === ownId ? ME : id)))];
}
