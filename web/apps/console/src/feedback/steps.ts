import type { FeedbackNote, FeedbackState, FeedbackStep } from '@bangfu/api-client';

export const STATES = ['DRAFT', 'SENT', 'ANSWERED', 'CLOSED', 'WITHDRAWN'] as const satisfies readonly FeedbackState[];

/** What may be done with a note, the usual step first. */
const STEPS: Record<FeedbackState, readonly FeedbackStep[]> = {
  DRAFT: ['send', 'withdraw'],
  SENT: ['answer', 'withdraw'],
  ANSWERED: ['close', 'send'],
  CLOSED: [],
  WITHDRAWN: [],
};

/** Steps that need no words of explanation. */
export const WORDLESS: readonly FeedbackStep[] = ['send', 'close'];

export function stepsOf(note: Pick<FeedbackNote, 'state'>): readonly FeedbackStep[] {
  return STEPS[note.state] ?? [];
}

export function isOpen(note: Pick<FeedbackNote, 'state'>): boolean {
  return note.state === 'DRAFT' || note.state === 'SENT' || note.state === 'ANSWERED';
}

export function toneOf(note: Pick<FeedbackNote, 'state' | 'overdue'>): 'late' | 'now' | 'quiet' | 'done' | 'plain' {
  if (note.overdue && note.state === 'SENT') return 'late';
  if (note.state === 'DRAFT' || note.state === 'ANSWERED') return 'now';
  return note.state === 'CLOSED' ? 'done' : note.state === 'SENT' ? 'plain' : 'quiet';
}
