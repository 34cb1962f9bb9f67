import { useQuery } from '@pinia/colada';
import { computed, type Ref } from 'vue';

import { api } from '../api';
import { useScope } from '../scope/useScope';
import { useSession } from '../session/sessionStore';
import { PAGE_SIZE, usePaged } from '../shared/usePaged';

export interface AuditFilters {
  result: string;
  action: string;
  q: string;
  subject: string;
  since: string;
  until: string;
}

/** The rows of the log in the chosen place, newest first. */
export function useAuditList(filters: Ref<AuditFilters>) {
  const { region } = useScope();
  const query = computed(() => ({
    region: region.value,
    actor: filters.value.q || undefined,
    action: filters.value.action || undefined,
    result: filters.value.result || undefined,
    subject_id: filters.value.subject || undefined,
    since: filters.value.since || undefined,
    until: filters.value.until || undefined,
  }));
  const list = usePaged({
    key: () => ['audit', JSON.stringify(query.value)],
    ask: (cursor, signal) => api.listAuditEvents({ ...query.value, cursor, limit: PAGE_SIZE }, signal),
    enabled: () => region.value !== '',
  });
  return { ...list, query };
}

/** How the chain of seals is doing. */
export function useAuditChain() {
  return useQuery({
    key: ['audit-chain'],
    query: ({ signal }) => api.getAuditState(signal),
    staleTime: 0,
  });
}

/** The words of all acts. */
export function useAuditWords(enabled: () => boolean = () => true) {
  const session = useSession();
  return useQuery({
    enabled: () => enabled() && session.can('AUDIT_READ'),
    key: ['audit-words'],
    query: ({ signal }) => api.getAuditWords(signal),
    staleTime: 3_600_000,
  });
}
