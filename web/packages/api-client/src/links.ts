import type { HouseholdQuery } from './types';
import type { AuditQuery, ProceedingQuery, QualityQuery, ReconciliationQuery } from './wire';

const ROOT = '/api/v1';

/** Why a paper is opened. */
type Reason = { purpose?: string; note?: string };
type QueryValue = string | number | readonly string[] | null | undefined;

/** Lists repeat their key; what is empty is left out. */
export function withQuery(path: string, query: Record<string, QueryValue>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    const values = Array.isArray(value) ? (value as readonly string[]) : [value];
    for (const one of values) {
      if (one !== undefined && one !== null && one !== '') search.append(key, String(one));
    }
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

/** Addresses that the browser opens itself: downloads. */
export const links = {
  householdExport: (query: HouseholdQuery) => withQuery(`${ROOT}/households/export`, query),
  /** `medical/claim` is two segments of the path, each escaped. */
  template: (dataset: string) =>
    `${ROOT}/datasets/${dataset.split('/').map(encodeURIComponent).join('/')}/template.xlsx`,
  importErrors: (id: string) => `${ROOT}/imports/${encodeURIComponent(id)}/errors.xlsx`,
  feedbackForm: (id: string) => `${ROOT}/feeds/feedback/${encodeURIComponent(id)}/form.xlsx`,
  qualityExport: (query: QualityQuery) => withQuery(`${ROOT}/quality/items/export`, { ...query }),
  auditExport: (query: AuditQuery) => withQuery(`${ROOT}/audit/events/export`, { ...query }),
  evidence: (changeId: string, fileId: string, reason: Reason = {}) =>
    withQuery(`${ROOT}/changes/${encodeURIComponent(changeId)}/evidence/${encodeURIComponent(fileId)}`, { ...reason }),
  villageList: (id: string) => `${ROOT}/village-lists/${encodeURIComponent(id)}/list.docx`,
  caseFile: (id: string, reason: Reason = {}) =>
    withQuery(`${ROOT}/cases/${encodeURIComponent(id)}/file.docx`, { ...reason }),
  casePaper: (id: string, paperId: string, reason: Reason = {}) =>
    withQuery(`${ROOT}/cases/${encodeURIComponent(id)}/papers/${encodeURIComponent(paperId)}/file`, { ...reason }),
  noticeBoard: (id: string) => `${ROOT}/notices/${encodeURIComponent(id)}/board.docx`,
  noticeWeb: (id: string) => `${ROOT}/notices/${encodeURIComponent(id)}/web.docx`,
  batchList: (id: string) => `${ROOT}/batches/${encodeURIComponent(id)}/list.docx`,
  proceedingExport: (query: ProceedingQuery) =>
    withQuery(`${ROOT}/proceedings/export.xlsx`, {
      ...query,
      open: query.open === undefined ? undefined : String(query.open),
      overdue: query.overdue ? 'true' : undefined,
      supervised: query.supervised ? 'true' : undefined,
      unlisted: query.unlisted ? 'true' : undefined,
    }),
  learningExport: (query: { region: string; period?: string }) =>
    withQuery(`${ROOT}/learning/rules/export`, query),
  reconciliationExport: (id: string, query: ReconciliationQuery = {}) =>
    withQuery(`${ROOT}/reconciliations/${encodeURIComponent(id)}/export.xlsx`, { ...query }),
};
