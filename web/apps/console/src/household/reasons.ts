import type { Clause, RuleExplanation } from '@bangfu/api-client';

export interface SortedReasons {
  /** Rules that fired and stand behind the hint. */
  fired: RuleExplanation[];
  /** Discrepancies to check; they never colour a household. */
  suspicions: RuleExplanation[];
  /** Rules that could not be decided, and why. */
  undecided: RuleExplanation[];
}

const WEIGHT: Record<string, number> = { urgent: 0, attention: 1, unknown: 2, none: 3 };

function byWeight(a: RuleExplanation, b: RuleExplanation): number {
  return (WEIGHT[a.hint] ?? 9) - (WEIGHT[b.hint] ?? 9) || (a.rule_id < b.rule_id ? -1 : 1);
}

/** Puts what was found in the order in which one reads it. */
export function sortReasons(rules: readonly RuleExplanation[]): SortedReasons {
  const fired = rules.filter((rule) => rule.outcome === 'TRUE');
  return {
    fired: fired.filter((rule) => rule.kind !== 'SUSPICION').toSorted(byWeight),
    suspicions: fired.filter((rule) => rule.kind === 'SUSPICION').toSorted(byWeight),
    undecided: rules.filter((rule) => rule.outcome === 'UNKNOWN').toSorted(byWeight),
  };
}

/** The department's dataset that a rule was decided on; what the register says is mended by a change request. */
export function departmentalData(rule: RuleExplanation): string | null {
  return rule.clauses.find((clause) => clause.dataset && !clause.dataset.startsWith('registry'))?.dataset ?? null;
}

/** The first undecided clause whose dataset could decide the rule, were it imported. */
export function clauseToDecide(rule: RuleExplanation): Clause | null {
  if (rule.unknown_reason !== 'NO_DATA' && rule.unknown_reason !== 'STALE') return null;
  return rule.clauses.find((clause) => clause.outcome === 'UNKNOWN' && clause.dataset) ?? null;
}
