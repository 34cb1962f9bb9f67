import type { PlaceRef } from './common';

// Data quality.

export type QualityState = 'OPEN' | 'NEW' | 'FIXED' | 'EXCEPTED';

export interface QualityCounts {
  open: number;
  new: number;
  fixed: number;
  excepted: number;
}

export interface QualityRuleCount extends QualityCounts {
  rule_id: string;
  rule_no: string;
  title_zh: string;
  title_en: string;
}

export interface QualityCheck {
  id: string;
  finished_at: string;
  open: number;
  new: number;
  fixed: number;
}

export interface QualityNotAsked {
  rule_id: string;
  rule_no: string;
  why: 'COLUMNS' | 'FEEDS';
  missing: string[];
}

export interface QualitySummary {
  region: PlaceRef | string;
  checked_at: string | null;
  as_of: string | null;
  check_id: string | null;
  not_asked: QualityNotAsked[];
  totals: QualityCounts;
  by_child: (QualityCounts & { region: PlaceRef })[];
  by_rule: QualityRuleCount[];
  checks: QualityCheck[];
}

export interface QualityException {
  reason: string;
  by: string;
  at: string;
  until: string | null;
}

export interface QualityItem {
  id: string;
  rule_id: string;
  rule_no: string;
  title_zh: string;
  title_en: string;
  region: PlaceRef;
  town_name: string;
  village_name: string;
  household_no: string | null;
  head_name: string;
  member_name: string | null;
  column_zh: string | null;
  column_en: string | null;
  message_zh: string;
  message_en: string;
  withheld?: boolean;
  remedy_zh: string;
  remedy_en: string;
  state: QualityState;
  first_seen_on: string;
  last_seen_on: string;
  fixed_on: string | null;
  exception: QualityException | null;
}

export interface QualityQuery {
  region: string;
  rule?: string;
  state?: string;
  q?: string;
}

export interface QualityRule {
  rule_id: string;
  rule_no: string;
  title_zh: string;
  title_en: string;
  group: string;
  source_document: string;
  source_status: string;
  remedy_zh: string;
  remedy_en: string;
  withheld?: boolean;
}
