import type { Call } from './call';
import type * as wire from './wire';

type Paged<Query> = Query & { cursor?: string; limit?: number };

/** Accounts, posts and bulk exports: who opens, who proposes, who decides. */
export function accountCalls(call: Call) {
  const act = <Answer>(username: string, step: string, body: object = {}) =>
    call<Answer>('post', `/accounts/{username}/${step}`, { path: { username }, body });
  const decide = (id: string, step: string, body: object = {}) =>
    call<wire.Proposal>('post', `/accounts/proposals/{id}/${step}`, { path: { id }, body });
  const weigh = (id: string, step: string, body: object = {}) =>
    call<wire.GuardedAct>('post', `/accounts/acts/{id}/${step}`, { path: { id }, body });
  const settle = (id: string, step: string, body: object = {}) =>
    call<wire.ExportRequest>('post', `/exports/requests/{id}/${step}`, { path: { id }, body });
  return {
    listRoles: (signal?: AbortSignal) => call<wire.AccountRole[]>('get', '/accounts/roles', { signal }),
    listAccounts: (query: Paged<wire.AccountQuery>, signal?: AbortSignal) =>
      call<wire.Page<wire.Account>>('get', '/accounts', { query, signal }),
    openAccount: (body: { username: string; display_name: string }) =>
      call<wire.OpenedAccount>('post', '/accounts', { body }),
    disableAccount: (username: string, reason: string) => act<wire.Account>(username, 'disable', { reason }),
    enableAccount: (username: string, reason: string) => act<wire.Account>(username, 'enable', { reason }),
    unlockAccount: (username: string) => act<unknown>(username, 'unlock'),
    endSessions: (username: string) => act<unknown>(username, 'sessions/end'),
    endPost: (id: string, body: { reason: string; valid_to?: string }) =>
      call<unknown>('post', '/accounts/posts/{id}/end', { path: { id }, body }),
    listProposals: (query: { state?: string }, signal?: AbortSignal) =>
      call<{ items: wire.Proposal[]; is_small_county: boolean }>('get', '/accounts/proposals', { query, signal }),
    proposePost: (body: wire.NewProposal) => call<wire.Proposal>('post', '/accounts/proposals', { body }),
    approvePost: (id: string) => decide(id, 'approve'),
    rejectPost: (id: string, reason: string) => decide(id, 'reject', { reason }),
    withdrawPost: (id: string) => decide(id, 'withdraw'),
    listActs: (signal?: AbortSignal) => call<{ items: wire.GuardedAct[] }>('get', '/accounts/acts', { signal }),
    proposeAct: (body: wire.NewAct) => call<wire.GuardedAct>('post', '/accounts/acts', { body }),
    agreeToAct: (id: string) => weigh(id, 'agree'),
    rejectAct: (id: string, reason: string) => weigh(id, 'reject', { reason }),
    withdrawAct: (id: string) => weigh(id, 'withdraw'),
    listExportRequests: (query: { state?: string }, signal?: AbortSignal) =>
      call<{ items: wire.ExportRequest[]; bulk_rows: number }>('get', '/exports/requests', { query, signal }),
    askForExport: (body: { kind: wire.ExportKind; filters: object; purpose: string }) =>
      call<wire.ExportRequest>('post', '/exports/requests', { body }),
    approveExport: (id: string) => settle(id, 'approve'),
    rejectExport: (id: string, reason: string) => settle(id, 'reject', { reason }),
    withdrawExport: (id: string) => settle(id, 'withdraw'),
  };
}
