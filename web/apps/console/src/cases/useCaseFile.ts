import { useQuery } from '@pinia/colada';
import type { Ref } from 'vue';

import { api } from '../api';
import { useAction } from '../shared/useAction';

/** The file of a case: where each paper stands, and the two ways in which one is added. */
export function useCaseFile(id: Ref<string>) {
  const query = useQuery({
    key: () => ['case-file', id.value],
    query: ({ signal }) => api.getCaseFile(id.value, signal),
    enabled: () => id.value !== '',
    staleTime: 0,
  });
  const make = useAction(async (paper: string, reason: { purpose?: string; note?: string } = {}) => {
    await api.makeCasePaper(id.value, paper, reason);
    await query.refetch();
    return true;
  });
  const keep = useAction(async (paper: string, no: string, file: File | null) => {
    await api.keepOriginal(id.value, { paper, no, file });
    await query.refetch();
    return true;
  });
  return { ...query, make, keep };
}

export type CaseFileActions = Pick<ReturnType<typeof useCaseFile>, 'make' | 'keep'>;
