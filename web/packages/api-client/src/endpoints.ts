import type { Transport } from './transport';
import { withQuery } from './transport';
import type {
  Dataset,
  Explanation,
  Health,
  HouseholdDetail,
  HouseholdPage,
  HouseholdQuery,
  ImportDetail,
  ImportPage,
  Job,
  Overview,
  RegionDetail,
  RegionMatch,
  RunList,
  Session,
} from './types';

const ROOT = '/api/v1';

function segment(value: string): string {
  return encodeURIComponent(value);
}

/** `medical/claim` is two path segments of the wire, each escaped. */
function datasetPath(dataset: string): string {
  return dataset.split('/').map(segment).join('/');
}

/** Addresses the browser opens itself (downloads). */
export const links = {
  householdExport: (query: HouseholdQuery) => withQuery(`${ROOT}/households/export`, { ...query }),
  template: (dataset: string) => `${ROOT}/datasets/${datasetPath(dataset)}/template.xlsx`,
  importErrors: (id: string) => `${ROOT}/imports/${segment(id)}/errors.xlsx`,
};

export interface NewImport {
  file: File;
  dataset: string;
  region: string;
  period?: string;
  as_of?: string;
}

function importForm(input: NewImport): FormData {
  const form = new FormData();
  form.set('file', input.file);
  form.set('dataset', input.dataset);
  form.set('region', input.region);
  if (input.period) form.set('period', input.period);
  if (input.as_of) form.set('as_of', input.as_of);
  return form;
}

/** One function per operation; reads take an `AbortSignal`, so that a newer question cancels an older one. */
export function createEndpoints(call: Transport) {
  return {
    getHealth: () => call<Health>('GET', `${ROOT}/health`),
    getSession: () => call<Session>('GET', `${ROOT}/session`),
    choosePost: (postId: string) => call<Session>('POST', `${ROOT}/session/post`, { body: { post_id: postId } }),
    chooseLanguage: (language: string) => call<unknown>('POST', `${ROOT}/session/language`, { body: { language } }),

    getRegion: (code: string, signal?: AbortSignal) =>
      call<RegionDetail>('GET', `${ROOT}/regions/${segment(code)}`, { signal }),
    searchRegions: (q: string, signal?: AbortSignal) => call<RegionMatch[]>('GET', `${ROOT}/regions`, { query: { q }, signal }),

    getOverview: (query: { region: string; period?: string }, signal?: AbortSignal) =>
      call<Overview>('GET', `${ROOT}/overview`, { query, signal }),

    listHouseholds: (query: HouseholdQuery, signal?: AbortSignal) =>
      call<HouseholdPage>('GET', `${ROOT}/households`, { query: { ...query }, signal }),
    getHousehold: (householdNo: string, period?: string, signal?: AbortSignal) =>
      call<HouseholdDetail>('GET', `${ROOT}/households/${segment(householdNo)}`, { query: { period }, signal }),
    explainHousehold: (householdNo: string, period?: string, signal?: AbortSignal) =>
      call<Explanation>('GET', `${ROOT}/households/${segment(householdNo)}/explanation`, { query: { period }, signal }),

    listDatasets: (signal?: AbortSignal) => call<Dataset[]>('GET', `${ROOT}/datasets`, { signal }),

    startImport: (input: NewImport) =>
      call<{ batch_id: string; job_id: string }>('POST', `${ROOT}/imports`, { form: importForm(input) }),
    listImports: (cursor?: string, signal?: AbortSignal) =>
      call<ImportPage>('GET', `${ROOT}/imports`, { query: { cursor }, signal }),
    getImport: (id: string, signal?: AbortSignal) => call<ImportDetail>('GET', `${ROOT}/imports/${segment(id)}`, { signal }),
    commitImport: (id: string) => call<{ job_id: string }>('POST', `${ROOT}/imports/${segment(id)}/commit`),
    cancelImport: (id: string) => call<unknown>('POST', `${ROOT}/imports/${segment(id)}/cancel`),

    getJob: (id: string, signal?: AbortSignal) => call<Job>('GET', `${ROOT}/jobs/${segment(id)}`, { signal }),
    cancelJob: (id: string) => call<unknown>('POST', `${ROOT}/jobs/${segment(id)}/cancel`),

    listRuns: (region: string, signal?: AbortSignal) =>
      call<RunList>('GET', `${ROOT}/screening/runs`, { query: { region }, signal }),
    startRun: (input: { region: string; period: string }) =>
      call<{ job_id: string }>('POST', `${ROOT}/screening/runs`, { body: input }),
  };
}

export type Endpoints = ReturnType<typeof createEndpoints>;
