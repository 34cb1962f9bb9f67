import account from './account.json';
import accounts from './accounts.json';
import bulk from './bulk.json';
import audit from './audit.json';
import changes from './changes.json';
import common from './common.json';
import coverage from './coverage.json';
import errors from './errors.json';
import feedback from './feedback.json';
import hints from './hints.json';
import household from './household.json';
import households from './households.json';
import imports from './imports.json';
import jobs from './jobs.json';
import looks from './looks.json';
import overview from './overview.json';
import quality from './quality.json';
import reconciliation from './reconciliation.json';
import rules from './rules.json';
import screening from './screening.json';
import shell from './shell.json';
import signin from './signin.json';
import units from './units.json';

const messages = {
  account,
  accounts,
  bulk,
  audit,
  changes,
  common,
  coverage,
  errors,
  feedback,
  hints,
  household,
  households,
  imports,
  jobs,
  looks,
  overview,
  quality,
  reconciliation,
  rules,
  screening,
  shell,
  signin,
  units,
};

/** The shape that every language has to fill. */
export type Messages = typeof messages;

export default messages;
