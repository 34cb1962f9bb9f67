import type { FeedbackStep } from '@bangfu/api-client';
import { useQuery, useQueryCache } from '@pinia/colada';
import type { Ref } from 'vue';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { useAction } from '../shared/useAction';
import { PAGE_SIZE, usePaged } from '../shared/usePaged';

/** The feedback notes of the chosen place. */
export function useFeedbackList(filters: Ref<{ state: string; dataset: string }>) {
  const { region } = useScope();
  return usePaged({
    key: () => ['feedback', region.value, filters.value.state, filters.value.dataset],
    ask: (cursor, signal) =>
      api.listFeedback(
        {
          region: region.value,
          state: filters.value.state || undefined,
          dataset: filters.value.dataset || undefined,
          cursor,
          limit: PAGE_SIZE,
        },
        signal,
      ),
    enabled: () => region.value !== '',
  });
}

/** One note and its next step. */
export function useFeedbackNote(id: Ref<string>) {
  const cache = useQueryCache();
  const query = useQuery({
    key: () => ['feedback-note', id.value],
    query: ({ signal }) => api.getFeedback(id.value, signal),
    enabled: () => id.value !== '',
    staleTime: 0,
  });
  const step = useAction(async (name: FeedbackStep, note: string) => {
    await api.stepFeedback(id.value, name, note);
    await Promise.all([query.refetch(), cache.invalidateQueries({ key: ['feedback'] })]);
    return true;
  });
  return { ...query, step };
}
