// Pairings (结对帮扶): who answers for which household.

export interface PairingQuery {
  region?: string;
  state?: string;
  cadre?: string;
  q?: string;
}

export interface PairingItem {
  id: string;
  household_no: string;
  head_name: string;
  region: { code: string; name: string };
  town_name: string;
  village_name: string;
  user_id: string;
  cadre_name: string;
  office: string;
  office_kind: string;
  office_kind_zh: string;
  office_kind_en: string;
  valid_from: string;
  valid_to: string | null;
  end_reason: string;
  note: string;
  /** The account is in use and a post covers the village. */
  is_able: boolean;
  created_by: string;
}

export interface PairingPage {
  items: PairingItem[];
  next_cursor: string | null;
  total: number;
  orphaned: number;
}

export interface PairingLoad {
  user_id: string;
  cadre_name: string;
  office: string;
  office_kind: string;
  office_kind_zh: string;
  office_kind_en: string;
  households: number;
  total: number;
  orphaned: number;
  capacity: number | null;
}

export interface PairingChoices {
  cadres: {
    user_id: string;
    username: string;
    name: string;
    office: string;
    roles_zh: string[];
    roles_en: string[];
    total: number;
  }[];
  offices: { kind: string; zh: string; en: string; capacity: number | null; document: string; status: string }[];
}

export interface NewPairing {
  household_no: string;
  user_id: string;
  valid_from: string;
  office_kind: string;
  note?: string;
  may_exceed?: boolean;
}

export interface HandoverInput {
  region: string;
  from_user_id: string;
  to_user_id: string;
  on: string;
  reason: string;
  office_kind: string;
  may_exceed?: boolean;
}

export interface Handover {
  id: string;
  from_name: string;
  to_name: string;
  count: number;
  undone_at: string | null;
}

export interface PairingImport {
  rows: number;
  new: number;
  replaced: number;
  unchanged: number;
  bad: number;
  is_committed: boolean;
  issues: { row: number; column: string; code: string; message: string; remedy: string }[];
}
