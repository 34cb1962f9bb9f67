import { describe, expect, it } from 'vitest';

import type { Desk, StepFact, StepOffer, TimelineOrigin, TimelineStep } from '@bangfu/api-client';
import { figuresOf } from '../src/desk/figures';
import { climbOf, eventsOf, isSystem, toldFacts } from '../src/proceedings/events';
import { arrange, fieldsOf, isComplete, prefill, present, toFacts } from '../src/proceedings/facts';
import { hintOf } from '../src/proceedings/marks';
import { asMe } from '../src/proceedings/usePeople';
import { CLUE_VIEWS, DESK_VIEWS, viewOf } from '../src/proceedings/views';

const fact = (name: string, type: StepFact['type'] = 'TEXT'): StepFact => ({
  name, type, zh: name, en: name, codes: [], may_be_future: name === 'extended_to',
});
const offer = (step: string, asks: StepFact[], is_next = false): StepOffer => ({
  step, zh: step, en: step, bearing: 'ON', is_next, asks, takes: asks, renews: [], blocked_zh: [], blocked_en: [], photo: 'NONE',
});
const CHECK = [fact('checked_on', 'DATE'), fact('checkers', 'PEOPLE'), fact('finding')];

describe('the one next step', () => {
  const offers = [
    offer('TRANSFER', [fact('department'), fact('reason')]),
    offer('FIND_NO_RISK', CHECK, true),
    offer('EXPLAIN', CHECK),
    offer('CONFIRM', [...CHECK, fact('assessed_level', 'CODE')]),
    offer('VOID', [fact('void_reason')]),
  ];

  it('stands with those that answer the same question, and the rest stay quiet', () => {
    const { next, answers, others } = arrange(offers);
    expect(next?.step).toBe('FIND_NO_RISK');
    expect(answers.map((item) => item.step)).toEqual(['FIND_NO_RISK', 'EXPLAIN', 'CONFIRM']);
    expect(others.map((item) => item.step)).toEqual(['TRANSFER', 'VOID']);
  });

  it('still stands with its siblings once what they ask for was noted', () => {
    const noted = ['FIND_NO_RISK', 'EXPLAIN'].map((step, at) => ({ ...offer(step, [], at === 0), renews: CHECK }));
    const { answers } = arrange([offer('NOTE_CHECK', CHECK), ...noted, offer('VOID', [fact('void_reason')])]);
    expect(answers.map((item) => item.step)).toEqual(['NOTE_CHECK', 'FIND_NO_RISK', 'EXPLAIN']);
  });

  it('is nobody else\'s: without one everything is quiet', () => {
    expect(arrange([offer('VOID', [fact('void_reason')])])).toMatchObject({ next: null, answers: [] });
  });
});

describe('the form of a step', () => {
  it('asks for what is needed and unknown, and folds away what may be added', () => {
    const { asked, optional } = fieldsOf({ asks: CHECK, takes: [...CHECK, fact('evidence_no', 'DOCUMENT')], renews: [] });
    expect(asked).toBe(CHECK);
    expect(optional.map((item) => item.name)).toEqual(['evidence_no']);
  });

  it('knows the day and who is asking, and never guesses a day that is to come', () => {
    expect(prefill([...CHECK, fact('extended_to', 'DATE')], '2026-11-22', 'me')).toEqual({
      checked_on: '2026-11-22', checkers: ['me'],
    });
  });

  it('fills in the only way that the matter allows, and chooses none of two', () => {
    const visit = { code: 'VISIT', zh: '入户', en: 'At home' };
    const call = { code: 'TELEPHONE', zh: '电话', en: 'By telephone' };
    const way = (...codes: (typeof visit)[]) => ({ ...fact('check_way', 'CODE'), codes });
    expect(prefill([way(visit)], '2026-11-22', 'me')).toEqual({ check_way: 'VISIT' });
    expect(prefill([way(visit, call)], '2026-11-22', 'me')).toEqual({});
  });

  it('shows what was said before where it may be said anew, and nothing that is closed to the reader', () => {
    const renewed = [fact('level', 'CODE'), fact('words'), fact('never')];
    const known = [
      { ...fact('level', 'CODE'), value: 'RED', value_zh: '红色', value_en: 'Red' },
      { ...fact('words'), value: null, value_zh: '', value_en: '' },
    ];
    expect(present(renewed, known)).toEqual({ level: 'RED' });
  });

  it('knows the reader under one word, by account too', () => {
    expect(asMe(['01a2', 'me', '77b3'], '01a2')).toEqual(['me', '77b3']);
    expect(asMe(['01a2'], '')).toEqual(['01a2']);
  });

  it('is ready once everything asked for is there; nought and no are answers', () => {
    const asked = [fact('votes', 'COUNT'), fact('away', 'FLAG'), fact('who', 'PEOPLE'), fact('words')];
    expect(isComplete(asked, { votes: 0, away: false, who: ['a'], words: ' ' })).toBe(false);
    expect(isComplete(asked, { votes: 0, away: false, who: [], words: 'x' })).toBe(false);
    expect(isComplete(asked, { votes: 0, away: false, who: ['a'], words: 'x' })).toBe(true);
  });

  it('sends the facts of the step alone, whatever was typed for another', () => {
    expect(toFacts([fact('finding'), fact('votes', 'COUNT')], { finding: ' 属实 ', votes: Number.NaN, danger: 'x' })).toEqual({
      finding: '属实',
    });
  });
});

describe('the story', () => {
  const step = (at: string) => ({ at, by: '甲', step: 'DISPATCH', facts: [], note: '' }) as unknown as TimelineStep;
  const origin = (at: string) => ({ at, by: '乙', words: '大病', reporter: '' }) as unknown as TimelineOrigin;

  it('has the newest first and a report below the step that it led to', () => {
    const same = '2026-11-01T09:00:00+08:00';
    const story = eventsOf({ steps: [step(same), step('2026-11-02T09:00:00+08:00')], origins: [origin(same)] });
    expect(story.map((event) => event.kind)).toEqual(['step', 'step', 'origin']);
    expect(story[0]!.at).toBe('2026-11-02T09:00:00+08:00');
  });

  it('tells in words how far an overdue step climbed, and keeps the names of the platform to itself', () => {
    const raw = (name: string, value: string) => ({ ...fact(name), value, value_zh: value, value_en: value });
    const facts = [raw('clock', 'accept'), raw('due_on', '2026-10-16'), raw('level', 'COUNTY'), raw('on', '2026-10-22')];
    expect(climbOf({ step: 'OVERDUE', facts })).toEqual({ clock: 'accept', due: '2026-10-16', level: 'COUNTY' });
    expect(climbOf({ step: 'DISPATCH', facts })).toBeNull();
    // Whoever may not see the matter is told the day alone.
    expect(climbOf({ step: 'OVERDUE', facts: [facts[1]!] })).toEqual({ clock: '', due: '2026-10-16', level: '' });
    expect(toldFacts({ facts: [...facts, { ...raw('finding', '属实'), zh: '核查情况' }] }).map((one) => one.name)).toEqual(['finding']);
    expect([isSystem('monitoring.sweep'), isSystem('向秀英'), isSystem('Li Wei')]).toEqual([true, false, false]);
  });
});

describe('the list', () => {
  it('falls back to its first view', () => {
    expect(viewOf(CLUE_VIEWS, 'overdue').query).toEqual({ open: true, sort: 'due', overdue: true });
    expect(viewOf(CLUE_VIEWS, 'nonsense').name).toBe('open');
  });

  it('marks by the severity of the hint, and says nothing where nobody was hinted at', () => {
    expect([3, 2, 1, 0].map((severity) => hintOf({ severity }))).toEqual(['urgent', 'attention', 'unknown', 'none']);
  });
});

describe('the numbers of the desk', () => {
  const lane = (name: string, number: number) => ({ lane: name, number, supervised: 0, items: [] });
  const desk = {
    lanes: [lane('OVERDUE', 2), lane('TODAY', 0), lane('SOON', 1), lane('LATER', 4)],
    waiting: [{ waits_for: 'TOWNSHIP', number: 3, overdue: 1, oldest: null }, { waits_for: 'SECTOR', number: 5, overdue: 0, oldest: null }],
  } as unknown as Desk;

  it('each open the list that asks for the same lane, and nought opens nothing', () => {
    const figures = figuresOf(desk, (key) => key, { region: '990101000000' });
    expect(figures.map(({ value }) => value)).toEqual([2, 0, 1, 4, 8]);
    const lanes = figures.map(({ to }) => {
      const query = (to as { query?: { view: string; region: string } } | undefined)?.query;
      return query ? [query.region, viewOf(DESK_VIEWS, query.view).query.lane] : null;
    });
    const here = '990101000000';
    expect(lanes).toEqual([[here, 'OVERDUE'], null, [here, 'SOON'], [here, 'LATER'], [here, 'WAITING']]);
  });
});
