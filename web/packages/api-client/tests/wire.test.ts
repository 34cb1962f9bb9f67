import { describe, expectTypeOf, it } from 'vitest';

import type * as wire from '../src/wire';
import type { MessageItem, MessagePage, MessageSettings } from '../src/wire/messages';
import type { components } from '../src/schema';

type Schemas = components['schemas'];

/** The names that the screens read and the server does not send; none is well. */
type Missing<Ours, Theirs> = Exclude<keyof Ours, keyof Theirs>;

describe('the shapes written by hand', () => {
  it('read nothing that the server does not send', () => {
    expectTypeOf<Missing<wire.AuditItem, Schemas['AuditEventOut']>>().toBeNever();
    expectTypeOf<Missing<wire.AuditChain, Schemas['AuditStateOut']>>().toBeNever();
    expectTypeOf<Missing<wire.AuditWords, Schemas['AuditWords']>>().toBeNever();
    expectTypeOf<Missing<wire.RuleBook, Schemas['RuleListOut']>>().toBeNever();
    expectTypeOf<Missing<wire.RuleItem, Schemas['RuleLineOut']>>().toBeNever();
    expectTypeOf<Missing<wire.ThresholdItem, Schemas['ThresholdLineOut']>>().toBeNever();
    expectTypeOf<Missing<wire.RuleCase, Schemas['RuleCaseOut']>>().toBeNever();
    expectTypeOf<Missing<wire.Board, Schemas['BoardOut']>>().toBeNever();
    expectTypeOf<Missing<wire.BoardDataset, Schemas['BoardDataset']>>().toBeNever();
    expectTypeOf<Missing<wire.Landing, Schemas['LandingOut']>>().toBeNever();
    expectTypeOf<Missing<wire.FeedbackDetail, Schemas['FeedbackOut']>>().toBeNever();
    expectTypeOf<Missing<wire.NewFeedback, Schemas['FeedbackIn']>>().toBeNever();
    expectTypeOf<Missing<wire.QualitySummary, Schemas['SummaryOut']>>().toBeNever();
    expectTypeOf<Missing<wire.QualityRule, Schemas['QualityRuleOut']>>().toBeNever();
    expectTypeOf<Missing<wire.ChangeKind, Schemas['KindOut']>>().toBeNever();
    expectTypeOf<Missing<wire.ChangeItem, Schemas['ChangeHead']>>().toBeNever();
    expectTypeOf<Missing<wire.ChangeDetail, Schemas['ChangeOut']>>().toBeNever();
    expectTypeOf<Missing<wire.ChangeInput, Schemas['ChangeIn']>>().toBeNever();
    expectTypeOf<Missing<wire.RulePage, Schemas['RulePageOut']>>().toBeNever();
    expectTypeOf<Missing<wire.ReconciliationItem, Schemas['DifferenceOut']>>().toBeNever();
    expectTypeOf<Missing<wire.ReconciliationDetail, Schemas['ReconciliationOut']>>().toBeNever();
    expectTypeOf<Missing<wire.RoundProgress, Schemas['RoundProgress']>>().toBeNever();
    expectTypeOf<Missing<wire.RoundEntry, Schemas['RoundEntryOut']>>().toBeNever();
    expectTypeOf<Missing<wire.RoundFinding, Schemas['RoundEntryIn']>>().toBeNever();
    expectTypeOf<Missing<wire.YearWindowDetail, Schemas['WindowOut']>>().toBeNever();
    expectTypeOf<Missing<wire.YearCorrection, Schemas['CorrectionOut']>>().toBeNever();
    expectTypeOf<Missing<wire.Learning, Schemas['LearningOut']>>().toBeNever();
    expectTypeOf<Missing<wire.RuleLearning, Schemas['RuleLearningOut']>>().toBeNever();
    expectTypeOf<Missing<wire.Signals, Schemas['SignalsOut']>>().toBeNever();
    expectTypeOf<Missing<wire.Account, Schemas['AccountOut']>>().toBeNever();
    expectTypeOf<Missing<wire.HeldPost, Schemas['HeldPostOut']>>().toBeNever();
    expectTypeOf<Missing<wire.Proposal, Schemas['ProposalOut']>>().toBeNever();
    expectTypeOf<Missing<wire.AccountRole, Schemas['RoleOut']>>().toBeNever();
    expectTypeOf<Missing<MessagePage, Schemas['MessagePage']>>().toBeNever();
    expectTypeOf<Missing<MessageItem, Schemas['MessageOut']>>().toBeNever();
    expectTypeOf<Missing<MessageSettings, Schemas['MessageSettingsOut']>>().toBeNever();
    expectTypeOf<Missing<wire.ExportRequest, Schemas['ExportRequestOut']>>().toBeNever();
  });
});
