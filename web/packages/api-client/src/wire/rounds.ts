import type { Coded } from '../types';
import type { PlaceRef } from './common';

// Rounds over all households, the year-end window, and what is learned from answers.

export type RoundResult = 'TO_DO' | 'UNCHANGED' | 'CHANGED' | 'URGENT' | 'GONE';

export interface RoundTally {
  region: PlaceRef;
  households: number;
  entered: number;
  to_do: number;
  unchanged: number;
  changed: number;
  urgent: number;
}

export interface Round {
  code: string;
  season: Coded;
  year: number;
  county: PlaceRef;
  document_no: string;
  from_on: string;
  to_on: string;
  state: 'OPEN' | 'CLOSED';
  households: number | null;
  close_note: string;
}

export interface RoundList {
  items: Round[];
  can_open: boolean;
}

export interface RoundProgress {
  round: Round;
  region: PlaceRef;
  total: RoundTally;
  children: RoundTally[];
  can_manage: boolean;
  can_enter: boolean;
}

export interface UsualSpan extends Coded {
  usual_from: string;
  usual_to: string;
  document: string;
  status: string;
}

export interface RoundWords {
  seasons: UsualSpan[];
  results: Coded[];
  ways: Coded[];
  matters: Coded[];
  stages: UsualSpan[];
  corrections: Coded[];
}

export interface NewRound {
  region: string;
  year: number;
  season: string;
  document_no: string;
  from_on: string;
  to_on: string;
}

export interface RoundEntry {
  id: string;
  region: PlaceRef;
  household_no: string;
  head_name: string;
  result: Coded | null;
  way: Coded | null;
  visited_on: string | null;
  entered_by: string;
  clue_no: string;
}

export interface RoundEntryQuery {
  region: string;
  result?: RoundResult;
  q?: string;
}

export interface RoundFinding {
  region: string;
  household_nos: string[];
  result: string;
  visited_on: string;
  way: string;
  matter: string;
  words: string;
}

export type StageName = 'TRAINING' | 'COLLECTING' | 'ENTERING' | 'CLEANING' | 'SIGNING' | 'LOCKED';

export interface YearWindow {
  year: number;
  county: PlaceRef;
  stage: Coded;
  spans: { stage: StageName; from_on: string; to_on: string }[];
  document_no: string;
  locked_at: string | null;
  locked_by: string;
  lock_document_no: string;
  corrections_to: string;
}

export interface YearCorrection {
  id: string;
  region: PlaceRef;
  household_no: string;
  head_name: string;
  what: string;
  reason: string;
  state: Coded;
  asked_by: string;
  decided_by: string;
  note: string;
  until_on: string | null;
}

export interface YearWindowDetail extends YearWindow {
  signatures: { region: PlaceRef; at: string; by: string }[];
  unsigned: PlaceRef[];
  corrections: YearCorrection[];
  allowed: string[];
}

export interface AnswerCounts {
  answered: number;
  confirmed: number;
  explained: number;
  data_wrong: number;
  no_risk: number;
  open: number;
  precision: number | null;
}

export interface RulePrecision extends AnswerCounts {
  rule_id: string;
  title_zh: string;
  title_en: string;
  is_below: boolean;
}

export interface Learning {
  region: PlaceRef;
  from_period: string;
  to_period: string;
  floor: { least_percent: number; least_answered: number; document: string; status: string };
  rules: RulePrecision[];
  closed_rules: number;
}

export interface FalseCase {
  id: string;
  no: string;
  region: PlaceRef;
  household_no: string;
  head_name: string;
  outcome: Coded;
  period: string;
  closed_on: string;
}

export interface RuleLearning {
  rule: RulePrecision;
  by_place: (AnswerCounts & { region: PlaceRef })[];
  by_month: (AnswerCounts & { period: string })[];
  false_cases: FalseCase[];
}

export interface Signals {
  region: PlaceRef;
  months: { month: string; new: number; screened: number; change: number | null }[];
  places: { region: PlaceRef; now: number; before: number; change: number; series: number[] }[];
  villages: number;
  per_village: number | null;
}
