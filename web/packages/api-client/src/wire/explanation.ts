// Why a household has its hint: rule by rule, condition by condition.

/** What would change a result, where there is something to say. */
export interface WouldChange {
  change_zh?: string | null;
  change_en?: string | null;
}

export interface Clause extends WouldChange {
  text_zh: string;
  text_en: string;
  outcome: 'TRUE' | 'FALSE' | 'UNKNOWN';
  unknown_reason: string | null;
  value: string | null;
  value_zh: string | null;
  value_en: string | null;
  threshold: string | null;
  threshold_zh: string | null;
  threshold_en: string | null;
  unit: string | null;
  unit_zh: string | null;
  unit_en: string | null;
  dataset: string | null;
  dataset_zh: string | null;
  dataset_en: string | null;
  as_of: string | null;
  person_name: string | null;
}

export interface RuleExplanation extends WouldChange {
  rule_id: string;
  title_zh: string;
  title_en: string;
  kind: string;
  outcome: 'TRUE' | 'FALSE' | 'UNKNOWN';
  unknown_reason: string | null;
  hint: string;
  reason_zh: string;
  reason_en: string;
  source: string;
  source_status: string;
  /** It stands for every rule that reads what the reader may not see; it has no id. */
  withheld?: boolean;
  clauses: Clause[];
}

export interface Explanation {
  household_no: string;
  period: string;
  run: { id: string; finished_at: string; period: string };
  hint: string;
  reason_zh: string;
  reason_en: string;
  rules: RuleExplanation[];
}
