import { useQuery } from '@pinia/colada';
import { computed, reactive } from 'vue';

import { api } from '../api';

/** Why somebody looks: a purpose, and words where the purpose asks for them. */
export function usePurpose() {
  const reason = reactive({ purpose: '', note: '' });
  const options = useQuery({
    key: ['reveal-options'],
    query: ({ signal }) => api.getRevealOptions(signal),
    staleTime: 0,
  });
  const purposes = computed(() => options.data.value?.purposes ?? []);
  const needsNote = computed(() => purposes.value.find((one) => one.code === reason.purpose)?.needs_note ?? false);
  return { reason, options, purposes, needsNote };
}
