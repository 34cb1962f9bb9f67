import type { Timeline, TimelineOrigin, TimelineStep } from '@bangfu/api-client';

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
