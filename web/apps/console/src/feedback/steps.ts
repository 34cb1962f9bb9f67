import type { FeedbackNote, FeedbackState, FeedbackStep } from '@bangfu/api-client';

export const STATES = ['DRAFT', 'SENT', 'ANSWERED', 'CLOSED', 'WITHDRAWN'] as const satisfies readonly FeedbackState[];

/** The usual step first, giving up last. */
const ORDER: readonly FeedbackStep[] = ['answer', 'close', 'send', 'withdraw'];

/** Steps that need no words of explanation. */
export const WORDLESS: readonly FeedbackStep[] = ['send', 'close'];

export function stepsOf(allowed: readonly FeedbackStep[]): FeedbackStep[] {
  return ORDER.filter((step) => allowed.includes(step));
}

export function isOpen(note: Pick<FeedbackNote, 'state'>): boolean {
  return note.state === 'DRAFT' || note.state === 'SENT' || note.state === 'ANSWERED';
}

export function toneOf(note: Pick<FeedbackNote, 'state' | 'overdue'>): 'late' | 'now' | 'quiet' | 'done' | 'plain' {
  if (note.overdue && note.state === 'SENT') return 'late';
  if (note.state === 'DRAFT' || note.state === 'ANSWERED') return 'now';
  return note.state === 'CLOSED' ? 'done' : note.state === 'SENT' ? 'plain' : 'quiet';
}
