import type { QualityCheck, QualitySummary } from '@bangfu/api-client';

/** The checks in the order of time, whichever way they came. */
export function inTime(checks: readonly QualityCheck[]): QualityCheck[] {
  return checks.toSorted((a, b) => (a.finished_at < b.finished_at ? -1 : 1));
}

/** The difference from the check before the last, or nothing to compare with. */
export function changeSince(summary: Pick<QualitySummary, 'checks'>): number | null {
  const [last, before] = inTime(summary.checks).toReversed();
  return last && before ? last.open - before.open : null;
}

/** The worst place or rule first; equal ones by the key that never wavers. */
export function worstFirst<Row extends { open: number }>(rows: readonly Row[], key: (row: Row) => string): Row[] {
  return rows.toSorted((a, b) => b.open - a.open || (key(a) < key(b) ? -1 : 1));
}
