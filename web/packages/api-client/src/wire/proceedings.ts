import type { PlaceRef } from './common';
import type { Coded } from '../types';
import type { LaneName } from './desk';

// Proceedings (办件): clues, suspicions and cases, with their steps, clocks and handlers.

/** A day as 2026-11-22, words, a number, yes or no, or people by their accounts. */
export type FactEntry = string | number | boolean | string[];

interface Worded {
  zh: string;
  en: string;
}

export interface StepFact extends Worded {
  name: string;
  type: string;
  codes: Coded[];
  may_be_future: boolean;
}

export interface Handler {
  user_id: string;
  name: string;
  since: string;
  until: string | null;
}

export interface ProceedingItem {
  id: string;
  no: string;
  procedure: string;
  procedure_zh: string;
  procedure_en: string;
  state: string;
  state_zh: string;
  state_en: string;
  region: PlaceRef;
  household_no: string;
  head_name: string;
  title_zh: string;
  title_en: string;
  risk: string;
  risk_zh: string;
  risk_en: string;
  severity: number;
  assessed_level: string;
  source: string;
  source_zh: string;
  source_en: string;
  period: string;
  opened_at: string;
  changed_at: string;
  waits_for: string;
  department: string;
  department_zh: string;
  department_en: string;
  next_clock_zh: string;
  next_clock_en: string;
  next_due_on: string | null;
  is_provisional: boolean;
  overdue_level: string;
  is_supervised: boolean;
  closed_at: string | null;
  handlers: string[];
  revision: number;
}

export interface KnownFact extends Worded {
  name: string;
  type: string;
  value: FactEntry | null;
  value_zh: string;
  value_en: string;
}

/** A photo of a clue's check that is on file. */
export interface CheckPhoto {
  id: string;
  no: string;
  at: string;
  by: string;
  /** By the reader's post, or because he added it and the check is his duty. */
  can_open: boolean;
}

/** What is asked of whoever checks a clue: what to do, how, with a photo and a place or not. */
export interface Errand extends Worded {
  todo_zh: string;
  todo_en: string;
  ways: Coded[];
  /** NEEDED, ALLOWED or NONE. */
  photo: string;
  place: string;
  /** Whose matter it is, "" for no department's. */
  department: string;
  department_zh: string;
  department_en: string;
  photos: CheckPhoto[];
  /** Its photos open for a stated purpose. */
  needs_purpose: boolean;
}

export interface ProceedingDetail extends ProceedingItem {
  facts: KnownFact[];
  present_handlers: Handler[];
  /** Free words are shown because it is the reader's duty. */
  by_duty: boolean;
  /** The report was joined to this one, which was open already. */
  joined_now: boolean;
  /** Of a clue alone, to who may read its matter. */
  errand: Errand | null;
}

export interface TimelineStep {
  at: string;
  by: string;
  step: string;
  step_zh: string;
  step_en: string;
  state_zh: string;
  state_en: string;
  note: string;
  facts: KnownFact[];
}

export interface TimelineClock extends Worded {
  clock: string;
  counted_from: string;
  due_on: string;
  is_provisional: boolean;
  extended: boolean;
  climbed: string[];
  ended_on: string | null;
  is_late: boolean | null;
}

export interface TimelineOrigin {
  at: string;
  by: string;
  source_zh: string;
  source_en: string;
  words: string | null;
  reporter: string | null;
}

export interface Timeline {
  steps: TimelineStep[];
  clocks: TimelineClock[];
  origins: TimelineOrigin[];
  handlers: Handler[];
}

/** A step that the reader may take, the facts that it asks for, and what keeps it from being taken today. */
export interface StepOffer extends Worded {
  step: string;
  /** Where it leads: ON, ASIDE or OUT. */
  bearing: string;
  is_next: boolean;
  asks: StepFact[];
  /** What else it may bring and nobody has said yet. */
  takes: StepFact[];
  /** What is known already and may be said anew. */
  renews: StepFact[];
  blocked_zh: string[];
  blocked_en: string[];
  /** Whether a photo belongs to it: NEEDED, ALLOWED or NONE. */
  photo: string;
}

export interface Offers {
  offers: StepOffer[];
  next_step: string;
  revision: number;
}

export interface ProceedingQuery {
  region?: string;
  procedure?: string;
  state?: string;
  open?: boolean;
  waits_for?: string;
  handler?: string;
  department?: string;
  due_before?: string;
  overdue?: boolean;
  supervised?: boolean;
  /** What is on no list that the county has yet to decide. */
  unlisted?: boolean;
  /** What the reader's desk counts there. */
  lane?: LaneName | 'WAITING';
  source?: string;
  period?: string;
  household_no?: string;
  q?: string;
  sort?: 'due' | 'newest';
}

export interface StepInput {
  step: string;
  facts: Record<string, FactEntry>;
  note: string;
  revision: number;
}

/** A report that was taken, to who may not see what became of it. */
export interface ReceivedReport {
  household_no: string;
  received_at: string;
}

export interface NewClue {
  procedure: string;
  household_no?: string;
  region?: string;
  risk: string;
  words: string;
  reporter: string;
  facts: Record<string, FactEntry>;
}

/** Somebody who may be given a proceeding, by account. */
export interface Colleague {
  id: string;
  name: string;
  role_zh: string;
  role_en: string;
  office: string;
  region: PlaceRef;
}

/** What a clue can be about, and the departments that one can be passed to. */
export interface Matters {
  matters: Coded[];
  departments: Coded[];
}
