import account from './account.json';
import accounts from './accounts.json';
import batches from './batches.json';
import bulk from './bulk.json';
import audit from './audit.json';
import cases from './cases.json';
import changes from './changes.json';
import clues from './clues.json';
import common from './common.json';
import coverage from './coverage.json';
import department from './department.json';
import desk from './desk.json';
import errors from './errors.json';
import feedback from './feedback.json';
import hints from './hints.json';
import household from './household.json';
import households from './households.json';
import imports from './imports.json';
import jobs from './jobs.json';
import keys from './keys.json';
import learning from './learning.json';
import looks from './looks.json';
import messageTexts from './messages.json';
import notices from './notices.json';
import overview from './overview.json';
import pairings from './pairings.json';
import proceedings from './proceedings.json';
import quality from './quality.json';
import reconciliation from './reconciliation.json';
import reviews from './reviews.json';
import rounds from './rounds.json';
import rules from './rules.json';
import screening from './screening.json';
import shell from './shell.json';
import signin from './signin.json';
import units from './units.json';
import villagelists from './villagelists.json';
import yearwindow from './yearwindow.json';

const messages = {
  account,
  accounts,
  batches,
  bulk,
  audit,
  cases,
  changes,
  clues,
  common,
  coverage,
  department,
  desk,
  errors,
  feedback,
  hints,
  household,
  households,
  imports,
  jobs,
  keys,
  learning,
  looks,
  messages: messageTexts,
  notices,
  overview,
  pairings,
  proceedings,
  quality,
  reconciliation,
  reviews,
  rounds,
  rules,
  screening,
  shell,
  signin,
  units,
  villagelists,
  yearwindow,
};

/** The shape that every language has to fill. */
export type Messages = typeof messages;

export default messages;
