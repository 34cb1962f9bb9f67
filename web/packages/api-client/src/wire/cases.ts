import type { PlaceRef } from './common';

// Papers of a case, notices with their objections, and the county's batches.

export interface CasePaper {
  id: string;
  paper: string;
  no: string;
  kind: 'MADE' | 'ORIGINAL' | 'SCAN';
  dated_on: string | null;
  name: string;
  size: number;
  note: string;
  at: string;
  by: string;
}

/** A paper that belongs into the file: on file, ready to be made, or what it lacks. */
export interface PaperLine {
  paper: string;
  zh: string;
  en: string;
  is_needed: boolean;
  lacks_zh: string[];
  lacks_en: string[];
  files: CasePaper[];
}

export interface CaseFile {
  papers: PaperLine[];
}

export interface NoticeLine {
  subject_id: string;
  household_no: string;
  head_name: string;
  group: string;
  people: number;
  category: string;
}

export interface Objection {
  id: string;
  subject_id: string;
  number: number;
  raised_on: string;
  way: string;
  words: string;
  state: 'OPEN' | 'UNFOUNDED' | 'UPHELD';
  finding: string;
}

export interface NoticeItem {
  id: string;
  no: string;
  kind: 'IDENTIFICATION' | 'CLEARING';
  way: string;
  state: 'DRAFT' | 'SCANNED' | 'PUBLISHED' | 'ENDED' | 'WITHDRAWN' | 'ARCHIVED';
  region: PlaceRef;
  posted_on: string;
  until_on: string;
  days: number;
  households: number;
  open_objections: number;
}

export interface NoticeDetail extends NoticeItem {
  lines: NoticeLine[];
  objections: Objection[];
  /** Steps that the reader may take: SCAN, PUBLISH, END, WITHDRAW, ARCHIVE. */
  allowed: string[];
  has_board: boolean;
  has_web: boolean;
  reason: string;
}

export interface NewNotice {
  kind: NoticeItem['kind'];
  proceedings: string[];
  posted_on: string;
  way: string;
  contact: string;
  contact_phone: string;
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
  cases: number;
  created_at: string;
  created_by: string;
}

export interface BatchDetail extends BatchItem {
  agency: string;
  meeting: string;
  scan_name: string;
  rows: BatchRow[];
  problems: { proceeding_id: string; no: string; head_name: string; message: string }[];
}

export interface BatchDecisionInput {
  approval_no: string;
  decided_on: string;
  meeting: string;
  agency: string;
  deciders: string[];
}
