import { defineQueryOptions, useQuery, useQueryCache } from '@pinia/colada';
import { onScopeDispose, watch } from 'vue';
import { useRoute } from 'vue-router';

import { api } from '../api';

const A_MINUTE = 60_000;
const FRESH = 15_000;

export const unreadQuery = defineQueryOptions({
  key: ['messages', 'unread'],
  query: ({ signal }: { signal: AbortSignal }) => api.countUnread(signal),
  staleTime: FRESH,
});

/**
 * How many messages wait. Asked anew on each page and once a minute, but only while somebody is at
 * the screen: a question that asks itself would keep an abandoned session alive.
 */
export function useUnread() {
  const route = useRoute();
  const { data, refresh } = useQuery(unreadQuery);
  let isUsed = false;
  const use = (): void => {
    isUsed = true;
  };
  const timer = setInterval(() => {
    if (isUsed && document.visibilityState === 'visible') void refresh();
    isUsed = false;
  }, A_MINUTE);

  watch(
    () => route.path,
    () => void refresh(),
  );
  window.addEventListener('pointerdown', use);
  window.addEventListener('keydown', use);
  onScopeDispose(() => {
    clearInterval(timer);
    window.removeEventListener('pointerdown', use);
    window.removeEventListener('keydown', use);
  });
  return { unread: data };
}

/** Writes the new number where the bell reads it, without asking again. */
export function useUnreadWriter() {
  const cache = useQueryCache();
  return (unread: number): void => cache.setQueryData(unreadQuery.key, { unread });
}
