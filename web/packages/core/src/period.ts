import type { Locale } from './locale';

const PATTERN = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** A statistical month, `YYYY-MM`, as the server writes it. */
export function isPeriod(value: unknown): value is string {
  return typeof value === 'string' && PATTERN.test(value);
}

export function previousPeriod(period: string): string {
  const [year = 0, month = 1] = period.split('-').map(Number);
  return month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, '0')}`;
}

/** The last day of the month, the usual as-of date of its files. */
export function lastDay(period: string): string {
  const [year = 0, month = 1] = period.split('-').map(Number);
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}

/** In a sentence: `10 月`, `October`. */
export function formatMonth(period: string, locale: Locale): string {
  const [year = 0, month = 1] = period.split('-').map(Number);
  if (locale !== 'en') return `${month} 月`;
  const day = new Date(Date.UTC(year, month - 1, 1));
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'long' }).format(day);
}

/** In a picker: `2026年10月`, `October 2026`. */
export function formatPeriod(period: string, locale: Locale): string {
  const [year = 0, month = 1] = period.split('-').map(Number);
  if (locale !== 'en') return `${year}年${month}月`;
  const day = new Date(Date.UTC(year, month - 1, 1));
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'long', year: 'numeric' }).format(day);
}
