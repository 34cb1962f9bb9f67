import type { PlaceRef } from './common';

// The coverage board, deliveries and feedback notes.

export type BoardState = 'LIVE' | 'STALE' | 'SILENT' | 'NEVER' | 'HOLE';
export type CellState = 'LIVE' | 'OLD' | 'REVERTED' | 'NONE';

export interface BoardCell {
  month: string;
  state: CellState;
  batch_id: string | null;
  rows: number | null;
}

export interface BoardDataset {
  dataset: string;
  title_zh: string;
  title_en: string;
  department_zh: string;
  department_en: string;
  basis: string;
  coverage: string;
  cadence: string;
  valid_months: number | null;
  says_zh: string;
  says_en: string;
  state: BoardState;
  period: string | null;
  as_of: string | null;
  rows: number | null;
  matched: number | null;
  unmatched: number | null;
  landed_at: string | null;
  landed_by: string | null;
  due_on: string | null;
  overdue: boolean;
  cells: BoardCell[];
}

export interface Board {
  region: PlaceRef | string;
  period: string;
  months: string[];
  datasets: BoardDataset[];
  totals: { live: number; stale: number; silent: number; hole: number; never: number };
}

export interface Dependant {
  kind: string;
  id: string;
  label: string;
  used_at: string | null;
}

export interface Landing {
  batch_id: string;
  dataset: string;
  period: string | null;
  region: PlaceRef | string;
  state: string;
  rows: number;
  matched: number | null;
  unmatched: number | null;
  as_of: string | null;
  landed_at: string | null;
  landed_by: string | null;
  reason: string | null;
  supersedes: string | null;
  dependants: Dependant[];
}

export type FeedbackState = 'DRAFT' | 'SENT' | 'ANSWERED' | 'CLOSED' | 'WITHDRAWN';
export type FeedbackStep = 'send' | 'answer' | 'close' | 'withdraw';

export interface FeedbackNote {
  id: string;
  no: string;
  dataset: string;
  title_zh: string;
  title_en: string;
  department_zh: string;
  department_en: string;
  period: string | null;
  household_no: string | null;
  person_name_masked: string | null;
  column_zh: string;
  column_en: string;
  stated: string;
  expected: string;
  reason: string;
  state: FeedbackState;
  due_on: string | null;
  overdue: boolean;
  answer: string | null;
  created_at: string;
  created_by: string;
}

export interface FeedbackStepDone {
  state: string;
  state_zh: string;
  state_en: string;
  note: string;
  by: string;
  at: string;
}

export interface FeedbackDetail extends FeedbackNote {
  steps: FeedbackStepDone[];
  allowed: FeedbackStep[];
}

export interface NewFeedback {
  dataset: string;
  period: string;
  region?: string;
  household_no?: string;
  person_id?: string;
  column: string;
  stated: string;
  expected: string;
  reason: string;
}

export interface FeedbackQuery {
  region: string;
  state?: string;
  dataset?: string;
}
