import { describe, expectTypeOf, it } from 'vitest';

import type { components } from '../src/schema';
import type * as wire from '../src/wire';

type Schemas = components['schemas'];

/** What we write as one of a few words is a plain text to the schema, and a list of them a list of texts. */
type Plain<T> = T extends string
  ? string
  : T extends (infer Item)[]
    ? Plain<Item>[]
    : T extends object
      ? { [Name in keyof T]: Plain<T[Name]> }
      : T;

/** What the server fills in itself need not be sent. */
type Defaulted<T, Names extends keyof T> = Omit<T, Names> & Partial<Pick<T, Names>>;

/** What the server sends must hold, to the last leaf, all that the screens read. */
type Reads<Ours, Theirs> = Plain<Theirs> extends Plain<Ours> ? true : false;
/** What the screens send must be what the server asks for, and nothing that it does not know. */
type Sends<Ours, Theirs> =
  Plain<Ours> extends Plain<Theirs> ? (Exclude<keyof Ours, keyof Theirs> extends never ? true : false) : false;

describe('the shapes of clues and cases written by hand', () => {
  it('read of a proceeding what the server sends', () => {
    expectTypeOf<Reads<wire.ProceedingItem, Schemas['ProceedingHead']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.ProceedingDetail, Schemas['ProceedingOut']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.Timeline, Schemas['TimelineOut']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.Offers, Schemas['OffersOut']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.Colleague, Schemas['ColleagueOut']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.Matters, Schemas['MatterOut']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.Desk, Schemas['DeskOut']>>().toEqualTypeOf<true>();
  });

  it('read of bulk acts and village lists what the server sends', () => {
    expectTypeOf<Reads<wire.BulkAnswer, Schemas['BulkOut']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.HeldBatch, Schemas['HeldBatchOut']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.VillageListDetail, Schemas['VillageListOut']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.EntryAnswer, Schemas['VillageListEntryOut']>>().toEqualTypeOf<true>();
  });

  it('read of papers, notices and lists of decisions what the server sends', () => {
    expectTypeOf<Reads<wire.CaseFile, Schemas['CaseFileOut']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.Prefill, Schemas['PrefillOut']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.NoticeDetail, Schemas['NoticeOut']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.NoticeItem, Schemas['NoticeHead']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.BatchDetail, Schemas['BatchOut']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.BatchItem, Schemas['BatchHead']>>().toEqualTypeOf<true>();
    expectTypeOf<Reads<wire.BatchProblem, Schemas['BatchProblemOut']>>().toEqualTypeOf<true>();
  });

  it('send what the server asks for', () => {
    expectTypeOf<Sends<wire.ProceedingQuery, Partial<Schemas['ProceedingQuery']>>>().toEqualTypeOf<true>();
    expectTypeOf<Sends<wire.StepInput, Schemas['StepIn']>>().toEqualTypeOf<true>();
    expectTypeOf<Sends<wire.NewClue, Schemas['ProceedingIn']>>().toEqualTypeOf<true>();
    expectTypeOf<Sends<Omit<wire.BulkInput, 'matching'>, Defaulted<Schemas['BulkIn'], 'dry_run' | 'joined_to'>>>().toEqualTypeOf<true>();
    expectTypeOf<
      Sends<NonNullable<wire.BulkInput['matching']>, Partial<Schemas['MatchingIn']>>
    >().toEqualTypeOf<true>();
    expectTypeOf<Sends<wire.NewNotice, Schemas['NoticeIn']>>().toEqualTypeOf<true>();
    expectTypeOf<Sends<wire.NewObjection, Schemas['ObjectionIn']>>().toEqualTypeOf<true>();
    expectTypeOf<Sends<wire.BatchLine, Defaulted<Schemas['BatchLineIn'], 'category' | 'reason'>>>().toEqualTypeOf<true>();
    expectTypeOf<Sends<Omit<wire.NewBatch, 'rows'>, Omit<Schemas['BatchIn'], 'rows'>>>().toEqualTypeOf<true>();
    expectTypeOf<Exclude<keyof Schemas['BatchIn'], keyof wire.NewBatch>>().toBeNever();
    expectTypeOf<Sends<wire.Ruling, Schemas['RulingIn']>>().toEqualTypeOf<true>();
  });
});
