import { describe, expect, it } from 'vitest';

import type { PairingLoad } from '@bangfu/api-client';
import { fullness, today } from '../src/pairings/usePairings';

describe('pairings', () => {
  const load = (total: number, capacity: number | null): PairingLoad => ({ total, capacity }) as PairingLoad;

  it('fills the bar by what may be, never beyond its end', () => {
    expect(fullness(load(2, 5))).toBeCloseTo(0.4);
    expect(fullness(load(9, 5))).toBe(1);
  });

  it('draws no bar where no document says how many there may be', () => {
    expect(fullness(load(9, null))).toBeNull();
  });

  it('writes today as a date field takes it', () => {
    expect(today()).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });
});
