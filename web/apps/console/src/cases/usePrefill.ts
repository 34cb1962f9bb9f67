import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useSession } from '../session/sessionStore';

const CASES = ['identification', 'clearing'];
const FILED = [...CASES, 'status', 'suspicion'];

export function isCase(procedure: string): boolean {
  return CASES.includes(procedure);
}

/** Papers are on file with cases, with a status what the county decided of it alone, with a suspicion the evidence. */
export function hasPapers(procedure: string): boolean {
  return FILED.includes(procedure);
}

/** What the platform knows for the next step of a case, for those who prepare cases. */
export function usePrefill(id: Ref<string>, procedure: Ref<string>) {
  const session = useSession();
  const query = useQuery({
    key: () => ['case-prefill', id.value],
    query: ({ signal }) => api.getPrefill(id.value, signal),
    enabled: () => id.value !== '' && isCase(procedure.value) && session.can('CASE_PREPARE'),
    staleTime: 0,
  });
  return computed(() => query.data.value ?? null);
}
