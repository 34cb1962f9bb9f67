import { withQuery, type ExportKind, type ExportRequest } from '@bangfu/api-client';

const PATHS: Partial<Record<ExportKind, string>> = {
  quality: '/api/v1/quality/items/export',
  pairings: '/api/v1/pairings/export.xlsx',
};

/** Where an approved list is downloaded. */
export function addressOf(item: ExportRequest): string {
  return withQuery(PATHS[item.kind as ExportKind] ?? '/api/v1/households/export', { ...(item.filters as Record<string, string | string[]>), approval: item.id });
}

/** Lists that only their own page can ask for again as they were approved. */
const FROM_THEIR_PAGE = new Set<string>(['reconciliation', 'proceedings'] satisfies ExportKind[]);

/** Whether the request says all that its download needs; otherwise its own page does. */
export function canDownload(item: ExportRequest): boolean {
  return item.is_mine && item.state === 'APPROVED' && !item.is_searched && !FROM_THEIR_PAGE.has(item.kind);
}
