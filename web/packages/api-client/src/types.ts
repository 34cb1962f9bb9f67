/** The wire shapes, as the server's operations promise them. */
export interface Region {
  code: string;
  name: string;
  level: number;
}

export interface RegionRef {
  code: string;
  name: string;
}

export interface RegionDetail extends Region {
  parent: RegionRef | null;
  path: RegionRef[];
  children: Region[];
}

export interface RegionMatch extends Region {
  path: RegionRef[];
}

export interface Post {
  id: string;
  role: string;
  role_zh: string;
  role_en: string;
  region: Region;
}

export interface Session {
  user: { username: string; display_name: string; language: string };
  posts: Post[];
  active_post_id: string | null;
  permissions: string[];
  is_demo: boolean;
  latest_period: string | null;
}

export interface DemoAccount {
  username: string;
  label_zh: string;
  label_en: string;
  password: string;
}

export interface Health {
  is_demo?: boolean;
  demo_accounts?: DemoAccount[];
}

export interface OverviewChild {
  region: RegionRef;
  households: number;
  urgent: number;
  attention: number;
  unknown: number;
}

export interface RuleCount {
  rule_id: string;
  kind: string;
  title_zh: string;
  title_en: string;
  count: number;
}

export interface FeedState {
  dataset: string;
  title_zh: string;
  title_en: string;
  period: string | null;
  as_of: string | null;
  rows: number;
  stale: boolean;
}

export interface RunRef {
  id: string;
  finished_at: string;
  period: string;
}

export interface Changes {
  new: number;
  changed: number;
  gone: number;
}

export type HintCode = 'urgent' | 'attention' | 'unknown' | 'none';
export type Outcome = 'TRUE' | 'FALSE' | 'UNKNOWN';

export interface Overview {
  region: Region;
  period: string | null;
  run: RunRef | null;
  totals: { households: number; persons: number; urgent: number; attention: number; unknown: number; none: number };
  previous: { period: string; urgent: number; attention: number; unknown: number } | null;
  changes: Changes;
  by_child: OverviewChild[];
  by_rule: RuleCount[];
  feeds: FeedState[];
  periods: string[];
}

export interface Coded {
  code: string;
  zh: string;
  en: string;
}

export interface HouseholdItem {
  id: string;
  household_no: string;
  head_name: string;
  region: RegionRef;
  town_name: string;
  village_name: string;
  member_count: number;
  household_type: Coded | null;
  monitored_category: Coded | null;
  risk_status: Coded | null;
  hint: HintCode | null;
  reason_zh: string;
  reason_en: string;
  as_of: string | null;
}

export interface HouseholdPage {
  items: HouseholdItem[];
  next_cursor: string | null;
  total: number;
  period: string | null;
}

export type HouseholdSort = 'hint' | 'household_no' | 'name';

export interface HouseholdQuery {
  region?: string;
  period?: string;
  hint?: readonly HintCode[];
  household_type?: readonly string[];
  monitored_category?: readonly string[];
  rule?: string;
  q?: string;
  sort?: HouseholdSort;
  cursor?: string;
  limit?: number;
}

export interface Fact {
  key: string;
  label_zh: string;
  label_en: string;
  value: unknown;
  value_zh: string;
  value_en: string;
  unit: string | null;
  source: string | null;
  as_of: string | null;
}

export interface FactSection {
  key: string;
  title_zh: string;
  title_en: string;
  fields: Fact[];
}

export interface Member {
  id: string;
  name: string;
  relation: Coded | null;
  sex: Coded | null;
  birth_on: string | null;
  age: number | null;
  id_number_masked: string;
  phone_masked: string;
  fields: Fact[];
}

export interface HistoryChange {
  label_zh?: string;
  label_en?: string;
  before?: unknown;
  after?: unknown;
  [key: string]: unknown;
}

export interface HistoryEntry {
  at: string;
  source: string;
  changes: HistoryChange[];
}

export interface HouseholdHead {
  id: string;
  household_no: string;
  head_name: string;
  region: RegionRef;
  path: RegionRef[];
  member_count: number;
  household_type: Coded | null;
  monitored_category: Coded | null;
  risk_status: Coded | null;
  as_of: string | null;
  source: string | null;
}

export interface HouseholdHint {
  hint: HintCode;
  reason_zh: string;
  reason_en: string;
  rule_ids: string[];
  period: string;
  since: string;
  changed_at: string;
}

export interface HintStep {
  hint: HintCode;
  reason_zh: string;
  reason_en: string;
  valid_from: string;
  valid_to: string | null;
}

export interface HouseholdDetail {
  household: HouseholdHead;
  sections: FactSection[];
  members: Member[];
  hint: HouseholdHint | null;
  hint_history: HintStep[];
  assessed_level: Coded | null;
  handling_status: Coded | null;
  history: HistoryEntry[];
}

export interface Clause {
  text_zh: string;
  text_en: string;
  outcome: Outcome;
  value: string | null;
  threshold: string | null;
  unit: string | null;
  dataset: string | null;
  as_of: string | null;
  person_name: string | null;
}

export interface RuleExplanation {
  rule_id: string;
  title_zh: string;
  title_en: string;
  kind: string;
  outcome: Outcome;
  unknown_reason: string | null;
  hint: HintCode;
  reason_zh: string;
  reason_en: string;
  source: string;
  clauses: Clause[];
}

export interface Explanation {
  household_no: string;
  period: string;
  run: RunRef;
  hint: HintCode;
  reason_zh: string;
  reason_en: string;
  rules: RuleExplanation[];
}

export interface Dataset {
  id: string;
  title_zh: string;
  title_en: string;
  department: string;
  basis: string;
  coverage: string;
  cadence: string;
  valid_months: number | null;
  has_period: boolean;
  may_import: boolean;
  columns: DatasetColumn[];
}

export interface DatasetColumn {
  name: string;
  zh: string;
  type: string;
  required: boolean;
  unit: string | null;
  code_list: string | null;
  synonyms: string[];
}

export type JobState = 'QUEUED' | 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED';

export interface Problem {
  code: string;
  message: string;
  remedy: string;
}

export interface Job {
  id: string;
  kind: string;
  state: JobState;
  done: number;
  total: number;
  message: string;
  result: Record<string, unknown> | null;
  error: Problem | null;
  created_at: string;
  finished_at: string | null;
}

export interface ImportCounts {
  rows: number;
  good: number;
  bad: number;
  new: number;
  changed: number;
  unchanged: number;
}

export interface ImportSummary {
  id: string;
  dataset: string;
  title_zh: string;
  title_en: string;
  region: RegionRef;
  period: string | null;
  as_of: string | null;
  state: string;
  file_name: string;
  counts: ImportCounts;
  created_by: string;
  created_at: string;
  committed_at: string | null;
}

export interface ColumnMapping {
  header: string;
  column: string;
  zh: string;
  how: string;
}

export interface ImportIssue {
  row: number | null;
  column: string;
  column_zh: string;
  code: string;
  message: string;
  remedy: string;
  value_masked: string;
}

export interface ImportDetail extends ImportSummary {
  mapping: ColumnMapping[];
  unmapped: string[];
  missing: string[];
  issues: ImportIssue[];
  errors: ImportIssue[];
  has_error_workbook: boolean;
  job: Job | null;
  duplicate_of: string | null;
  detail: Record<string, unknown>;
}

export interface ImportPage {
  items: ImportSummary[];
  next_cursor: string | null;
}

export interface Run {
  id: string;
  region: RegionRef;
  period: string;
  started_at: string;
  finished_at: string;
  pack: string;
  pack_version: string;
  result_hash: string;
  households: number;
  persons: number;
  hints: { urgent: number; attention: number; unknown: number; none: number };
  changes: Changes;
}

export interface RunList {
  items: Run[];
}
