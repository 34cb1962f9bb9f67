import type { FactEntry, KnownFact, StepFact, StepOffer } from '@bangfu/api-client';

export type Entries = Record<string, FactEntry | undefined>;

/** What a form asks for at once; everything else that a step may bring waits behind a fold. */
export const MOST_FIELDS = 5;

export interface StepFields {
  asked: StepFact[];
  optional: StepFact[];
  /** Known already: shown as it is, sent only where somebody says otherwise. */
  renewed: StepFact[];
}

export function fieldsOf(offer: Pick<StepOffer, 'asks' | 'takes' | 'renews'>): StepFields {
  const names = new Set(offer.asks.map((fact) => fact.name));
  return { asked: offer.asks, optional: offer.takes.filter((fact) => !names.has(fact.name)), renewed: offer.renews };
}

/** What the fields to be renewed say now, as far as the reader may see it. */
export function present(fields: readonly StepFact[], facts: readonly KnownFact[]): Entries {
  const found: Entries = {};
  for (const { name } of fields) {
    const value = facts.find((fact) => fact.name === name)?.value;
    if (value !== undefined && value !== null) found[name] = value;
  }
  return found;
}

/** What is known without asking: that things are noted on the day they happen, by whoever notes them, and in the only way there is. */
export function prefill(fields: readonly StepFact[], today: string, me: string): Entries {
  const found: Entries = {};
  for (const field of fields) {
    if (field.type === 'DATE' && !field.may_be_future) found[field.name] = today;
    if (field.type === 'PEOPLE' && me) found[field.name] = [me];
    if (field.type === 'CODE' && field.codes.length === 1) found[field.name] = field.codes[0]!.code;
  }
  return found;
}

export function isFilled(value: FactEntry | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'string' ? value.trim() !== '' : value !== undefined && !Number.isNaN(value);
}

export function isComplete(asked: readonly StepFact[], entries: Entries): boolean {
  return asked.every((field) => isFilled(entries[field.name]));
}

/** The facts to send: those of the step that somebody filled in, texts without the blanks around them. */
export function toFacts(fields: readonly StepFact[], entries: Entries): Record<string, FactEntry> {
  const found: Record<string, FactEntry> = {};
  for (const { name } of fields) {
    const value = entries[name];
    if (!isFilled(value)) continue;
    found[name] = typeof value === 'string' ? value.trim() : value!;
  }
  return found;
}

/** Steps that say much the same as another, for the first time or anew, are answers to one question: they stand side by side. */
function shared(one: Pick<StepOffer, 'asks' | 'renews'>, other: Pick<StepOffer, 'asks' | 'renews'>): number {
  const names = new Set([...one.asks, ...one.renews].map((fact) => fact.name));
  return [...other.asks, ...other.renews].filter((fact) => names.has(fact.name)).length;
}

export interface StepChoice {
  next: StepOffer | null;
  /** The next step and its siblings: one form, several outcomes. */
  answers: StepOffer[];
  others: StepOffer[];
}

const ALIKE = 2;

export function arrange(offers: readonly StepOffer[]): StepChoice {
  const next = offers.find((offer) => offer.is_next) ?? null;
  if (!next) return { next, answers: [], others: [...offers] };
  const isAnswer = (offer: StepOffer) => offer === next || shared(next, offer) >= ALIKE;
  return { next, answers: offers.filter(isAnswer), others: offers.filter((offer) => !isAnswer(offer)) };
}

/** What a case knows, in the order in which it was brought; long words last. */
export function readable(facts: readonly KnownFact[]): KnownFact[] {
  const isShort = (fact: KnownFact) => fact.type !== 'TEXT';
  return [...facts.filter(isShort), ...facts.filter((fact) => !isShort(fact))];
}
