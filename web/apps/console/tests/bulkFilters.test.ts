import { describe, expect, it } from 'vitest';

import { codesOf, wordOf } from '../src/bulk/filters';
import words from '../src/locales/zh-CN';

const region = { code: '990101000000', name: '云溪县' };
const of = (kind: string, filters: Record<string, unknown>) => codesOf({ kind, filters, region } as Parameters<typeof codesOf>[0]);

function found(key: string): unknown {
  return key.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], words);
}

describe('the filters of an export, as whoever decides reads them', () => {
  it('are said one by one, several of a kind too, and the place only where it is another', () => {
    const said = of('households', { hint: ['urgent', 'none'], region: '990101000000', period: '2026-10' });
    expect(said).toEqual([
      { name: 'period', code: '2026-10' },
      { name: 'hint', code: 'urgent' },
      { name: 'hint', code: 'none' },
    ]);
    expect(of('households', { region: '990101101000' })).toEqual([{ name: 'region', code: '990101101000' }]);
  });

  it('leave out none that tells lists apart, but the number of a reconciliation and what is empty', () => {
    expect(of('proceedings', { overdue: true, open: false, unheard: 'x', period: null, q: '' })).toEqual([
      { name: 'open', code: 'false' },
      { name: 'overdue', code: 'true' },
      { name: 'unheard', code: 'x' },
    ]);
    expect(of('reconciliation', { run_id: 'u1', state: 'OPEN' })).toEqual([{ name: 'state', code: 'OPEN' }]);
  });

  it.each([
    ['households', 'hint', 'urgent'],
    ['quality', 'state', 'EXCEPTED'],
    ['pairings', 'state', 'ORPHANED'],
    ['proceedings', 'state', 'RECEIVED'],
    ['proceedings', 'lane', 'SOON'],
    ['proceedings', 'procedure', 'clue'],
    ['proceedings', 'procedure', 'clearing'],
    ['proceedings', 'waits_for', 'TOWNSHIP'],
    ['proceedings', 'source', 'HOTLINE'],
    ['reconciliation', 'state', 'DISMISSED'],
    ['reconciliation', 'kind', 'CORRECT_FIELD'],
    ['audit', 'result', 'REFUSED'],
  ])('have words, not codes: %s by %s %s', (kind, name, code) => {
    expect(found(wordOf(kind, name, code))).toMatch(/[\u4e00-\u9fff]/);
  });
});
