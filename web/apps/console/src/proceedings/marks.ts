import type { ProceedingItem } from '@bangfu/api-client';
import type { Hint } from '@bangfu/core';

/** As a screening writes severity: 3 urgent, 2 attention; anything else says nothing. */
const HINTS: Record<number, Hint> = { 3: 'urgent', 2: 'attention', 1: 'unknown' };

export function hintOf(item: Pick<ProceedingItem, 'severity'>): Hint {
  return HINTS[item.severity] ?? 'none';
}

export function toneOf(item: Pick<ProceedingItem, 'closed_at'>): 'done' | 'plain' {
  return item.closed_at ? 'done' : 'plain';
}
