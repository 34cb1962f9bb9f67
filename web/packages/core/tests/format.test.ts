import { describe, expect, it } from 'vitest';

import { formatBytes, formatDate, formatDay, formatInstant, formatMoment, formatMoney, formatMoneyShort, formatNumber, formatShare } from '../src';

describe('numbers and money', () => {
  it('groups thousands and invents no decimals', () => {
    expect(formatNumber(21300, 'zh-CN')).toBe('21,300');
    expect(formatNumber('21300.50', 'zh-CN')).toBe('21,300.5');
    expect(formatNumber(0, 'en')).toBe('0');
  });

  it('says — for what is absent, which is not zero', () => {
    expect(formatNumber(null, 'zh-CN')).toBe('—');
    expect(formatNumber('', 'zh-CN')).toBe('—');
    expect(formatNumber('abc', 'zh-CN')).toBe('—');
    expect(formatMoney(undefined, 'en')).toBe('—');
  });

  it('names the yuan in each language', () => {
    expect(formatMoney('21300', 'zh-CN')).toBe('21,300 元');
    expect(formatMoney('21300', 'en')).toBe('21,300 yuan');
  });

  it('shortens to 万元 only from ten thousand and only in Chinese', () => {
    expect(formatMoneyShort(32000, 'zh-CN')).toBe('3.2 万元');
    expect(formatMoneyShort(9999, 'zh-CN')).toBe('9,999 元');
    expect(formatMoneyShort(32000, 'en')).toBe('32,000 yuan');
  });

  it('gives shares with one decimal and none of nothing', () => {
    expect(formatShare(86, 20000, 'zh-CN')).toBe('0.4%');
    expect(formatShare(1, 0, 'en')).toBe('—');
  });

  it('names sizes', () => {
    expect(formatBytes(999, 'en')).toBe('999 B');
    expect(formatBytes(2_500_000, 'en')).toBe('2.5 MB');
  });
});

describe('dates', () => {
  it('writes days as the tables want them', () => {
    expect(formatDate('2026-10-31')).toBe('2026-10-31');
    expect(formatDate('2026-02-30')).toBe('—');
    expect(formatDate(null)).toBe('—');
  });

  it('shows an instant on the county clock, whatever the zone it came in', () => {
    expect(formatDate('2026-10-31T20:00:00Z')).toBe('2026-11-01');
    expect(formatInstant('2026-10-31T00:12:00Z')).toBe('2026-10-31 08:12');
    expect(formatMoment('2026-10-31T00:12:00Z', 'zh-CN')).toBe('10月31日 08:12');
  });

  it('writes days in sentences', () => {
    expect(formatDay('2026-09-05', 'zh-CN')).toBe('9月5日');
    expect(formatDay('2026-09-05', 'en')).toBe('5 September');
  });
});
