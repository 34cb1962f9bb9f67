import { withQuery, type ExportKind, type ExportRequest } from '@bangfu/api-client';

const PATHS: Partial<Record<ExportKind, string>> = {
  quality: '/api/v1/quality/items/export',
  pairings: '/api/v1/pairings/export.xlsx',
  audit: '/api/v1/audit/events/export',
  proceedings: '/api/v1/proceedings/export.xlsx',
};

/** Where an approved list is downloaded; where the log ends, its approval says itself. */
export function addressOf(item: ExportRequest): string {
  const { through: _, run_id: run, ...filters } = item.filters as Record<string, string | string[]>;
  const path = run ? `/api/v1/reconciliations/${String(run)}/export.xlsx` : PATHS[item.kind as ExportKind];
  return withQuery(path ?? '/api/v1/households/export', { ...filters, approval: item.id });
}

/** Whether the reader is the second person for such a list; the server asks again. */
export function canDecide(item: ExportRequest, can: (permission: string) => boolean): boolean {
  return can(item.kind === 'audit' ? 'ACCOUNTS_GRANT' : 'EXPORT_APPROVE');
}

/** Whether the request says all that its download needs; a search does not stand in it, its page knows it. */
export function canDownload(item: ExportRequest): boolean {
  return item.is_mine && item.state === 'APPROVED' && !item.is_searched;
}
