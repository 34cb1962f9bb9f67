import type { Client } from 'openapi-fetch';

import { unwrap } from './client';
import type { components, paths } from './schema';
import type { HouseholdQuery, RevealReason } from './types';

/** The server fills in what is left out. */
type HouseholdSearch = components['schemas']['HouseholdPageFilter'];

export interface NewImport {
  file: File;
  dataset: string;
  region: string;
  period?: string;
  as_of?: string;
  /** Control totals of the sender's manifest: rows, and yuan by column as JSON. */
  rows?: number;
  sums?: string;
  /** Replaces a month in force, or takes an older one; with a reason. */
  supersede?: boolean;
  reason?: string;
}

function importForm(input: NewImport): FormData {
  const form = new FormData();
  form.set('file', input.file);
  form.set('dataset', input.dataset);
  form.set('region', input.region);
  if (input.period) form.set('period', input.period);
  if (input.as_of) form.set('as_of', input.as_of);
  if (input.rows !== undefined) form.set('rows', String(input.rows));
  if (input.sums) form.set('sums', input.sums);
  if (input.supersede) {
    form.set('supersede', 'true');
    form.set('reason', input.reason ?? '');
  }
  return form;
}

function sessionEndpoints(client: Client<paths>) {
  return {
    getHealth: () => unwrap(client.GET('/api/v1/health')),
    getSession: () => unwrap(client.GET('/api/v1/session')),
    choosePost: (postId: string) => unwrap(client.POST('/api/v1/session/post', { body: { post_id: postId } })),
    chooseLanguage: (language: 'zh' | 'en') =>
      unwrap(client.POST('/api/v1/session/language', { body: { language } })),
    getRegion: (code: string, signal?: AbortSignal) =>
      unwrap(client.GET('/api/v1/regions/{code}', { params: { path: { code } }, signal })),
    searchRegions: (q: string, signal?: AbortSignal) =>
      unwrap(client.GET('/api/v1/regions', { params: { query: { q } }, signal })),
  };
}

function householdEndpoints(client: Client<paths>) {
  return {
    getOverview: (query: { region: string; period?: string }, signal?: AbortSignal) =>
      unwrap(client.GET('/api/v1/overview', { params: { query }, signal })),
    listHouseholds: (query: HouseholdQuery, signal?: AbortSignal) =>
      unwrap(client.GET('/api/v1/households', { params: { query }, signal })),
    /** The same page asked for in the body: for what may stand in no address. */
    searchHouseholds: (body: HouseholdQuery, signal?: AbortSignal) =>
      unwrap(client.POST('/api/v1/households/search', { body: body as HouseholdSearch, signal })),
    getHousehold: (householdNo: string, period?: string, signal?: AbortSignal) =>
      unwrap(
        client.GET('/api/v1/households/{household_no}', {
          params: { path: { household_no: householdNo }, query: { period } },
          signal,
        }),
      ),
  };
}

function lookEndpoints(client: Client<paths>) {
  const of = (householdNo: string) => ({ household_no: householdNo });
  return {
    getRevealOptions: (signal?: AbortSignal) => unwrap(client.GET('/api/v1/reveal/options', { signal })),
    revealValue: (householdNo: string, field: string, reason: RevealReason, memberId?: string) =>
      unwrap(
        client.POST('/api/v1/households/{household_no}/reveal', {
          params: { path: of(householdNo) },
          body: { note: '', ...reason, field, member_id: memberId },
        }),
      ),
    revealChangeFact: (changeId: string, field: string, reason: RevealReason) =>
      unwrap(
        client.POST('/api/v1/changes/{change_id}/reveal', {
          params: { path: { change_id: changeId } },
          body: { note: '', ...reason, field },
        }),
      ),
    listLooks: (householdNo: string, query: { cursor?: string; limit?: number }, signal?: AbortSignal) =>
      unwrap(
        client.GET('/api/v1/households/{household_no}/access', { params: { path: of(householdNo), query }, signal }),
      ),
  };
}

function importEndpoints(client: Client<paths>) {
  const at = (batchId: string) => ({ params: { path: { batch_id: batchId } } });
  return {
    listDatasets: (signal?: AbortSignal) => unwrap(client.GET('/api/v1/datasets', { signal })),
    startImport: (input: NewImport) =>
      unwrap(
        client.POST('/api/v1/imports', {
          // The contract knows a file as text; on the wire it is a part of a form.
          body: { reason: '', supersede: false, ...input, file: input.file.name },
          bodySerializer: () => importForm(input),
        }),
      ),
    listImports: (cursor?: string, signal?: AbortSignal) =>
      unwrap(client.GET('/api/v1/imports', { params: { query: { cursor } }, signal })),
    getImport: (id: string, signal?: AbortSignal) =>
      unwrap(client.GET('/api/v1/imports/{batch_id}', { ...at(id), signal })),
    commitImport: (id: string) => unwrap(client.POST('/api/v1/imports/{batch_id}/commit', at(id))),
    cancelImport: (id: string) => unwrap(client.POST('/api/v1/imports/{batch_id}/cancel', at(id))),
  };
}

function workEndpoints(client: Client<paths>) {
  return {
    getJob: (id: string, signal?: AbortSignal) =>
      unwrap(client.GET('/api/v1/jobs/{job_id}', { params: { path: { job_id: id } }, signal })),
    cancelJob: (id: string) =>
      unwrap(client.POST('/api/v1/jobs/{job_id}/cancel', { params: { path: { job_id: id } } })),
    listRuns: (region: string, signal?: AbortSignal) =>
      unwrap(client.GET('/api/v1/screening/runs', { params: { query: { region } }, signal })),
    startRun: (input: { region: string; period: string }) =>
      unwrap(client.POST('/api/v1/screening/runs', { body: input })),
  };
}

/** One function per operation; reads take an `AbortSignal`, so that a newer question cancels an older one. */
export function createEndpoints(client: Client<paths>) {
  return {
    ...sessionEndpoints(client),
    ...householdEndpoints(client),
    ...lookEndpoints(client),
    ...importEndpoints(client),
    ...workEndpoints(client),
  };
}

export type Endpoints = ReturnType<typeof createEndpoints>;
