import type { Locale } from './locale';

/** County offices read one clock, wherever the browser thinks it is. */
const TIME_ZONE = 'Asia/Shanghai';
const WAN = 10_000;

export const ABSENT = '—';

type Numeric = number | string | null | undefined;

function toNumber(value: Numeric): number | null {
  if (value === null || value === undefined || value === '') return null;
  const parsed = typeof value === 'number' ? value : Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}

/** `21300` → `21,300`; at most two decimals, none invented. */
export function formatNumber(value: Numeric, locale: Locale): string {
  const number = toNumber(value);
  return number === null ? ABSENT : new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(number);
}

/** Yuan with its word: `21,300 元`, `21,300 yuan`. */
export function formatMoney(value: Numeric, locale: Locale): string {
  const text = formatNumber(value, locale);
  if (text === ABSENT) return text;
  return locale === 'en' ? `${text} yuan` : `${text} 元`;
}

/** Where precision is not the point: `3.2 万元`; English keeps the yuan. */
export function formatMoneyShort(value: Numeric, locale: Locale): string {
  const number = toNumber(value);
  if (number === null || locale === 'en' || Math.abs(number) < WAN) return formatMoney(value, locale);
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(number / WAN)} 万元`;
}

/** A share in per cent, one decimal: `0.0043` → `0.4%`. */
export function formatShare(part: number, whole: number, locale: Locale): string {
  if (whole <= 0) return ABSENT;
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(part / whole);
}

function parseDay(value: string): Date | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value.slice(0, 10));
  if (!match) return null;
  const day = new Date(Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])));
  return day.toISOString().slice(0, 10) === value.slice(0, 10) ? day : null;
}

/** Dates in tables: `2026-10-31`, from a date or from an instant (shown on the county's clock). */
export function formatDate(value: string | null | undefined): string {
  if (!value) return ABSENT;
  if (value.length <= 10) return parseDay(value) ? value : ABSENT;
  const instant = new Date(value);
  if (Number.isNaN(instant.getTime())) return ABSENT;
  return new Intl.DateTimeFormat('sv-SE', { timeZone: TIME_ZONE, dateStyle: 'short' }).format(instant);
}

/** Dates in sentences: `10月31日`, `31 October`. */
export function formatDay(value: string | null | undefined, locale: Locale): string {
  const day = value ? parseDay(formatDate(value)) : null;
  if (!day) return ABSENT;
  if (locale === 'en') {
    return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'long' }).format(day);
  }
  return `${day.getUTCMonth() + 1}月${day.getUTCDate()}日`;
}

function clockOf(value: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: TIME_ZONE, hour: '2-digit', minute: '2-digit' }).format(
    new Date(value),
  );
}

/** An instant in a sentence: `10月31日 08:12`. */
export function formatMoment(value: string | null | undefined, locale: Locale): string {
  const day = formatDay(value, locale);
  return day === ABSENT ? day : `${day} ${clockOf(value as string)}`;
}

/** An instant in a table: `2026-10-31 08:12`. */
export function formatInstant(value: string | null | undefined): string {
  const day = formatDate(value);
  return day === ABSENT ? day : `${day} ${clockOf(value as string)}`;
}

const SIZE_UNITS = ['B', 'kB', 'MB', 'GB'] as const;

export function formatBytes(bytes: number, locale: Locale): string {
  let rest = bytes;
  let unit = 0;
  while (rest >= 1000 && unit < SIZE_UNITS.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(rest)} ${SIZE_UNITS[unit]}`;
}
