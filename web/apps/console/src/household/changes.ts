import type { Fact, HistoryChange } from '@bangfu/api-client';
import { ABSENT, bilingual, type Locale } from '@bangfu/core';

import type { FieldWords } from './useHistoryWords';

export interface ReadableChange {
  label: string;
  before: string;
  after: string;
  /** A sealed value changed: that much is told, the value is not. */
  isHidden: boolean;
}

interface Words {
  fields: FieldWords;
  t: (key: string) => string;
  te: (key: string) => boolean;
  locale: Locale;
}

/** The member that a change concerns, where it concerns one. */
export function personOf(changes: readonly HistoryChange[]): string {
  const person = changes.find((change) => change.key === 'person')?.after;
  return typeof person === 'string' ? person : '';
}

function inWords(key: string, value: unknown, words: Words): string {
  const { t, fields, locale } = words;
  const coded = fields.word(key, value);
  if (coded) return locale === 'en' ? coded.en : coded.zh;
  if (value === null || value === undefined || value === '') return ABSENT;
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no');
  if (Array.isArray(value)) return value.map((one) => inWords(key, one, words)).join(t('common.listSeparator')) || ABSENT;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function fieldLabel(key: string, { fields, locale }: Words): string {
  const label = fields.label(key);
  return label ? (locale === 'en' ? label.en : label.zh) : key;
}

/** A change with words for its field and, where today's facts know them, for its values. */
export function readChange(change: HistoryChange, facts: readonly Fact[], words: Words): ReadableChange {
  const key = String(change.key ?? '');
  const known = facts.filter((fact) => fact.key === key);
  const wordFor = (value: unknown): string => {
    const same = known.find((fact) => JSON.stringify(fact.value) === JSON.stringify(value));
    return (same && bilingual(same, 'value', words.locale)) || inWords(key, value, words);
  };
  const named = `household.keys.${key}`;
  return {
    label: known[0] ? bilingual(known[0], 'label', words.locale) : (words.te(named) ? words.t(named) : fieldLabel(key, words)),
    before: wordFor(change.before),
    after: wordFor(change.after),
    isHidden: change.before === null && change.after === null,
  };
}
