/**
 * The system's hint, in the order of urgency. It is what a run found, verified by nobody,
 * hence always drawn as an outline; a person's assessed level is drawn filled.
 */
export const HINTS = ['urgent', 'attention', 'unknown', 'none'] as const;
export type Hint = (typeof HINTS)[number];

export const LEVELS = ['red', 'yellow', 'green'] as const;
export type Level = (typeof LEVELS)[number];

export type Shape = 'circle' | 'triangle' | 'square' | 'dash';

const HINT_SHAPES: Record<Hint, Shape> = { urgent: 'circle', attention: 'triangle', unknown: 'square', none: 'dash' };
const LEVEL_SHAPES: Record<Level, Shape> = { red: 'circle', yellow: 'triangle', green: 'square' };

export function shapeOfHint(hint: Hint): Shape {
  return HINT_SHAPES[hint];
}

export function shapeOfLevel(level: Level): Shape {
  return LEVEL_SHAPES[level];
}

/** The server's spelling may be a stored enum (`URGENT`); anything unheard of is not a hint. */
export function toHint(value: string | null | undefined): Hint {
  const text = (value ?? 'none').toLowerCase();
  return (HINTS as readonly string[]).includes(text) ? (text as Hint) : 'none';
}

export function toLevel(value: string | null | undefined): Level | null {
  const text = value?.toLowerCase() ?? '';
  return (LEVELS as readonly string[]).includes(text) ? (text as Level) : null;
}

/** Those a person should look at this month. */
export const HINTS_TO_REVIEW: readonly Hint[] = ['urgent', 'attention'];
