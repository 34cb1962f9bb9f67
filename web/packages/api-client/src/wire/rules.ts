// Rules in force and the page of one rule.

export interface RuleSource {
  document: string;
  article?: string | null;
  status: string;
}

export interface RuleFeed {
  dataset: string;
  title_zh: string;
  title_en: string;
}

export interface RuleItem {
  rule_id: string;
  title_zh: string;
  title_en: string;
  kind: string;
  unit: string;
  hint: string | null;
  rule_no: string;
  source_document: string;
  source_status: string;
  feeds: RuleFeed[];
  fired: number | null;
  withheld?: boolean;
}

export interface ThresholdItem {
  id: string;
  title_zh: string;
  title_en: string;
  unit_zh: string;
  unit_en: string;
  value: string | number | null;
  value_zh: string | null;
  value_en: string | null;
  source_document: string | null;
  source_status: string | null;
}

export interface NotComputable {
  id: string;
  title_zh: string;
  title_en: string;
  why_zh: string;
  why_en: string;
  needs_zh: string;
  needs_en: string;
}

export interface PackHead {
  id: string;
  version: string;
  title_zh: string;
  title_en: string;
  hash: string;
  document: string | null;
  adopted_on: string | null;
  chain: { id: string; version: string }[];
}

export interface RuleBook {
  pack: PackHead;
  rules: RuleItem[];
  thresholds: ThresholdItem[];
  not_computable: NotComputable[];
  period: string;
  run_period: string | null;
}

export interface ThresholdValue {
  region: string | null;
  region_name: string | null;
  valid_from: string;
  valid_to: string | null;
  value: string | number;
  source: RuleSource;
  in_force_here: boolean;
}

export interface ThresholdDetail {
  id: string;
  title_zh: string;
  title_en: string;
  unit_zh: string;
  unit_en: string;
  values: ThresholdValue[];
}

export interface RuleCase {
  name: string;
  expect: string;
  reason: string | null;
  facts_zh: string[];
  facts_en: string[];
}

export interface RulePage {
  rule_id: string;
  title_zh: string;
  title_en: string;
  kind: string;
  unit: string;
  hint: string | null;
  valid_from: string | null;
  valid_to: string | null;
  file: string;
  rule_no: string | null;
  source: RuleSource;
  sentence_zh: string;
  sentence_en: string;
  applies: string | null;
  when: string;
  clauses: { text_zh: string; text_en: string; negated: boolean }[];
  reason_zh: string;
  reason_en: string;
  thresholds: ThresholdDetail[];
  feeds: (RuleFeed & { columns: { name: string; zh: string; en: string }[] })[];
  cases: RuleCase[];
  fired: number | null;
}
