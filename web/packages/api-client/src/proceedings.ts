import type { Call } from './call';
import type * as wire from './wire';

type Paged<Query> = Query & { cursor?: string; limit?: number };

function fileForm(file: File): FormData {
  const form = new FormData();
  form.set('file', file);
  return form;
}

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
    openProceeding: (body: wire.NewClue) => call<wire.ProceedingDetail | wire.ReceivedReport>('post', '/proceedings', { body }),
    listPeople: (id: string, signal?: AbortSignal) =>
      call<wire.Colleague[]>('get', '/proceedings/{id}/people', { path: { id }, signal }),
    getMatters: (signal?: AbortSignal) => call<wire.Matters>('get', '/procedures/matters', { signal }),
    takeStep: (id: string, body: wire.StepInput) =>
      call<wire.ProceedingDetail>('post', '/proceedings/{id}/steps', { path: { id }, body }),
    keepPhoto: (id: string, photo: File) =>
      call<wire.CheckPhoto>('post', '/proceedings/{id}/photos', { path: { id }, form: fileForm(photo) }),
  };
}

/** Bulk acts on clues, held batches, and the lists of the villages. */
export function clueCalls(call: Call) {
  return {
    actOnMany: (body: wire.BulkInput) => call<wire.BulkAnswer>('post', '/clues/bulk', { body }),
    undoMany: (id: string) => call<unknown>('post', '/clues/bulk/{id}/undo', { path: { id } }),
    listHeld: (signal?: AbortSignal) => call<wire.HeldBatch[]>('get', '/clues/held', { signal }),
    decideHeld: (id: string, decision: 'release' | 'discard', reason: string) =>
      call<unknown>('post', '/clues/held/{id}/{decision}', { path: { id, decision }, body: { reason } }),
    listVillageLists: (query: { region: string; month?: string }, signal?: AbortSignal) =>
      call<wire.VillageList[]>('get', '/village-lists', { query, signal }),
    makeVillageList: (body: { region: string; month: string }) =>
      call<wire.VillageList[]>('post', '/village-lists', { body }),
    getVillageList: (id: string, signal?: AbortSignal) =>
      call<wire.VillageListDetail>('get', '/village-lists/{id}', { path: { id }, signal }),
    enterVillageList: (id: string, file: File, isDryRun: boolean) => {
      const form = new FormData();
      form.set('file', file);
      form.set('dry_run', String(isDryRun));
      return call<wire.EntryAnswer>('post', '/village-lists/{id}/answers', { path: { id }, form });
    },
  };
}

function originalForm(input: { paper: string; no: string; file: File | null }): FormData {
  const form = new FormData();
  form.set('paper', input.paper);
  form.set('no', input.no);
  if (input.file) form.set('file', input.file);
  return form;
}

/** Papers of a case, notices and objections, the county's lists. */
export function caseCalls(call: Call) {
  return {
    getCaseFile: (id: string, signal?: AbortSignal) =>
      call<wire.CaseFile>('get', '/cases/{id}/papers', { path: { id }, signal }),
    makeCasePaper: (id: string, paper: string, reason: { purpose?: string; note?: string } = {}) =>
      call<wire.CasePaper>('post', '/cases/{id}/papers', { path: { id }, body: { paper, ...reason } }),
    keepOriginal: (id: string, input: { paper: string; no: string; file: File | null }) =>
      call<wire.CasePaper>('post', '/cases/{id}/originals', { path: { id }, form: originalForm(input) }),
    getPrefill: (id: string, signal?: AbortSignal) =>
      call<wire.Prefill>('get', '/cases/{id}/prefill', { path: { id }, signal }),
    listNotices: (query: { region: string; state?: string; case?: string }, signal?: AbortSignal) =>
      call<{ items: wire.NoticeItem[]; total: number }>('get', '/notices', { query, signal }),
    getNotice: (id: string, signal?: AbortSignal) =>
      call<wire.NoticeDetail>('get', '/notices/{id}', { path: { id }, signal }),
    createNotice: (body: wire.NewNotice) => call<wire.NoticeDetail>('post', '/notices', { body }),
    publishNotice: (id: string) => call<wire.NoticeDetail>('post', '/notices/{id}/publish', { path: { id } }),
    withdrawNotice: (id: string, reason: string) =>
      call<wire.NoticeDetail>('post', '/notices/{id}/withdraw', { path: { id }, body: { reason } }),
    objectTo: (id: string, body: wire.NewObjection) =>
      call<wire.Objection>('post', '/notices/{id}/objections', { path: { id }, body }),
    listBatches: (signal?: AbortSignal) => call<wire.BatchItem[]>('get', '/batches', { signal }),
    createBatch: (body: wire.NewBatch) => call<wire.BatchDetail>('post', '/batches', { body }),
    getBatch: (id: string, signal?: AbortSignal) =>
      call<wire.BatchDetail>('get', '/batches/{id}', { path: { id }, signal }),
    putBatchRows: (id: string, rows: wire.BatchLine[]) =>
      call<wire.BatchDetail>('put', '/batches/{id}/rows', { path: { id }, body: { rows } }),
    putBatchScan: (id: string, file: File) =>
      call<wire.BatchDetail>('post', '/batches/{id}/scan', { path: { id }, form: fileForm(file) }),
    checkBatch: (id: string, body: wire.Ruling) =>
      call<{ problems: wire.BatchProblem[] }>('post', '/batches/{id}/check', { path: { id }, body }),
    decideBatch: (id: string, body: wire.Ruling) =>
      call<wire.BatchDetail>('post', '/batches/{id}/decide', { path: { id }, body }),
    dropBatch: (id: string, reason: string) =>
      call<wire.BatchDetail>('post', '/batches/{id}/drop', { path: { id }, body: { reason } }),
  };
}

export function deskCalls(call: Call) {
  return {
    getDesk: (region: string, signal?: AbortSignal) => call<wire.Desk>('get', '/desk', { query: { region }, signal }),
  };
}
