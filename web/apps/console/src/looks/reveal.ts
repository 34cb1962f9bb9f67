import type { RevealedValue, RevealReason } from '@bangfu/api-client';

/** A field that may be asked for, by its key and as people call it. */
export interface Asked {
  key: string;
  label: string;
}

/** What is asked for: one of some fields, of a household, a member or a request. */
export interface RevealTarget {
  title: string;
  fields: Asked[];
  reveal: (field: string, reason: RevealReason) => Promise<RevealedValue>;
}
