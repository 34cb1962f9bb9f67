import { ApiError } from '@bangfu/api-client';
import { holdsNumber } from '@bangfu/core';

import { i18n } from '../i18n';

/** Keys whose values name a household, or what a row of the audit log is about. */
const NAMES_OF_THINGS = new Set(['household_no', 'subject_id']);

/** Whether an address would carry somebody's number to histories and logs; the server refuses it too. */
export function isPrivate(address: string): boolean {
  const [, query = ''] = address.split('?', 2);
  return [...new URLSearchParams(query)].some(([key, value]) => holdsNumber(key) || (!NAMES_OF_THINGS.has(key) && holdsNumber(value)));
}

/** Refuses such an address before it leaves, in the words of the screen's language. */
export function refusePrivate(address: string): void {
  if (!isPrivate(address)) return;
  const { t } = i18n.global;
  throw new ApiError(400, {
    code: 'E-API-PRIVATE-ADDRESS',
    message: t('errors.privateAddress.title'),
    remedy: t('errors.privateAddress.detail'),
  });
}
