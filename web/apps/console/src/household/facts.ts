import type { Fact, FactSection } from '@bangfu/api-client';
import { formatDate } from '@bangfu/core';

type Translate = (key: string, values: Record<string, unknown>) => string;

/** Whether somebody filled it in; `false` and `0` are answers. */
export function isKnown(fact: Fact): boolean {
  return fact.value !== null && fact.value !== undefined && fact.value !== '' && !isEmptyList(fact.value);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Whether the reader's post does not open it; known or not is not told. */
export function isHidden(fact: Fact): boolean {
  return fact.shown === 'HIDDEN';
}

/** Source and day of a fact in one line, or nothing where neither is known. */
export function sourceLine(fact: Pick<Fact, 'source' | 'as_of'>, t: Translate): string {
  if (!fact.source && !fact.as_of) return '';
  return t('household.source', { source: fact.source ?? '', date: fact.as_of ? formatDate(fact.as_of) : '' }).trim();
}

function keyOf(fact: Pick<Fact, 'source' | 'as_of'>): string {
  return `${fact.source ?? ''}|${fact.as_of ?? ''}`;
}

/** The source that most facts of a section (or a member) share: said once, and left out of each line in print. */
export function usualSource(section: Pick<FactSection, 'fields'>): Pick<Fact, 'source' | 'as_of'> | null {
  const counts = new Map<string, number>();
  for (const field of section.fields) {
    if (field.source || field.as_of) counts.set(keyOf(field), (counts.get(keyOf(field)) ?? 0) + 1);
  }
  const [usual] = [...counts].toSorted((a, b) => b[1] - a[1]);
  return section.fields.find((field) => keyOf(field) === usual?.[0]) ?? null;
}

export function isSameSource(fact: Fact, other: Pick<Fact, 'source' | 'as_of'> | null): boolean {
  return other !== null && keyOf(fact) === keyOf(other);
}
