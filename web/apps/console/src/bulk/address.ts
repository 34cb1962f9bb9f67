import { withQuery, type ExportKind, type ExportRequest } from '@bangfu/api-client';

const PATHS: Partial<Record<ExportKind, string>> = {
  quality: '/api/v1/quality/items/export',
  pairings: '/api/v1/pairings/export.xlsx',
  audit: '/api/v1/audit/events/export',
};

/** Where an approved list is downloaded; where the log ends, its approval says itself. */
export function addressOf(item: ExportRequest): string {
  const { through: _, ...filters } = item.filters as Record<string, string | string[]>;
  return withQuery(PATHS[item.kind as ExportKind] ?? '/api/v1/households/export', { ...filters, approval: item.id });
}

/** Lists that only their own page can ask for again as they were approved. */
const FROM_THEIR_PAGE = new Set<string>(['reconciliation', 'proceedings'] satisfies ExportKind[]);

/** Whether the reader is the second person for such a list; the server asks again. */
export function canDecide(item: ExportRequest, can: (permission: string) => boolean): boolean {
  return can(item.kind === 'audit' ? 'ACCOUNTS_GRANT' : 'EXPORT_APPROVE');
}

/** Whether the request says all that its download needs; otherwise its own page does. */
export function canDownload(item: ExportRequest): boolean {
  return item.is_mine && item.state === 'APPROVED' && !item.is_searched && !FROM_THEIR_PAGE.has(item.kind);
}
