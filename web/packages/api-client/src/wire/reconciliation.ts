import type { PlaceRef } from './common';

// Reconciliation with the national system.

export interface ReconciliationCounts {
  households: number;
  persons: number;
  to_enter: number;
  to_correct: number;
  only_there: number;
  done: number;
  dismissed: number;
  outside: number;
  unreadable: number;
}

export interface ReconciliationHead {
  id: string;
  region: PlaceRef | string;
  as_of: string;
  file_name: string;
  created_at: string;
  created_by: string;
  state: 'RUNNING' | 'DONE' | 'REFUSED';
  counts: ReconciliationCounts;
}

export interface ReconciliationDetail extends ReconciliationHead {
  by_column: { column: string; column_zh: string; column_en: string; count: number }[];
  by_town: { region: PlaceRef; count: number }[];
  job: { id: string } | null;
  errors: { code?: string; message?: string; remedy?: string }[];
}

export type ReconciliationKind =
  | 'ENTER_HOUSEHOLD'
  | 'ENTER_MEMBER'
  | 'CORRECT_FIELD'
  | 'ONLY_THERE_HOUSEHOLD'
  | 'ONLY_THERE_MEMBER';

export interface ReconciliationItem {
  id: string;
  kind: ReconciliationKind;
  household_no: string | null;
  head_name: string;
  member_name: string | null;
  town_name: string;
  village_name: string;
  column: string | null;
  column_zh: string | null;
  column_en: string | null;
  here: string;
  there: string;
  here_en: string;
  there_en: string;
  state: 'OPEN' | 'DONE' | 'DISMISSED';
  first_seen_on: string;
  done_on: string | null;
  reason: string | null;
}

export interface ReconciliationQuery {
  kind?: string;
  column?: string;
  state?: string;
  region?: string;
  q?: string;
}
