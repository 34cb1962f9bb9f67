import type { Overview, OverviewChild } from '@bangfu/api-client';

/** Households that somebody should look at: a hint of urgent or attention. */
export function toReview(counts: { urgent: number; attention: number }): number {
  return counts.urgent + counts.attention;
}

/** The difference from the month before, or nothing to compare with. */
export function changeOf(overview: Overview): number | null {
  return overview.previous ? toReview(overview.totals) - toReview(overview.previous) : null;
}

export const CHILD_SORTS = ['review', 'urgent', 'attention', 'unknown', 'households', 'name'] as const;
export type ChildSort = (typeof CHILD_SORTS)[number];

export function toChildSort(value: unknown): ChildSort {
  return CHILD_SORTS.find((sort) => sort === value) ?? 'review';
}

/** The column beside the bar is a share, so that a small place is not hidden behind a large one. */
function figureOf(child: OverviewChild, sort: Exclude<ChildSort, 'name'>): number {
  if (sort !== 'review') return child[sort];
  return child.households ? toReview(child) / child.households : 0;
}

/** The worst first; equal ones by urgency and then by code, so that the order never wavers. */
export function sortChildren(children: readonly OverviewChild[], sort: ChildSort): OverviewChild[] {
  const byCode = (a: OverviewChild, b: OverviewChild) => (a.region.code < b.region.code ? -1 : 1);
  if (sort === 'name') return children.toSorted(byCode);
  return children.toSorted(
    (a, b) => figureOf(b, sort) - figureOf(a, sort) || b.urgent - a.urgent || byCode(a, b),
  );
}
