/** The wire shapes of rules, the coverage board, data quality, change requests and reconciliation. */
export type * from './audit';
export type * from './accounts';
export type * from './changes';
export type * from './common';
export type * from './explanation';
export type * from './feeds';
export type * from './quality';
export type * from './reconciliation';
export type * from './rules';
export type * from './signing';
