import { describe, expect, it } from 'vitest';

import type { BoardDataset, ChangeDetail, QualityCheck, RuleItem } from '@bangfu/api-client';
import { cleanFacts, factsOf, isComplete, stepsOf as stepsOfChange, toneOf } from '../src/changes/actions';
import { countBy, deliveries, filterDatasets, monthLabels, sortDatasets } from '../src/coverage/board';
import { isOpen, stepsOf as stepsOfNote, toneOf as toneOfNote } from '../src/feedback/steps';
import { departmentalData } from '../src/household/reasons';
import { toWire } from '../src/imports/useNewImport';
import { changeSince, inTime, worstFirst } from '../src/quality/figures';
import { toItems } from '../src/quality/links';
import { groupRules } from '../src/rules/groups';
import { daysBetween } from '../src/shared/due';
import { ENTRIES, GROUPS, isClosed, sectionsOf } from '../src/shell/navigation';
import { routes } from '../src/router';

describe('the rules in force', () => {
  const rule = (rule_id: string, kind: string, fired: number | null): RuleItem =>
    ({ rule_id, kind, fired }) as RuleItem;

  it('puts what is only to be checked last, and within a kind what found most first', () => {
    const groups = groupRules([rule('s', 'SUSPICION', 99), rule('b', 'INCOME', 3), rule('a', 'INCOME', 3), rule('c', 'INCOME', 7)]);
    expect(groups.map((group) => group.kind)).toEqual(['INCOME', 'SUSPICION']);
    expect(groups[0]!.rules.map((item) => item.rule_id)).toEqual(['c', 'a', 'b']);
  });

  it('shows a rule of a kind it has never heard of rather than hide it', () => {
    expect(groupRules([rule('x', 'NOVELTY', null)])[0]!.rules).toHaveLength(1);
  });
});

describe('the coverage board', () => {
  const dataset = (name: string, state: BoardDataset['state'], overdue = false): BoardDataset =>
    ({ dataset: name, state, overdue, cells: [] }) as unknown as BoardDataset;
  const all = [dataset('a', 'LIVE'), dataset('b', 'NEVER'), dataset('c', 'STALE'), dataset('d', 'LIVE', true)];

  it('puts the overdue first, then what is old or missing', () => {
    expect(sortDatasets(all).map((item) => item.dataset)).toEqual(['d', 'c', 'b', 'a']);
  });

  it('counts each state and, apart from that, the overdue', () => {
    expect(countBy(all)).toEqual({ LIVE: 2, HOLE: 0, STALE: 1, NEVER: 1, SILENT: 0, OVERDUE: 1 });
    expect(filterDatasets(all, 'OVERDUE').map((item) => item.dataset)).toEqual(['d']);
    expect(filterDatasets(all, '')).toHaveLength(4);
  });

  it('lists what was delivered, the newest first, and no empty month', () => {
    const cells = [
      { month: '2026-08', state: 'OLD', batch_id: 'x', rows: 1 },
      { month: '2026-09', state: 'NONE', batch_id: null, rows: 0 },
      { month: '2026-10', state: 'LIVE', batch_id: 'y', rows: 2 },
    ] as BoardDataset['cells'];
    expect(deliveries({ ...all[0]!, cells }).map((cell) => cell.batch_id)).toEqual(['y', 'x']);
  });

  it('writes the year over the first month and over each January', () => {
    expect(monthLabels(['2025-12', '2026-01', '2026-02']).map((label) => label.year)).toEqual(['2025', '2026', '']);
  });
});

describe('feedback notes', () => {
  it('offers what is allowed, the usual step first and giving up last', () => {
    expect(stepsOfNote(['withdraw', 'send', 'close'])).toEqual(['close', 'send', 'withdraw']);
  });

  it('is late only while an answer is awaited', () => {
    expect(toneOfNote({ state: 'SENT', overdue: true })).toBe('late');
    expect(toneOfNote({ state: 'CLOSED', overdue: true })).toBe('done');
    expect(isOpen({ state: 'WITHDRAWN' })).toBe(false);
  });
});

describe('data quality', () => {
  const check = (finished_at: string, open: number): QualityCheck => ({ id: finished_at, finished_at, open, new: 0, fixed: 0 });

  it('compares the last check with the one before, whichever way they came', () => {
    const checks = [check('2026-10-31', 5), check('2026-08-31', 30), check('2026-09-30', 12)];
    expect(inTime(checks).map((item) => item.open)).toEqual([30, 12, 5]);
    expect(changeSince({ checks })).toBe(-7);
    expect(changeSince({ checks: [check('2026-10-31', 5)] })).toBeNull();
  });

  it('puts the worst place first and never wavers between equals', () => {
    const rows = [{ key: 'b', open: 3 }, { key: 'c', open: 9 }, { key: 'a', open: 3 }];
    expect(worstFirst(rows, (row) => row.key).map((row) => row.key)).toEqual(['c', 'a', 'b']);
  });

  it('opens from a number with its place and state', () => {
    expect(toItems('990101100000', { rule: 'q1' })).toEqual({
      name: 'quality-items',
      query: { region: '990101100000', state: 'OPEN', rule: 'q1' },
    });
  });
});

describe('change requests', () => {
  const fields = [{ name: 'name', required: true }, { name: 'members', required: true }, { name: 'remark', required: false }];

  it('offers the decisions of the reader, approval before refusal, and undo last', () => {
    expect(stepsOfChange(['undo', 'town', 'edit'])).toEqual(['townApprove', 'townReturn', 'townReject', 'undo']);
    expect(stepsOfChange([])).toEqual([]);
    expect(toneOf('RETURNED')).toBe('late');
  });

  it('sends only what the kind asks for and somebody filled in', () => {
    const facts = { name: '陈某', members: ['1'], remark: ' ', left_over: 'x' };
    expect(cleanFacts(facts, fields)).toEqual({ name: '陈某', members: ['1'] });
  });

  it('is ready once everything required is there', () => {
    expect(isComplete({ name: '陈某', members: [] }, fields)).toBe(false);
    expect(isComplete({ name: '陈某', members: ['1'] }, fields)).toBe(true);
  });

  it('takes up again what was filled in, masked numbers as they came', () => {
    const facts = [{ name: 'members', value: ['1', '2'] }, { name: 'name', value: '陈某' }, { name: 'gone', value: null }, { name: 'id_number', value: '9901**********1234' }];
    expect(factsOf({ facts } as unknown as ChangeDetail)).toEqual({ members: ['1', '2'], name: '陈某', id_number: '9901**********1234' });
  });

  it('counts the days that are left', () => {
    expect(daysBetween('2026-10-30', '2026-11-02')).toBe(3);
    expect(daysBetween('2026-11-02', '2026-10-30')).toBe(-3);
  });
});

describe('handing in a file', () => {
  it('takes thousands separators out of control totals and leaves out what is empty', () => {
    const wire = toWire({ rows: '3,120', sums: { self_paid: '1,203.45', other: ' ' }, supersede: false, reason: 'x' });
    expect(wire).toEqual({ rows: 3120, sums: '{"self_paid":"1203.45"}', supersede: false, reason: undefined });
  });

  it('replaces only with a reason', () => {
    expect(toWire({ rows: '', sums: {}, supersede: true, reason: ' 更正 ' })).toEqual({
      rows: undefined, sums: undefined, supersede: true, reason: '更正',
    });
  });
});

describe('the way round', () => {
  it('sends wrong departmental data to their owner and never the register', () => {
    const clauses = [{ dataset: 'registry/household' }, { dataset: 'medical/claim' }];
    expect(departmentalData({ clauses } as never)).toBe('medical/claim');
    expect(departmentalData({ clauses: clauses.slice(0, 1) } as never)).toBeNull();
  });

  it('gives a rail of six entries at most to whoever may do everything, and none that opens nothing', () => {
    const all = sectionsOf(ENTRIES, () => true);
    expect(all.length).toBeLessThanOrEqual(6);
    expect(all.flatMap((group) => group.entries)).toHaveLength(ENTRIES.length);
    expect(sectionsOf(ENTRIES, (need) => need === 'AUDIT_READ').map((group) => group.name)).toEqual(['guard']);
  });

  it('says of a typed address that the post may not open it, and leaves alone what is on no rail', () => {
    const auditor = (need: string) => need === 'AUDIT_READ';
    expect(isClosed('batches', auditor)).toBe(true);
    expect(isClosed('audit', auditor)).toBe(false);
    // A single case may be open to whoever may not open the list: the server says.
    expect(isClosed('case', auditor)).toBe(false);
    expect(isClosed('account', auditor)).toBe(false);
  });

  it('names only screens that exist, each in one group', () => {
    const known = routes.flatMap((route) => [route, ...(route.children ?? [])]).flatMap((route) => [route, ...(route.children ?? [])]);
    const names = new Set(known.map((route) => route.name).filter(Boolean));
    for (const entry of ENTRIES) {
      for (const name of [entry.name, ...entry.covers]) expect(names).toContain(name);
      expect(GROUPS).toContain(entry.group);
    }
  });
});
