import type { PlaceRef } from './common';
import type { ProceedingItem } from './proceedings';

// What lies on somebody's desk.

export type LaneName = 'OVERDUE' | 'TODAY' | 'SOON' | 'LATER';

/** What is mine by its last day: all of it counted, the first ones listed. */
export interface DeskLane {
  lane: LaneName;
  number: number;
  supervised: number;
  items: ProceedingItem[];
}

export interface DeskWaiting {
  waits_for: string;
  number: number;
  overdue: number;
  oldest: string | null;
}

export interface DeskPlace {
  region: PlaceRef;
  open: number;
  overdue: number;
  supervised: number;
}

export interface DeskRound {
  code: string;
  zh: string;
  en: string;
  to_on: string;
  to_do: number;
}

export interface Desk {
  region: PlaceRef;
  level: string;
  today: string;
  soon_days: number;
  mine: number;
  overdue: number;
  oldest: string | null;
  lanes: DeskLane[];
  waiting: DeskWaiting[];
  places: DeskPlace[];
  rounds: DeskRound[];
  unread: number;
}
