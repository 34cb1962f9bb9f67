export type PostKind = 'REGULAR' | 'TEMPORARY' | 'DEPUTY';
export type ProposalState = 'PROPOSED' | 'APPROVED' | 'REJECTED' | 'WITHDRAWN';
export type ExportState = 'REQUESTED' | 'APPROVED' | 'REJECTED' | 'WITHDRAWN' | 'USED';
export type ExportKind = 'households' | 'quality' | 'reconciliation' | 'pairings' | 'proceedings' | 'audit';

export interface PlaceOfPost {
  code: string;
  name: string;
  level: number;
}

export interface AccountRole {
  code: string;
  zh: string;
  en: string;
  levels: number[];
  duty: string;
  is_administrator: boolean;
  permissions: { code: string; zh: string; en: string }[];
  /** Of which department a post of the role is; empty for a role of no department. */
  departments: { code: string; zh: string; en: string }[];
}

export interface HeldPost {
  id: string;
  role_zh: string;
  role_en: string;
  region: PlaceOfPost;
  kind: PostKind;
  department: { code: string; zh: string; en: string } | null;
  office: string;
  valid_from: string;
  valid_to: string | null;
  ended_at: string | null;
  state: 'IN_FORCE' | 'COMING' | 'ENDED';
}

export interface Account {
  username: string;
  display_name: string;
  duty: string;
  is_active: boolean;
  is_home: boolean;
  is_self: boolean;
  last_login: string | null;
  posts: HeldPost[];
}

export interface AccountQuery {
  q?: string;
  role?: string;
  state?: string;
}

/** A new account, with the opener's half of its first password. */
export interface OpenedAccount {
  username: string;
  password_half: string;
}

export interface NewProposal {
  username: string;
  role: string;
  region: string;
  valid_from: string;
  valid_to?: string;
  kind: PostKind;
  office: string;
  note: string;
  department?: string;
}

export interface Proposal {
  id: string;
  username: string;
  display_name: string;
  role_zh: string;
  role_en: string;
  region: PlaceOfPost;
  kind: PostKind;
  department: { code: string; zh: string; en: string } | null;
  office: string;
  note: string;
  valid_from: string;
  valid_to: string | null;
  state: ProposalState;
  proposed_by: string;
  proposed_at: string;
  decided_by: string;
  decided_at: string | null;
  reason: string;
  is_mine: boolean;
  can_decide: boolean;
}

export type ActName = 'DISABLE' | 'ENABLE' | 'END_POST' | 'RESET_PASSWORD' | 'RESET_FACTORS';

export interface NewAct {
  username: string;
  act: ActName;
  reason: string;
  post_id?: string;
}

/** What is to be done with an account; two persons decide. */
export interface GuardedAct {
  id: string;
  username: string;
  display_name: string;
  act: ActName | 'FIRST_PASSWORD' | 'JOIN_SSO' | 'SEPARATE_SSO';
  region: PlaceOfPost;
  role_zh: string;
  role_en: string;
  valid_to: string | null;
  reason: string;
  state: ProposalState;
  proposed_by: string;
  proposed_at: string;
  decided_by: string;
  decided_at: string | null;
  answer: string;
  is_mine: boolean;
  can_decide: boolean;
  password_half: string;
}

export interface ExportRequest {
  id: string;
  kind: string;
  region: { code: string; name: string };
  filters: Record<string, unknown>;
  is_searched: boolean;
  rows: number;
  purpose: string;
  state: ExportState;
  requested_by: string;
  requested_at: string;
  is_mine: boolean;
  decided_by: string;
  decided_at: string | null;
  reason: string;
  expires_at: string | null;
}
