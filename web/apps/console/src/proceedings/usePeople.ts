import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useSession } from '../session/sessionStore';

/** The server knows the reader by this word wherever people are named. */
export const ME = 'me';

/** Who may be named in a step of a proceeding: the reader first, then those whose posts cover its place. */
export function usePeople(proceeding: Ref<string>) {
  const session = useSession();
  const query = useQuery({
    key: () => ['people', proceeding.value],
    query: ({ signal }) => api.listPeople(proceeding.value, signal),
    enabled: () => proceeding.value !== '',
    staleTime: 300_000,
  });
  return computed(() => {
    const own = session.session?.user.display_name ?? '';
    const others = (query.data.value ?? []).filter((one) => one.name !== own);
    const unique = [...new Map(others.map((one) => [one.id, one])).values()];
    return [{ id: ME, name: own, role_zh: '', role_en: '' }, ...unique];
  });
}
