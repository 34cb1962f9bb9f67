import type { Hint } from '@bangfu/core';
import type { RouteLocationRaw } from 'vue-router';

export interface ListTarget {
  region: string;
  period: string;
  hint?: readonly Hint[];
  rule?: string;
}

/** Every number opens the list behind it. */
export function toList({ region, period, hint, rule }: ListTarget): RouteLocationRaw {
  const query: Record<string, string> = { region };
  if (period) query.period = period;
  if (hint?.length) query.hint = hint.join(',');
  if (rule) query.rule = rule;
  return { name: 'households', query };
}
