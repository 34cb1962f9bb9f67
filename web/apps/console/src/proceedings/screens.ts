import type { ProceedingItem } from '@bangfu/api-client';

/** The screen that shows a proceeding beside its list. */
export function screenOf(item: Pick<ProceedingItem, 'procedure'>): 'clue' | 'case' {
  return item.procedure === 'clue' ? 'clue' : 'case';
}
