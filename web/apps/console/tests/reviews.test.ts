import { describe, expect, it } from 'vitest';

import { isBegun, isVoted, type Vote } from '../src/cases/useReview';

const vote = (part: Partial<Vote>): Vote => ({ agree: '', against: '', isRejected: false, reason: '', ...part });

describe('a case before the meeting', () => {
  it('is left alone where nothing was said of it', () => {
    expect([isBegun(vote({})), isVoted(vote({}))]).toEqual([false, false]);
  });

  it('has to be told whole once something was said of it', () => {
    expect([isBegun(vote({ agree: 3 })), isVoted(vote({ agree: 3 }))]).toEqual([true, false]);
    expect([isBegun(vote({ isRejected: true })), isVoted(vote({ isRejected: true }))]).toEqual([true, false]);
    expect(isVoted(vote({ agree: 0, against: 12 }))).toBe(true);
  });
});
