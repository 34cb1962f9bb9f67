import type { components } from './schema';

/** The wire shapes under the names that the front ends use; the server's schemas are the only source. */
type Schemas = components['schemas'];

export type Session = Schemas['SessionOut'];
export type Post = Schemas['PostOut'];
export type Health = Schemas['HealthOut'];
export type DemoAccount = Schemas['DemoAccount'];

export type RegionRef = Schemas['RegionRef'];
export type Region = Schemas['RegionItem'];
export type RegionDetail = Schemas['RegionOut'];
export type RegionMatch = Schemas['RegionMatch'];

export type Overview = Schemas['OverviewOut'];
export type OverviewChild = Schemas['ChildCounts'];
export type RuleCount = Schemas['RuleCount'];
export type FeedState = Schemas['FeedState'];
export type RunRef = Schemas['RunRef'];

export type Coded = Schemas['CodedValue'];
export type HouseholdItem = Schemas['HouseholdItem'];
export type HouseholdPage = Schemas['HouseholdList'];
export type HouseholdQuery = Partial<Schemas['HouseholdPageFilter']>;
export type HouseholdSort = Schemas['HouseholdPageFilter']['sort'];
export type HintCode = Schemas['HintOut']['hint'];

export type HouseholdDetail = Schemas['HouseholdOut'];
export type HouseholdHead = Schemas['HouseholdHead'];
export type HintStep = Schemas['HintStep'];
export type FactSection = Schemas['SectionOut'];
export type Fact = Schemas['FieldOut'];
export type Member = Schemas['MemberOut'];
export type RevealOptions = Schemas['RevealOptions'];
export type RevealReason = Pick<Schemas['RevealIn'], 'purpose'> & { note?: string };
export type RevealedValue = Pick<Schemas['RevealedOut'], 'value_zh' | 'value_en' | 'left'>;
export type Look = Schemas['LookOut'];
export type HistoryEntry = Schemas['HistoryItem'];
export type HistoryChange = HistoryEntry['changes'][number];

export type Dataset = Schemas['DatasetOut'];
export type ImportSummary = Schemas['ImportItem'];
export type ImportPage = Schemas['ImportList'];
export type ImportDetail = Schemas['ImportOut'];
export type ImportCounts = Schemas['ImportCounts'];
export type ImportIssue = Schemas['IssueOut'];
export type Job = Schemas['JobOut'];

export type Run = Schemas['RunOut'];
export type RunList = Schemas['RunList'];
