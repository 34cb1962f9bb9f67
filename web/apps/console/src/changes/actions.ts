import type { ChangeAction, ChangeDetail, ChangeState, FactInput, MemberInput } from '@bangfu/api-client';

export const STATES = [
  'DRAFT',
  'SUBMITTED',
  'VILLAGE_AGREED',
  'RETURNED',
  'APPROVED',
  'REJECTED',
  'WITHDRAWN',
  'UNDONE',
] as const satisfies readonly ChangeState[];

export type Step =
  | 'submit'
  | 'villageAgree'
  | 'villageReturn'
  | 'townApprove'
  | 'townReturn'
  | 'townReject'
  | 'withdraw'
  | 'undo';

/** What each permission of the answer means in buttons, the usual one first. */
const STEPS: readonly [ChangeAction, readonly Step[]][] = [
  ['submit', ['submit']],
  ['village', ['villageAgree', 'villageReturn']],
  ['town', ['townApprove', 'townReturn', 'townReject']],
  ['withdraw', ['withdraw']],
  ['undo', ['undo']],
];

export function stepsOf(allowed: readonly ChangeAction[]): Step[] {
  return STEPS.filter(([action]) => allowed.includes(action)).flatMap(([, steps]) => steps);
}

/** Steps that must say why. */
export const WHY: readonly Step[] = ['villageReturn', 'townReturn', 'townReject', 'undo'];
export const GRAVE: readonly Step[] = ['townReject', 'undo'];

export function toneOf(state: ChangeState): 'now' | 'late' | 'done' | 'quiet' {
  if (state === 'RETURNED') return 'late';
  if (state === 'DRAFT' || state === 'SUBMITTED' || state === 'VILLAGE_AGREED') return 'now';
  return state === 'APPROVED' ? 'done' : 'quiet';
}

/** What was filled in, as the form takes it up again. */
export function factsOf(change: Pick<ChangeDetail, 'facts'>): Record<string, FactInput> {
  const found: Record<string, FactInput> = {};
  for (const fact of change.facts) {
    const { value } = fact;
    if (Array.isArray(value)) found[fact.name] = value as MemberInput[];
    else if (typeof value === 'number') found[fact.name] = value;
    // A masked number goes back as it came, and the server keeps the one that it stands for.
    else if (typeof value === 'string') found[fact.name] = value;
  }
  return found;
}

function isFilled(value: FactInput | undefined): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && String(value).trim() !== '';
}

/** The facts to send: only what the kind asks for and what somebody filled in. */
export function cleanFacts(
  facts: Record<string, FactInput>,
  fields: readonly { name: string }[],
): Record<string, FactInput> {
  const kept = fields.filter((field) => isFilled(facts[field.name]));
  return Object.fromEntries(kept.map((field) => [field.name, facts[field.name] ?? null]));
}

/** Facts that are there and withheld from the reader: an empty field leaves them as they are. */
export function withheldFacts(change: Pick<ChangeDetail, 'facts'>): string[] {
  return change.facts.filter((fact) => fact.shown === 'HIDDEN').map((fact) => fact.name);
}

export function isComplete(
  facts: Record<string, FactInput>,
  fields: readonly { name: string; required: boolean }[],
  withheld: readonly string[] = [],
): boolean {
  return fields.every((field) => !field.required || withheld.includes(field.name) || isFilled(facts[field.name]));
}
