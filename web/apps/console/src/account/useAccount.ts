import { useQuery } from '@pinia/colada';
import { computed } from 'vue';

import { api } from '../api';
import { useSession } from '../session/sessionStore';

/** The signed-in user's own password, factors and sessions. */
export function useAccount() {
  const session = useSession();
  const factors = useQuery({ key: ['account', 'factors'], query: async () => (await api.auth.listFactors()).data ?? [] });
  const sessions = useQuery({
    key: ['account', 'sessions'],
    query: async () => (await api.auth.listSessions()).data ?? [],
  });
  const hasTotp = computed(() => factors.data.value?.some((factor) => factor.type === 'totp') ?? false);
  const hasAny = computed(() => factors.data.value?.some((factor) => factor.type !== 'recovery_codes') ?? false);

  /** A change of a factor or password may end other sessions and lifts or brings a hold. */
  async function refresh(): Promise<void> {
    await Promise.all([factors.refetch(), sessions.refetch(), session.load()]);
  }

  return { factors, sessions, hasTotp, hasAny, refresh, refreshSessions: () => sessions.refetch() };
}
