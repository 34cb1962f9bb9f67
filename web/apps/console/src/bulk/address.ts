import { withQuery, type ExportRequest } from '@bangfu/api-client';

/** Where an approved list is downloaded. */
export function addressOf(item: ExportRequest): string {
  const path = item.kind === 'quality' ? '/api/v1/quality/items/export' : '/api/v1/households/export';
  return withQuery(path, { ...(item.filters as Record<string, string | string[]>), approval: item.id });
}

/** Whether the request says all that its download needs; otherwise its own page does. */
export function canDownload(item: ExportRequest): boolean {
  return item.is_mine && item.state === 'APPROVED' && !item.is_searched && item.kind !== 'reconciliation';
}
