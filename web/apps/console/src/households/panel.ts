import type { InjectionKey } from 'vue';

/** What the household beside the list may ask of the list. */
export interface HouseholdPanel {
  close: () => void;
}

export const householdPanel: InjectionKey<HouseholdPanel> = Symbol('household-panel');
