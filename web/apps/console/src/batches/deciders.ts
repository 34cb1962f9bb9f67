import type { Colleague } from '@bangfu/api-client';

/** Who may be named as having decided for the county: those whose post is the county's, not a village's or a township's. */
export function decidersOf(people: readonly Colleague[], county: string): Colleague[] {
  return people.filter((one) => one.region.code === county);
}
