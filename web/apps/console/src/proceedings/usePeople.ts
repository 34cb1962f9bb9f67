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
  return computed(() => {
    const own = session.session?.user.display_name ?? '';
    const others = colleagues.value.filter((one) => one.name !== own);
    return [{ id: ME, name: own, role_zh: '', role_en: '' }, ...others];
  });
}
