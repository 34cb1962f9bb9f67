import type { Call } from './call';
import type * as wire from './wire';

type Paged<Query> = Query & { cursor?: string; limit?: number };

/** Clues, suspicions and cases: lists, one with its story, and the steps that move it. */
export function proceedingCalls(call: Call) {
  return {
    listProceedings: (query: Paged<wire.ProceedingQuery>, signal?: AbortSignal) =>
      call<wire.Page<wire.ProceedingItem>>('get', '/proceedings', { query, signal }),
    getProceeding: (id: string, signal?: AbortSignal) =>
      call<wire.ProceedingDetail>('get', '/proceedings/{id}', { path: { id }, signal }),
    getTimeline: (id: string, signal?: AbortSignal) =>
      call<wire.Timeline>('get', '/proceedings/{id}/timeline', { path: { id }, signal }),
    getOffers: (id: string, signal?: AbortSignal) =>
      call<wire.Offers>('get', '/proceedings/{id}/offers', { path: { id }, signal }),
    openProceeding: (body: wire.NewClue) => call<wire.ProceedingDetail>('post', '/proceedings', { body }),
    listPeople: (id: string, signal?: AbortSignal) =>
      call<wire.Colleague[]>('get', '/proceedings/{id}/people', { path: { id }, signal }),
    getMatters: (signal?: AbortSignal) => call<wire.Matters>('get', '/procedures/matters', { signal }),
    takeStep: (id: string, body: wire.StepInput) =>
      call<wire.ProceedingDetail>('post', '/proceedings/{id}/steps', { path: { id }, body }),
  };
}

/** Bulk acts on clues, held batches, and the lists of the villages. */
export function clueCalls(call: Call) {
  return {
    actOnMany: (body: wire.BulkInput) => call<wire.BulkAnswer>('post', '/clues/bulk', { body }),
    undoMany: (id: string) => call<unknown>('post', '/clues/bulk/{id}/undo', { path: { id } }),
    listHeld: (region: string, signal?: AbortSignal) =>
      call<{ items: wire.HeldBatch[] }>('get', '/clues/held', { query: { region }, signal }),
    decideHeld: (id: string, decision: 'release' | 'discard', reason: string) =>
      call<unknown>('post', '/clues/held/{id}/{decision}', { path: { id, decision }, body: { reason } }),
    listVillageLists: (query: { region: string; month?: string }, signal?: AbortSignal) =>
      call<{ items: wire.VillageList[] }>('get', '/village-lists', { query, signal }),
    makeVillageList: (body: { region: string; month: string }) =>
      call<wire.VillageListDetail>('post', '/village-lists', { body }),
    getVillageList: (id: string, signal?: AbortSignal) =>
      call<wire.VillageListDetail>('get', '/village-lists/{id}', { path: { id }, signal }),
    enterVillageList: (id: string, file: File, isDryRun: boolean) => {
      const form = new FormData();
      form.set('file', file);
      form.set('dry_run', String(isDryRun));
      return call<wire.EntryAnswer>('post', '/village-lists/{id}/entries', { path: { id }, form });
    },
  };
}

/** Papers of a case, notices and objections, the county's batches. */
export function caseCalls(call: Call) {
  return {
    getCaseFile: (id: string, signal?: AbortSignal) =>
      call<wire.CaseFile>('get', '/cases/{id}/papers', { path: { id }, signal }),
    addCasePaper: (id: string, paper: string, file: File, no: string) => {
      const form = new FormData();
      form.set('file', file);
      form.set('paper', paper);
      form.set('no', no);
      return call<unknown>('post', '/cases/{id}/papers', { path: { id }, form });
    },
    listNotices: (query: { region: string; state?: string; cursor?: string; limit?: number }, signal?: AbortSignal) =>
      call<{ items: wire.NoticeItem[]; next_cursor: string | null; total: number }>('get', '/notices', { query, signal }),
    getNotice: (id: string, signal?: AbortSignal) =>
      call<wire.NoticeDetail>('get', '/notices/{id}', { path: { id }, signal }),
    createNotice: (body: wire.NewNotice) => call<wire.NoticeDetail>('post', '/notices', { body }),
    stepNotice: (id: string, step: string, reason: string) =>
      call<wire.NoticeDetail>('post', '/notices/{id}/steps', { path: { id }, body: { step, reason } }),
    listBatches: (region: string, signal?: AbortSignal) =>
      call<{ items: wire.BatchItem[] }>('get', '/batches', { query: { region }, signal }),
    createBatch: (body: { procedure: string; proceedings: string[] }) =>
      call<wire.BatchDetail>('post', '/batches', { body }),
    getBatch: (id: string, signal?: AbortSignal) =>
      call<wire.BatchDetail>('get', '/batches/{id}', { path: { id }, signal }),
  };
}

export function deskCalls(call: Call) {
  return {
    getDesk: (region: string, signal?: AbortSignal) => call<wire.Desk>('get', '/desk', { query: { region }, signal }),
  };
}
