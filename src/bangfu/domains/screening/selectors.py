"""Reads of the screening. Every one takes the scope; what lies outside it does not exist."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from bangfu.domains.screening.domain import HintRecord, RunRecord, Severity
from bangfu.domains.screening.models import HouseholdHint, Run
from bangfu.domains.screening.withholding import closed_to
from bangfu.foundation.access.scopes import activate, in_scope, reading
from bangfu.kernel.errors import NotFound
from bangfu.kernel.period import Period
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope

RUNS_SHOWN = 50


def runs_visible(scope: Scope) -> QuerySet[Run]:
    """Return the runs of the scope's counties, or of the county that the scope lies in."""
    rows = Run.objects.all()
    if not settings.BANGFU_SCOPE_FILTER:
        return rows
    region = scope.region
    lower, upper = (region.county if region.level > COUNTY else region).bounds
    return rows.filter(region_code__gte=lower, region_code__lt=upper)


def hints_visible(scope: Scope, period: str) -> QuerySet[HouseholdHint]:
    """Return the hints in force in a month, within the scope; call it inside `activate(scope)`."""
    return in_scope(HouseholdHint.objects.all(), scope).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=period), valid_from__lte=period
    )


def hints_of(scope: Scope, run: RunRecord) -> QuerySet[HouseholdHint]:
    """Return the hints that a run's month left in force; call it inside `activate(scope)`.

    In the newest month those are the rows without an end, for which there is an index.
    """
    later = _within(runs_visible(scope), _origin(RegionCode(run.region_code)))
    if later.filter(period__gt=run.period).exists():
        return hints_visible(scope, run.period)
    return in_scope(HouseholdHint.objects.all(), scope).filter(valid_to__isnull=True)


def to_record(row: Run) -> RunRecord:
    """Return the plain record of a run."""
    return RunRecord(
        id=row.id,
        region_code=row.region_code,
        period=row.period,
        pack=row.pack,
        pack_version=row.pack_version,
        pack_hash=row.pack_hash,
        inputs_hash=row.inputs_hash,
        result_hash=row.result_hash,
        households=row.households,
        persons=row.persons,
        hints=row.hints,
        new=row.new,
        changed=row.changed,
        gone=row.gone,
        folder=row.folder,
        coverage=row.coverage,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


def _within(rows: QuerySet[Any], region: RegionCode) -> QuerySet[Any]:
    lower, upper = region.bounds
    return rows.filter(region_code__gte=lower, region_code__lt=upper)


def _origin(region: RegionCode) -> RegionCode:
    """Return the place whose runs say something about `region`."""
    return region.county if region.level > COUNTY else region


def find_run(scope: Scope, region: RegionCode, period: Period | None = None) -> RunRecord | None:
    """Return the newest run that covers `region` in the newest month, not after `period`."""
    with reading(scope):
        rows = _within(runs_visible(scope), _origin(region)).order_by("-period", "-id")
        if period is not None:
            rows = rows.filter(period__lte=str(period))
        row = rows.first()
    return to_record(row) if row else None


def list_runs(scope: Scope, region: RegionCode) -> list[RunRecord]:
    """Return the newest 50 runs inside `region`, newest first, to a scope that holds the county."""
    if scope.region.level > COUNTY:
        return []
    with activate(scope):
        rows = _within(runs_visible(scope), region).order_by("-finished_at", "-id")
        return [to_record(row) for row in rows[:RUNS_SHOWN]]


def list_periods(scope: Scope, region: RegionCode) -> list[str]:
    """Return the months with a published run that covers `region`, newest first."""
    with activate(scope):
        rows = _within(runs_visible(scope), _origin(region))
        return list(rows.order_by("-period").values_list("period", flat=True).distinct())


def find_latest_period(scope: Scope) -> str | None:
    """Return the newest screened month of the scope."""
    run = find_run(scope, scope.region)
    return run.period if run else None


def find_hint(scope: Scope, household_id: UUID, period: str) -> HintRecord | None:
    """Return a household's hint in a month; None when it was not screened.

    What is closed to the scope is withheld (`withholding`).
    """
    with activate(scope):
        row = hints_visible(scope, period).filter(household_id=household_id).first()
        return _cover(scope, [row])[0] if row else None


def fired_in_last_run(
    scope: Scope, county: RegionCode, households: Collection[UUID]
) -> tuple[RunRecord | None, dict[UUID, list[str]]]:
    """Return the newest run of a county and the rules that its hints of some households fired,
    to a scope from which nothing is withheld; two queries."""
    run = find_run(scope, county)
    if run is None:
        return None, {}
    with activate(scope):
        rows = hints_of(scope, run).filter(household_id__in=list(households))
        return run, {home: list(fired) for home, fired in rows.values_list("household_id", "fired")}


def list_hint_history(scope: Scope, household_id: UUID) -> list[HintRecord]:
    """Return a household's hints, newest first; what is closed to the scope is withheld."""
    with activate(scope):
        rows = in_scope(HouseholdHint.objects.all(), scope).filter(household_id=household_id)
        return _cover(scope, list(rows.order_by("-valid_from")))


def get_run_of(scope: Scope, region: RegionCode, period: Period | None) -> RunRecord:
    """Return the run that speaks for a place. Raises NotFound E-SCREENING-NO-RUN."""
    run = find_run(scope, region, period)
    if run is None:
        raise NotFound("E-SCREENING-NO-RUN", region=str(region))
    return run


def count_hints(scope: Scope, region: RegionCode, period: str) -> dict[str, int]:
    """Return households by hint word inside `region` in a month; all four words are keys."""
    with activate(scope):
        rows = _within(hints_visible(scope, period), region)
        found = dict(rows.values_list("severity").annotate(Count("id")))
    return {severity.word: found.get(severity.value, 0) for severity in Severity}


def _cover(scope: Scope, rows: Sequence[HouseholdHint]) -> list[HintRecord]:
    """The records of one household's hints, without what is closed to the scope."""
    counties = {row.region_code for row in rows}
    closed = {code: closed_to(scope, RegionCode(code)) for code in counties}
    return [closed[row.region_code].cover(_hint(row)) for row in rows]


def _hint(row: HouseholdHint) -> HintRecord:
    return HintRecord(
        household_id=row.household_id,
        severity=Severity(row.severity),
        reason_zh=row.reason_zh,
        reason_en=row.reason_en,
        fired=list(row.fired),
        undecided=list(row.undecided),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        changed_at=row.changed_at,
    )
