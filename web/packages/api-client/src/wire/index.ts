/** The wire shapes of rules, the coverage board, data quality, change requests and reconciliation. */
export type * from './audit';
export type * from './accounts';
export type * from './cases';
export type * from './changes';
export type * from './clues';
export type * from './common';
export type * from './desk';
export type * from './explanation';
export type * from './feeds';
export type * from './proceedings';
export type * from './quality';
export type * from './reconciliation';
export type * from './rounds';
export type * from './rules';
export type * from './signing';
