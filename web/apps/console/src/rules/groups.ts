import type { RuleItem } from '@bangfu/api-client';

/** The order in which one reads: what the state guarantees, income, signs of risk, and last what is only to be checked. */
export const KINDS = ['GUARANTEE', 'INCOME', 'ALERT', 'SUSPICION'] as const;
export type RuleKind = (typeof KINDS)[number];

export interface RuleGroup {
  kind: RuleKind;
  rules: RuleItem[];
}

export function toKind(kind: string): RuleKind {
  return KINDS.find((item) => item === kind) ?? 'ALERT';
}

/** The rules by kind, within a kind those that found most first and equal ones by their id. */
export function groupRules(rules: readonly RuleItem[]): RuleGroup[] {
  const sorted = rules.toSorted(
    (a, b) => (b.fired ?? 0) - (a.fired ?? 0) || (a.rule_id < b.rule_id ? -1 : 1),
  );
  return KINDS.map((kind) => ({ kind, rules: sorted.filter((rule) => toKind(rule.kind) === kind) })).filter(
    (group) => group.rules.length > 0,
  );
}
