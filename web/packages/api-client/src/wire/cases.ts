import type { PlaceRef } from './common';
import type { FactEntry } from './proceedings';

// Papers of a case, notices with their objections, and the county's lists.

export interface CasePaper {
  id: string;
  paper: string;
  no: string;
  kind: 'MADE' | 'ORIGINAL' | 'SCAN';
  dated_on: string | null;
  has_file: boolean;
  name: string;
  size: number;
  note: string;
  at: string;
  by: string;
}

/**
 * Where a paper stands; `apart`: it comes with the notice or the county's list; `withheld`: it is
 * not for the reader's post; `numbered`: it prints numbers, in full for a purpose alone.
 */
export interface PaperState {
  paper: string;
  title_zh: string;
  title_en: string;
  step: string;
  state: 'HELD' | 'READY' | 'INCOMPLETE';
  optional: boolean;
  apart: boolean;
  withheld: boolean;
  numbered: boolean;
  lacks: { path: string; zh: string; en: string }[];
  number: string;
  dated_on: string | null;
}

export interface CaseFile {
  kind: string;
  papers: PaperState[];
  held: CasePaper[];
  missing: number;
  needs_purpose: boolean;
}

/** What the platform knows for the next steps, and the checks that speak against a clearing. */
export interface Prefill {
  facts: Record<string, FactEntry>;
  stops: { rule: string; text_zh: string; text_en: string }[];
  screened_in: string;
  hits: { severity: string; reason_zh: string; reason_en: string }[];
}

export interface NoticeLine {
  proceeding_id: string;
  household_no: string;
  head_name: string;
  group: string;
  people: number;
  category: string;
  way: string;
}

export interface Objection {
  id: string;
  proceeding_id: string;
  number: number;
  raised_on: string;
  raised_by: string;
  way: string;
  words: string;
  state: 'OPEN' | 'UNFOUNDED' | 'UPHELD';
  finding: string;
}

export interface NoticeItem {
  id: string;
  no: string;
  kind: 'IDENTIFICATION' | 'CLEARING';
  way: 'BOARD' | 'BOARD_AND_WEB';
  state: 'DRAFT' | 'SCANNED' | 'PUBLISHED' | 'ENDED' | 'WITHDRAWN' | 'ARCHIVED';
  region: PlaceRef;
  posted_on: string;
  until_on: string;
  days: number;
  households: number;
  created_at: string;
  created_by: string;
}

export interface NoticeDetail extends NoticeItem {
  contact: string;
  contact_phone: string;
  report_phone: string;
  reason: string;
  on_web: boolean;
  lines: NoticeLine[];
  objections: Objection[];
}

export interface NewNotice {
  /** The proceedings, and what each household would be, by proceeding. */
  cases: string[];
  categories: Record<string, string>;
  posted_on: string;
  way: NoticeItem['way'];
  report_phone: string;
  contact: string;
  contact_phone: string;
}

export interface NewObjection {
  proceeding_id: string;
  raised_on: string;
  raised_by: string;
  way: 'ORAL' | 'WRITTEN' | 'TELEPHONE';
  words: string;
}

export interface BatchRow {
  proceeding_id: string;
  no: string;
  region: PlaceRef;
  household_no: string;
  head_name: string;
  state: string;
  decision: 'AGREE' | 'REFUSE';
  category: string;
  reason: string;
}

export interface BatchItem {
  id: string;
  no: string;
  procedure: string;
  stage: 'DRAFT' | 'DECIDED' | 'DROPPED';
  approval_no: string;
  decided_on: string | null;
  created_at: string;
  created_by: string;
}

export interface BatchDetail extends BatchItem {
  agency: string;
  meeting: string;
  deciders: string[];
  scan_name: string;
  decided_at: string | null;
  reason: string;
  rows: BatchRow[];
}

export interface BatchLine {
  proceeding_id: string;
  decision: 'AGREE' | 'REFUSE';
  category?: string;
  reason?: string;
}

/** A list to be drawn up: its cases, and how each is to be decided. */
export interface NewBatch {
  procedure: 'identification' | 'clearing';
  cases: string[];
  rows: BatchLine[];
}

export interface Ruling {
  approval_no: string;
  decided_on: string;
  deciders: string[];
  agency: string;
  meeting: string;
}

export interface BatchProblem {
  proceeding_id: string;
  no: string;
  head_name: string;
  code: string;
  text_zh: string;
  text_en: string;
  remedy_zh: string;
  remedy_en: string;
}
