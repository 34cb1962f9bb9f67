import { describe, expect, it } from 'vitest';

import { bilingual, formatMonth, formatPeriod, holdsNumber, isPeriod, isRegionCode, lastDay, levelOfRegion, looksLikeIdNumber, parentOfRegion, pathOfRegion, previousPeriod, shapeOfHint, shapeOfLevel, toHint, toLevel, toLocale } from '../src';

describe('months', () => {
  it('knows a month when it sees one', () => {
    expect(isPeriod('2026-10')).toBe(true);
    expect(isPeriod('2026-13')).toBe(false);
    expect(isPeriod('2026-1')).toBe(false);
    expect(isPeriod(undefined)).toBe(false);
  });

  it('steps back over the year end', () => {
    expect(previousPeriod('2026-01')).toBe('2025-12');
    expect(previousPeriod('2026-10')).toBe('2026-09');
  });

  it('knows the last day, also of a leap February', () => {
    expect(lastDay('2026-10')).toBe('2026-10-31');
    expect(lastDay('2028-02')).toBe('2028-02-29');
  });

  it('names months in both languages', () => {
    expect(formatMonth('2026-10', 'zh-CN')).toBe('10 月');
    expect(formatMonth('2026-10', 'en')).toBe('October');
    expect(formatPeriod('2026-09', 'zh-CN')).toBe('2026年9月');
    expect(formatPeriod('2026-09', 'en')).toBe('September 2026');
  });
});

describe('division codes', () => {
  it('reads the level from the zeros', () => {
    expect(levelOfRegion('000000000000')).toBe(0);
    expect(levelOfRegion('990000000000')).toBe(1);
    expect(levelOfRegion('990100000000')).toBe(2);
    expect(levelOfRegion('990101000000')).toBe(3);
    expect(levelOfRegion('990101100000')).toBe(4);
    expect(levelOfRegion('990101100201')).toBe(5);
  });

  it('climbs to the nation', () => {
    expect(parentOfRegion('990101100201')).toBe('990101100000');
    expect(parentOfRegion('000000000000')).toBeNull();
    expect(pathOfRegion('990101000000')).toEqual(['000000000000', '990000000000', '990100000000', '990101000000']);
  });

  it('accepts twelve digits only', () => {
    expect(isRegionCode('990101')).toBe(false);
    expect(isRegionCode('99010100000x')).toBe(false);
    expect(isRegionCode('990101000000')).toBe(true);
  });
});

describe('ID numbers in a search field', () => {
  it('recognises whole ones, full-width ones and those being typed', () => {
    expect(looksLikeIdNumber('99010119740308123X')).toBe(true);
    expect(looksLikeIdNumber('99010119740308123x')).toBe(true);
    expect(looksLikeIdNumber('990101 19740308 1234')).toBe(true);
    expect(looksLikeIdNumber('990101740308123')).toBe(true);
    expect(looksLikeIdNumber('99010119740308')).toBe(true);
  });

  it('leaves names and household numbers alone', () => {
    expect(looksLikeIdNumber('王桂香')).toBe(false);
    expect(looksLikeIdNumber('wangguixiang')).toBe(false);
    expect(looksLikeIdNumber('990101100037')).toBe(false);
  });
});

describe('numbers of people', () => {
  it('knows them however they are written, and inside a text', () => {
    const numbers = ['99010119740308123X', '990101740308123', '13900007777', '+86 139-0000-7777', '010-62345678', '6222 0212 3456 7890 128'];
    for (const text of [...numbers, '９９０１０１１９７４０３０８１２３Ｘ', '王大山 13900007777']) expect(holdsNumber(text)).toBe(true);
  });

  it('leaves places, households and papers alone', () => {
    for (const text of ['王桂香', '990101100037', 'H9901010001', '9901010002002026001', '018f3c1e-7b2a-7c3d-8e4f-123456789012', '018f3c1e-7b2a-7c3d-8e4f-057162345678', '2026-10-01'])
      expect(holdsNumber(text)).toBe(false);
  });
});

describe('hints and levels', () => {
  it('reads either spelling and treats an unheard-of hint as none', () => {
    expect(toHint('URGENT')).toBe('urgent');
    expect(toHint('purple')).toBe('none');
    expect(toLevel('RED')).toBe('red');
    expect(toLevel(null)).toBeNull();
  });

  it('gives every severity a shape of its own', () => {
    expect(new Set((['urgent', 'attention', 'unknown', 'none'] as const).map(shapeOfHint)).size).toBe(4);
    expect(new Set((['red', 'yellow', 'green'] as const).map(shapeOfLevel)).size).toBe(3);
  });
});

describe('languages', () => {
  it('is Chinese unless it says English', () => {
    expect(toLocale('en-GB')).toBe('en');
    expect(toLocale('zh-Hans')).toBe('zh-CN');
    expect(toLocale(null)).toBe('zh-CN');
  });

  it('falls back to the other language rather than to nothing', () => {
    expect(bilingual({ title_zh: '总览', title_en: '' }, 'title', 'en')).toBe('总览');
    expect(bilingual({ title_zh: '总览', title_en: 'Overview' }, 'title', 'en')).toBe('Overview');
  });
});
