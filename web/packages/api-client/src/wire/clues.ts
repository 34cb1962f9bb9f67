import type { PlaceRef } from './common';
import type { ProceedingQuery } from './proceedings';

// What is done with many clues at once: bulk acts, held batches, the village's list of a month.

export interface BulkInput {
  act: 'DISPATCH' | 'REASSIGN' | 'JOIN';
  ids?: string[];
  /** Instead of ids: all that the list finds, as long as there are still as many as it said. */
  matching?: ProceedingQuery & { count: number };
  /** Accounts; empty for a dispatch by the county's table. */
  handlers: string[];
  reason: string;
  joined_to?: string;
}

export interface BulkRefusal {
  id: string;
  no: string;
  message_zh: string;
  message_en: string;
}

/** Clues refused for one reason: how many, a sentence that says so, and the numbers of the first. */
export interface BulkSame {
  code: string;
  count: number;
  message_zh: string;
  message_en: string;
  nos: string[];
}

/** All of it was done, or nothing: then each clue that stood in the way is named, and each reason once. */
export interface BulkAnswer {
  act_id: string | null;
  done: number;
  can_undo: boolean;
  refusals: BulkRefusal[];
  same: BulkSame[];
}

export interface HeldBatch {
  id: string;
  region: PlaceRef;
  period: string;
  held_at: string;
  clues: number;
  households: number;
  screened: number;
  village: PlaceRef;
  village_clues: number;
  exceeded: string;
  state: string;
}

export interface VillageList {
  id: string;
  region: PlaceRef;
  month: string;
  no: string;
  issued_on: string;
  due_on: string;
  rows: number;
  answered: number;
  made_at: string;
  made_by: string;
}

export interface VillageListRow {
  place: number;
  proceeding_id: string;
  clue_no: string;
  procedure: string;
  household_no: string;
  head_name: string;
  reason_zh: string;
  reason_en: string;
  due_on: string | null;
  /** CLOSED, NOTED or ALARM once it came back. */
  result: string;
}

export interface VillageListDetail extends VillageList {
  items: VillageListRow[];
}

export interface EntryProblem {
  row: number;
  column: string;
  clue_no: string;
  message_zh: string;
  message_en: string;
  remedy_zh: string;
  remedy_en: string;
}

/** What came of a sheet that came back; of a dry run nothing stays. */
export interface EntryAnswer {
  closed: number;
  noted: number;
  alarms: number;
  unchanged: number;
  still_open: number;
  is_repeat: boolean;
  is_dry_run: boolean;
  problems: EntryProblem[];
}
