import { accountCalls } from './accounts';
import type { Call } from './call';
import { caseCalls, clueCalls, deskCalls, proceedingCalls } from './proceedings';
import { learningCalls, roundCalls, windowCalls } from './rounds';
import type { Job } from './types';
import type * as wire from './wire';

type Started = { job_id: string };
type Paged<Query> = Query & { cursor?: string; limit?: number };

function signInCalls(call: Call) {
  return {
    getSso: () => call<{ name: string | null }>('get', '/sign-in/sso'),
    startSso: (next: string) => call<{ url: string }>('post', '/sign-in/sso', { body: { next } }),
    getFactorCode: () => call<{ svg: string }>('get', '/session/second-factor/code'),
    getPasswordRules: () => call<wire.PasswordRules>('get', '/session/password-rules'),
  };
}

function ruleCalls(call: Call) {
  return {
    getRuleBook: (query: { region: string; period?: string }, signal?: AbortSignal) =>
      call<wire.RuleBook>('get', '/rules', { query, signal }),
    getRule: (ruleId: string, query: { region: string; period?: string }, signal?: AbortSignal) =>
      call<wire.RulePage>('get', '/rules/{rule_id}', { path: { rule_id: ruleId }, query, signal }),
    explainHousehold: (householdNo: string, period?: string, signal?: AbortSignal) =>
      call<wire.Explanation>('get', '/households/{household_no}/explanation', {
        path: { household_no: householdNo },
        query: { period },
        signal,
      }),
  };
}

function feedCalls(call: Call) {
  return {
    getBoard: (query: { region: string; period?: string }, signal?: AbortSignal) =>
      call<wire.Board>('get', '/feeds/board', { query, signal }),
    getLanding: (id: string, signal?: AbortSignal) =>
      call<wire.Landing>('get', '/feeds/landings/{batch_id}', { path: { batch_id: id }, signal }),
    revertLanding: (id: string, reason: string) =>
      call<wire.Landing>('post', '/feeds/landings/{batch_id}/revert', { path: { batch_id: id }, body: { reason } }),
    listFeedback: (query: Paged<wire.FeedbackQuery>, signal?: AbortSignal) =>
      call<Omit<wire.Page<wire.FeedbackNote>, 'total'>>('get', '/feeds/feedback', { query, signal }),
    createFeedback: (body: wire.NewFeedback) => call<wire.FeedbackDetail>('post', '/feeds/feedback', { body }),
    getFeedback: (id: string, signal?: AbortSignal) =>
      call<wire.FeedbackDetail>('get', '/feeds/feedback/{id}', { path: { id }, signal }),
    stepFeedback: (id: string, step: wire.FeedbackStep, note: string) =>
      call<wire.FeedbackDetail>('post', '/feeds/feedback/{id}/{step}', { path: { id, step }, body: { note } }),
  };
}

function qualityCalls(call: Call) {
  return {
    getQuality: (region: string, signal?: AbortSignal) =>
      call<wire.QualitySummary>('get', '/quality/summary', { query: { region }, signal }),
    listQualityItems: (query: Paged<wire.QualityQuery>, signal?: AbortSignal) =>
      call<wire.Page<wire.QualityItem>>('get', '/quality/items', { query, signal }),
    listQualityRules: (signal?: AbortSignal) => call<wire.QualityRule[]>('get', '/quality/rules', { signal }),
    exceptItem: (id: string, body: { reason: string; until?: string }) =>
      call<unknown>('post', '/quality/items/{id}/exception', { path: { id }, body }),
    undoException: (id: string) => call<unknown>('delete', '/quality/items/{id}/exception', { path: { id } }),
    startCheck: (region: string) => call<Started>('post', '/quality/checks', { body: { region } }),
  };
}

function evidenceForm(file: File, note: string): FormData {
  const form = new FormData();
  form.set('file', file);
  form.set('note', note);
  return form;
}

function changeCalls(call: Call) {
  const act = (id: string, step: string, body: object) =>
    call<wire.ChangeDetail>('post', '/changes/{id}/{step}', { path: { id, step }, body });
  return {
    listChangeKinds: (signal?: AbortSignal) => call<wire.ChangeKind[]>('get', '/changes/kinds', { signal }),
    listChanges: (query: Paged<wire.ChangeQuery>, signal?: AbortSignal) =>
      call<wire.Page<wire.ChangeItem>>('get', '/changes', { query, signal }),
    getChange: (id: string, signal?: AbortSignal) =>
      call<wire.ChangeDetail>('get', '/changes/{id}', { path: { id }, signal }),
    createChange: (body: wire.ChangeInput) => call<wire.ChangeDetail>('post', '/changes', { body }),
    saveChange: (id: string, body: wire.ChangeInput) =>
      call<wire.ChangeDetail>('put', '/changes/{id}', { path: { id }, body }),
    addEvidence: (id: string, file: File, note: string) =>
      call<unknown>('post', '/changes/{id}/evidence', { path: { id }, form: evidenceForm(file, note) }),
    submitChange: (id: string, note = '') => act(id, 'submit', { note }),
    withdrawChange: (id: string, note = '') => act(id, 'withdraw', { note }),
    decideInVillage: (id: string, decision: 'AGREE' | 'RETURN', note: string) =>
      act(id, 'village', { decision, note }),
    decideInTown: (id: string, decision: 'APPROVE' | 'RETURN' | 'REJECT', note: string, revision?: number) =>
      act(id, 'town', { decision, note, revision }),
    undoChange: (id: string, reason: string) => act(id, 'undo', { reason }),
  };
}

function exportForm(input: { file: File; region: string; as_of: string }): FormData {
  const form = new FormData();
  form.set('file', input.file);
  form.set('region', input.region);
  form.set('as_of', input.as_of);
  return form;
}

function auditCalls(call: Call) {
  return {
    listAuditEvents: (query: Paged<wire.AuditQuery>, signal?: AbortSignal) =>
      call<Omit<wire.Page<wire.AuditItem>, 'total'>>('get', '/audit/events', { query, signal }),
    getAuditState: (signal?: AbortSignal) => call<wire.AuditChain>('get', '/audit/state', { signal }),
    getAuditWords: (signal?: AbortSignal) => call<wire.AuditWords>('get', '/audit/words', { signal }),
  };
}

function reconciliationCalls(call: Call) {
  return {
    startReconciliation: (input: { file: File; region: string; as_of: string }) =>
      call<Started & { id: string }>('post', '/reconciliations', { form: exportForm(input) }),
    listReconciliations: (region: string, signal?: AbortSignal) =>
      call<{ items: wire.ReconciliationHead[] }>('get', '/reconciliations', { query: { region }, signal }),
    getReconciliation: (id: string, signal?: AbortSignal) =>
      call<wire.ReconciliationDetail & { job: Job | null }>('get', '/reconciliations/{id}', { path: { id }, signal }),
    listReconciliationItems: (id: string, query: Paged<wire.ReconciliationQuery>, signal?: AbortSignal) =>
      call<wire.Page<wire.ReconciliationItem>>('get', '/reconciliations/{id}/items', { path: { id }, query, signal }),
    dismissDifference: (id: string, reason: string) =>
      call<unknown>('post', '/reconciliations/items/{id}/dismiss', { path: { id }, body: { reason } }),
    undoDismissal: (id: string) =>
      call<unknown>('delete', '/reconciliations/items/{id}/dismiss', { path: { id } }),
  };
}

/** Rules, the coverage board, data quality, change requests and reconciliation. */
export function createAreas(call: Call) {
  return {
    ...accountCalls(call),
    ...signInCalls(call),
    ...ruleCalls(call),
    ...feedCalls(call),
    ...qualityCalls(call),
    ...changeCalls(call),
    ...reconciliationCalls(call),
    ...auditCalls(call),
    ...proceedingCalls(call),
    ...clueCalls(call),
    ...caseCalls(call),
    ...deskCalls(call),
    ...roundCalls(call),
    ...windowCalls(call),
    ...learningCalls(call),
  };
}
