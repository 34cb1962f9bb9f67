import type { NoticeItem } from '@bangfu/api-client';

export const TONES: Record<NoticeItem['state'], 'now' | 'done' | 'quiet' | 'plain'> = {
  DRAFT: 'plain',
  SCANNED: 'now',
  PUBLISHED: 'now',
  ENDED: 'done',
  WITHDRAWN: 'quiet',
  ARCHIVED: 'quiet',
};
