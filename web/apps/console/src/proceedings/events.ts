import type { KnownFact, Timeline, TimelineOrigin, TimelineStep } from '@bangfu/api-client';

export interface StoryEvent {
  kind: 'step' | 'origin';
  at: string;
  by: string;
  step: TimelineStep | null;
  origin: TimelineOrigin | null;
}

/** Steps and reports as one story, the newest first; a report stands before the step that it led to. */
export function eventsOf(timeline: Pick<Timeline, 'steps' | 'origins'>): StoryEvent[] {
  const reports = timeline.origins.map(
    (origin): StoryEvent => ({ kind: 'origin', at: origin.at, by: origin.by, step: null, origin }),
  );
  const steps = timeline.steps.map(
    (step): StoryEvent => ({ kind: 'step', at: step.at, by: step.by, step, origin: null }),
  );
  return [...reports, ...steps].toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at) || rank(a) - rank(b));
}

function rank(event: StoryEvent): number {
  return event.kind === 'step' ? 0 : 1;
}

/** Deeds of the platform carry the name of the part that did them instead of a person's. */
export function isSystem(by: string): boolean {
  return /^[a-z_]+(\.[a-z_]+)+$/.test(by);
}

/** Which limit an overdue step missed, and whom it was brought to. */
export function climbOf(step: Pick<TimelineStep, 'step' | 'facts'>): { clock: string; due: string; level: string } | null {
  if (step.step !== 'OVERDUE' && step.step !== 'SUPERVISED') return null;
  const value = (name: string) => String(step.facts.find((fact) => fact.name === name)?.value ?? '');
  return { clock: value('clock'), due: value('due_on'), level: value('level') };
}

/** What a step said of the matter; what the platform keeps for itself has no name in words. */
export function toldFacts(step: Pick<TimelineStep, 'facts'>): KnownFact[] {
  return step.facts.filter((fact) => fact.zh !== fact.name);
}
