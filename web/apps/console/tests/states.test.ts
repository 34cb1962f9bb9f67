import { describe, expect, it } from 'vitest';

import type { Fact, OverviewChild, RuleExplanation } from '@bangfu/api-client';
import { readChange } from '../src/household/changes';
import { isSameSource, sourceLine, usualSource } from '../src/household/facts';
import { clauseToDecide, sortReasons } from '../src/household/reasons';
import { isFiltered, NO_FILTERS, readListState, writeListState } from '../src/households/listState';
import { sortChildren, toChildSort } from '../src/overview/figures';
import { usualDay } from '../src/imports/useNewImport';
import { toList } from '../src/overview/links';
import { countyOf } from '../src/screening/useRuns';
import { safeNext } from '../src/session/safeNext';
import { useUndo } from '../src/shared/useUndo';
import { readCodeList } from '../src/shared/readCodeList';

describe("the list's state in the address", () => {
  it('survives the way to the address and back', () => {
    const state = { hint: ['urgent', 'unknown'], type: ['LIFTED'], category: [], rule: 'housing_unsafe', q: '王', sort: 'name' } as const;
    const query = writeListState({ ...state, hint: [...state.hint], type: [...state.type], category: [] });
    expect(readListState(query as Record<string, string>)).toEqual(state);
  });

  it('leaves no trace of what is not chosen', () => {
    const query = writeListState({ ...NO_FILTERS, sort: 'hint' });
    expect(Object.values(query).every((value) => value === undefined)).toBe(true);
  });

  it('ignores what it does not understand', () => {
    expect(readListState({ hint: 'purple,urgent', sort: 'shoe-size', q: ['a', 'b'] })).toEqual({ ...NO_FILTERS, hint: ['urgent'], sort: 'hint' });
  });

  it('knows whether anything is filtered', () => {
    expect(isFiltered({ ...NO_FILTERS, sort: 'name' })).toBe(false);
    expect(isFiltered({ ...NO_FILTERS, q: '王', sort: 'hint' })).toBe(true);
  });

  it('opens from a number with its place, month and hint', () => {
    const target = toList({ region: '990101100000', period: '2026-10', hint: ['urgent', 'attention'] });
    expect(target).toEqual({ name: 'households', query: { region: '990101100000', period: '2026-10', hint: 'urgent,attention' } });
  });
});

describe('where it is bad', () => {
  const child = (code: string, urgent: number, attention: number): OverviewChild => ({
    region: { code, name: code }, households: 100, urgent, attention, unknown: 0,
  });

  it('puts the worst first and equal ones by urgency, then code', () => {
    const sorted = sortChildren([child('c', 0, 5), child('b', 5, 0), child('a', 0, 5), child('d', 9, 9)], 'review');
    expect(sorted.map((item) => item.region.code)).toEqual(['d', 'b', 'a', 'c']);
  });

  it('falls back to the usual order', () => {
    expect(toChildSort('nonsense')).toBe('review');
    expect(toChildSort('unknown')).toBe('unknown');
  });
});

describe('reasons', () => {
  const rule = (part: Partial<RuleExplanation>): RuleExplanation => ({
    rule_id: 'r', title_zh: '', title_en: '', kind: 'GUARANTEE', outcome: 'TRUE', unknown_reason: null,
    hint: 'attention', reason_zh: '', reason_en: '', source: '', source_status: 'verified', clauses: [], ...part,
  });

  it('puts the urgent first and keeps discrepancies and open questions apart', () => {
    const sorted = sortReasons([
      rule({ rule_id: 'a' }),
      rule({ rule_id: 'b', hint: 'urgent' }),
      rule({ rule_id: 'c', kind: 'SUSPICION', hint: 'none' }),
      rule({ rule_id: 'd', outcome: 'UNKNOWN' }),
    ]);
    expect(sorted.fired.map((item) => item.rule_id)).toEqual(['b', 'a']);
    expect(sorted.suspicions.map((item) => item.rule_id)).toEqual(['c']);
    expect(sorted.undecided.map((item) => item.rule_id)).toEqual(['d']);
  });

  it('offers an import only where an import would help', () => {
    const clauses = [{ outcome: 'UNKNOWN', dataset: 'housing/grade' }] as RuleExplanation['clauses'];
    expect(clauseToDecide(rule({ unknown_reason: 'STALE', clauses }))?.dataset).toBe('housing/grade');
    expect(clauseToDecide(rule({ unknown_reason: 'NOT_AUTHORISED', clauses }))).toBeNull();
  });
});

describe('facts', () => {
  const fact = (key: string, source: string, value: unknown = 'x', words = ''): Fact => ({
    key, label_zh: '工资', label_en: 'Wage', value, value_zh: words, value_en: words, shown: 'OPEN', can_reveal: false, source, as_of: '2026-10-31',
  });

  it('finds the source that most facts share', () => {
    const usual = usualSource({ fields: [fact('a', 'A'), fact('b', 'B'), fact('c', 'B')] });
    expect(usual?.source).toBe('B');
    expect(isSameSource(fact('d', 'B'), usual)).toBe(true);
    expect(isSameSource(fact('e', 'A'), usual)).toBe(false);
  });

  it('says nothing where no source is known', () => {
    expect(sourceLine({ source: null, as_of: null }, () => 'never')).toBe('');
  });

  it('reads a change by the words of the present fact', () => {
    const fields = { choices: () => [], label: () => null, word: (_: string, code: unknown) => (code === 'OLD' ? { zh: '旧', en: 'old' } : null) };
    const words = { t: (key: string) => key, te: () => false, locale: 'zh-CN' as const, fields };
    const change = readChange({ key: 'wage', before: 1, after: 2 }, [fact('wage', 'A', 2, '两元')], words);
    expect(change).toEqual({ label: '工资', before: '1', after: '两元', isHidden: false });
    expect(readChange({ key: 'kind', before: 'OLD', after: null }, [], words).before).toBe('旧');
    expect(readChange({ key: 'phone', before: null, after: null }, [], words).isHidden).toBe(true);
  });
});

describe('taking back', () => {
  it('says what came of it, and is possible once', async () => {
    const { last, offer, undo } = useUndo();
    let calls = 0;
    offer('甲的 2 户已交给乙。', async () => {
      calls += 1;
      return '2 户仍由甲负责。';
    });
    await undo();
    await undo();
    expect([calls, last.value?.text, last.value?.undo]).toEqual([1, '2 户仍由甲负责。', null]);
  });

  it('stays on offer when it was refused', async () => {
    const { last, offer, problem, undo } = useUndo();
    offer('一', () => Promise.reject(new Error('no')));
    await undo();
    expect([last.value?.text, last.value?.undo !== null, problem.value !== null]).toEqual(['一', true, true]);
  });
});

describe('small helpers', () => {
  it('goes after sign-in only where this site is', () => {
    expect(safeNext('/households?hint=urgent')).toBe('/households?hint=urgent');
    expect(safeNext('//elsewhere.test')).toBe('/');
    expect(safeNext('/\\elsewhere.test')).toBe('/');
    expect(safeNext('https://elsewhere.test')).toBe('/');
    expect(safeNext('/sign-in')).toBe('/');
    expect(safeNext(['/a'])).toBe('/');
  });

  it('dates a file by the end of its month, and by today while the month lasts', () => {
    expect(usualDay('2026-10', '2026-11-22')).toBe('2026-10-31');
    expect(usualDay('2026-11', '2026-11-22')).toBe('2026-11-22');
  });

  it('finds the county of a town and none above a county', () => {
    expect(countyOf('990101100201')).toBe('990101000000');
    expect(countyOf('990100000000')).toBeNull();
  });

  it('reads code lists with quotes and synonyms', () => {
    const csv = 'code,zh,en,synonyms\nA,甲,"One, first",x|y\n\nB,乙,Two,\n';
    expect(readCodeList(csv)).toEqual([
      { code: 'A', zh: '甲', en: 'One, first' },
      { code: 'B', zh: '乙', en: 'Two' },
    ]);
  });
});
