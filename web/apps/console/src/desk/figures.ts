import type { Desk, DeskLane, LaneName } from '@bangfu/api-client';
import type { LocationQueryRaw } from 'vue-router';

import type { Figure } from '../shared/FigureRow.vue';

/** How many wait for others, and how many lie in a lane. */
export function waitingOf(desk: Pick<Desk, 'waiting'>): number {
  return desk.waiting.reduce((sum, pile) => sum + pile.number, 0);
}

export function laneOf(desk: Pick<Desk, 'lanes'>, name: LaneName): number {
  return desk.lanes.find((lane) => lane.lane === name)?.number ?? 0;
}

/** Lanes that hold anything, in the order in which they press. */
export function filled(lanes: readonly DeskLane[]): DeskLane[] {
  return lanes.filter((lane) => lane.number > 0);
}

/** The view of the desk's list that a lane opens. */
export function viewOfLane(lane: LaneName): string {
  return lane.toLowerCase();
}

/** The counts of a desk; each opens the list that counts the same. */
export function figuresOf(desk: Desk, t: (key: string) => string, query: LocationQueryRaw): Figure[] {
  const to = (view: string) => ({ name: 'desk-list', query: { ...query, view } });
  const lane = (name: LaneName): Figure => {
    const value = laneOf(desk, name);
    return {
      label: t(`desk.lanes.${name}`),
      value,
      ...(value ? { to: to(viewOfLane(name)) } : {}),
      ...(name === 'OVERDUE' && value ? { tone: 'late' as const } : {}),
    };
  };
  const waiting = waitingOf(desk);
  return [
    lane('OVERDUE'),
    lane('TODAY'),
    lane('SOON'),
    lane('LATER'),
    { label: t('desk.waiting.title'), value: waiting, ...(waiting ? { to: to('waiting') } : {}) },
  ];
}
