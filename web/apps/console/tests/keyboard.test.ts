import { describe, expect, it } from 'vitest';

import { problemOf, type Checked } from '../src/shared/fieldProblem';
import { namesIn } from '../src/shared/unsaved';

const FINE = { valid: true, valueMissing: false, rangeUnderflow: false, rangeOverflow: false };

function field(part: Partial<Checked>, validity: Partial<Checked['validity']> = {}): Checked {
  return { type: 'text', value: 'x', required: true, ...part, validity: { ...FINE, ...validity } };
}

describe('what a field lacks', () => {
  it('is nothing where it is well', () => {
    expect(problemOf(field({}))).toBeNull();
    expect(problemOf(field({ value: '', required: false }))).toBeNull();
  });

  it('is everything where only blanks were typed, which the browser takes for words', () => {
    expect(problemOf(field({ value: '  ' }))).toEqual({ key: 'missing', limit: '' });
    expect(problemOf(field({ value: '  ', required: false }))).toBeNull();
  });

  it('names the limit, a day otherwise than a number', () => {
    const late = field({ type: 'date', value: '2026-12-01', max: '2026-11-23' }, { valid: false, rangeOverflow: true });
    expect(problemOf(late)).toEqual({ key: 'tooLate', limit: '2026-11-23' });
    const small = field({ type: 'number', value: '-1', min: '0' }, { valid: false, rangeUnderflow: true });
    expect(problemOf(small)).toEqual({ key: 'tooSmall', limit: '0' });
  });

  it('is its form where the browser refuses it for another reason', () => {
    expect(problemOf(field({ value: '12' }, { valid: false }))).toEqual({ key: 'wrong', limit: '' });
  });

  it('is that it is missing before anything else', () => {
    const empty = field({ type: 'date', value: '', min: '2026-01-01' }, { valid: false, valueMissing: true });
    expect(problemOf(empty)?.key).toBe('missing');
  });
});

describe('the address of a screen', () => {
  it('says what it names, so that only leaving that one asks', () => {
    expect(namesIn('/cases/:id')).toEqual(['id']);
    expect(namesIn('/batches')).toEqual([]);
    expect(namesIn('/households/:householdNo')).toEqual(['householdNo']);
  });
});
