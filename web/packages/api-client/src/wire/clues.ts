import type { PlaceRef } from './common';

// What is done with many clues at once: bulk acts, held batches, the village's list of a month.

export interface BulkInput {
  act: 'DISPATCH' | 'REASSIGN' | 'JOIN';
  ids: string[];
  /** Accounts; empty for a dispatch by the pack's table. */
  handlers: string[];
  reason: string;
}

export interface BulkRefusal {
  id: string;
  no: string;
  message: string;
}

/** All of it was done, or nothing: then each clue that stood in the way is named. */
export interface BulkAnswer {
  id: string;
  count: number;
  refused: BulkRefusal[];
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
  state: string;
}

export interface VillageList {
  id: string;
  no: string;
  month: string;
  region: PlaceRef;
  issued_on: string;
  due_on: string;
  rows: number;
  entered: number;
  made_at: string;
  made_by: string;
}

export interface VillageListRow {
  place: number;
  proceeding_id: string;
  clue_no: string;
  head_name: string;
  /** Empty until the sheet came back. */
  result: string;
  result_zh: string;
  result_en: string;
}

export interface VillageListDetail extends VillageList {
  items: VillageListRow[];
}

export interface EntryIssue {
  row: number;
  column: string;
  message: string;
  remedy: string;
}

/** What came of a sheet that came back; of a dry run nothing stays. */
export interface EntryAnswer {
  taken: number;
  blank: number;
  unchanged: number;
  issues: EntryIssue[];
  is_dry_run: boolean;
}
