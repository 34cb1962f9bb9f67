import { ApiError, toApiError, type ExportKind } from '@bangfu/api-client';
import { toWireLanguage } from '@bangfu/core';

import { api } from '../api';
import { currentLocale } from '../i18n';
import { refusePrivate } from '../shared/privateAddress';

function nameOf(response: Response): string {
  const header = response.headers.get('Content-Disposition') ?? '';
  return /filename="([^"]+)"/.exec(header)?.[1] ?? 'export.xlsx';
}

/** Fetches a file and hands it to the browser; a refusal is thrown instead of saved as the file. */
export async function download(address: string): Promise<void> {
  let response: Response;
  let content: Blob;
  try {
    refusePrivate(address);
    response = await fetch(address, { headers: { 'Accept-Language': toWireLanguage(currentLocale()) } });
    if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
    content = await response.blob();
  } catch (error) {
    throw error instanceof ApiError ? error : toApiError(new ApiError(0));
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = nameOf(response);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Whether a refusal says that a second person has to agree first. */
export function isAskedFor(error: unknown): boolean {
  return ['E-EXPORT-NEEDS-APPROVAL', 'E-AUDIT-NEEDS-APPROVAL'].includes(toApiError(error).code);
}

/** Whether a refusal only says that an approval is missing, or is that of another list. */
function wantsApproval(error: unknown): boolean {
  return isAskedFor(error) || toApiError(error).code === 'E-EXPORT-APPROVAL';
}

/** Downloads a list, with one's own approval for it where one is needed and there. */
export async function downloadApproved(kind: ExportKind, address: string): Promise<void> {
  try {
    await download(address);
  } catch (refusal) {
    if (!wantsApproval(refusal)) throw refusal;
    const { items } = await api.listExportRequests({ state: 'APPROVED' });
    for (const item of items.filter((one) => one.is_mine && one.kind === kind)) {
      const joint = address.includes('?') ? '&' : '?';
      try {
        await download(`${address}${joint}approval=${item.id}`);
        return;
      } catch (error) {
        if (!wantsApproval(error)) throw error;
      }
    }
    throw refusal;
  }
}
