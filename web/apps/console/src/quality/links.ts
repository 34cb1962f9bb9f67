import type { RouteLocationRaw } from 'vue-router';

/** Every number opens the items behind it. */
export function toItems(region: string, part: { state?: string; rule?: string } = {}): RouteLocationRaw {
  return { name: 'quality-items', query: { region, state: part.state ?? 'OPEN', ...(part.rule ? { rule: part.rule } : {}) } };
}
