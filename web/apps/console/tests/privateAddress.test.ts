import { ApiError } from '@bangfu/api-client';
import { describe, expect, it } from 'vitest';

import { isPrivate, refusePrivate } from '../src/shared/privateAddress';

describe('addresses that the console asks for', () => {
  it('never carry somebody’s number, on whatever list it was typed', () => {
    for (const list of ['households', 'pairings', 'proceedings', 'accounts', 'households/export'])
      expect(isPrivate(`/api/v1/${list}?region=990101&q=99010119740308123X`)).toBe(true);
    expect(isPrivate('https://here/api/v1/audit/events?actor=139+0000+7777')).toBe(true);
    expect(() => refusePrivate('/api/v1/pairings?q=13900007777')).toThrow(ApiError);
  });

  it('name places, households and rows of the log', () => {
    expect(isPrivate('/api/v1/proceedings?region=990101101201&household_no=990101740308123')).toBe(false);
    expect(isPrivate('/api/v1/audit/events?subject_id=990101740308123&since=2026-10-01')).toBe(false);
    expect(() => refusePrivate('/api/v1/households?q=王桂香')).not.toThrow();
  });
});
