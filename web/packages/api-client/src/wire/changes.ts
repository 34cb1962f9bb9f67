import type { PlaceRef } from './common';

// Change requests.

export type ChangeState =
  | 'DRAFT'
  | 'SUBMITTED'
  | 'VILLAGE_AGREED'
  | 'APPROVED'
  | 'RETURNED'
  | 'REJECTED'
  | 'WITHDRAWN'
  | 'UNDONE';

export interface ChangeField {
  name: string;
  zh: string;
  en: string;
  type: 'text' | 'date' | 'code' | 'person' | 'persons' | 'household' | 'id_number' | 'number';
  required: boolean;
  options?: { code: string; zh: string; en: string }[] | null;
}

export interface ChangeKind {
  kind: string;
  zh: string;
  en: string;
  help_zh: string;
  help_en: string;
  evidence_zh: string;
  evidence_en: string;
  evidence_required: boolean;
  fields: ChangeField[];
}

export interface ChangeItem {
  id: string;
  no: string;
  kind: string;
  kind_zh: string;
  kind_en: string;
  state: ChangeState;
  state_zh: string;
  state_en: string;
  household_no: string;
  head_name: string;
  region: PlaceRef;
  happened_on: string;
  created_at: string;
  created_by: string;
  conflicts: number;
  flags: number;
  due_on: string | null;
}

/** A member alone, or with the relation to the head of a new household. */
export type MemberInput = string | { person: string; relation: string };

export type FactInput = string | number | MemberInput[] | null;

export interface ChangeInput {
  kind: string;
  household_no: string;
  happened_on: string;
  facts: Record<string, FactInput>;
  note: string;
}

export interface ChangeFact {
  name: string;
  zh: string;
  en: string;
  value: unknown;
  value_zh: string;
  value_en: string;
  /** MASKED and HIDDEN facts are kept as they are when the form is saved with them. */
  shown: 'OPEN' | 'MASKED' | 'HIDDEN';
  can_reveal: boolean;
}

export interface Evidence {
  id: string;
  name: string;
  size: number;
  note: string;
  by: string;
  at: string;
}

export interface ChangeStep {
  at: string;
  by: string;
  step_zh: string;
  step_en: string;
  decision_zh: string;
  decision_en: string;
  note: string;
}

export type ChangeAction = 'submit' | 'withdraw' | 'village' | 'town' | 'undo' | 'edit' | 'evidence';

export interface ChangeDetail {
  id: string;
  no: string;
  kind: string;
  kind_zh: string;
  kind_en: string;
  state: ChangeState;
  state_zh: string;
  state_en: string;
  household_no: string;
  head_name: string;
  region: PlaceRef;
  happened_on: string;
  created_at: string;
  created_by: string;
  due_on: string | null;
  note: string;
  revision: number;
  facts: ChangeFact[];
  evidence: Evidence[];
  conflicts: { change_id: string; no: string; why_zh: string; why_en: string }[];
  flags: { code: string; text_zh: string; text_en: string }[];
  steps: ChangeStep[];
  effects: { text_zh: string; text_en: string }[];
  /** The papers are opened for a stated purpose. */
  needs_purpose: boolean;
  allowed: ChangeAction[];
}

export interface ChangeQuery {
  region: string;
  kind?: string;
  state?: string;
  q?: string;
}
