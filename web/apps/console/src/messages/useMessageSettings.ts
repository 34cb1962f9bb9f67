import type { MessageSettings } from '@bangfu/api-client';
import { useQuery, useQueryCache } from '@pinia/colada';
import { ref } from 'vue';

import { api } from '../api';
import { useAction } from '../shared/useAction';

const KEY = ['messages', 'settings'];

/** SMS on or off, and the telephone that a code proves to be one's own. */
export function useMessageSettings() {
  const cache = useQueryCache();
  const { data: settings, error, refetch } = useQuery({
    key: KEY,
    query: ({ signal }) => api.getMessageSettings(signal),
    staleTime: 0,
  });
  const isEntering = ref(false);
  const keep = (now: MessageSettings): MessageSettings => {
    cache.setQueryData(KEY, now);
    return now;
  };
  const turning = useAction(async (isOn: boolean) => keep(await api.changeMessageSettings(isOn)));
  const asking = useAction(async (phone: string) => keep(await api.askPhoneCode(phone)));
  const confirming = useAction(async (code: string) => {
    keep(await api.confirmPhone(code));
    isEntering.value = false;
    return true;
  });
  return { settings, error, refetch, isEntering, turning, asking, confirming };
}
