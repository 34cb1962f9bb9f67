import { describe, expect, it } from 'vitest';

import type { Colleague } from '@bangfu/api-client';
import { decidersOf } from '../src/batches/deciders';

describe('who decides for a county', () => {
  const person = (id: string, code: string): Colleague => ({ id, region: { code, name: code } }) as Colleague;

  it('holds a post of the county, and is no cadre of a village or a township', () => {
    const people = [person('cadre', '990101101200'), person('town', '990101101000'), person('officer', '990101000000')];
    expect(decidersOf(people, '990101000000').map((one) => one.id)).toEqual(['officer']);
  });
});
