"""Counts of hints: by place, by rule, and from one month to another. In scope only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, F, Func, QuerySet
from django.db.models.functions import Substr

from bangfu.domains.screening.domain import FLAGGED, Severity
from bangfu.domains.screening.models import HouseholdHint
from bangfu.domains.screening.selectors import hints_visible
from bangfu.domains.screening.withholding import closed_to
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.region import LENGTH, PREFIX_LENGTHS, RegionCode
from bangfu.kernel.scope import Scope


def _within(scope: Scope, region: RegionCode, period: str) -> QuerySet[HouseholdHint]:
    lower, upper = region.bounds
    return hints_visible(scope, period).filter(region_code__gte=lower, region_code__lt=upper)


def count_by_child(scope: Scope, region: RegionCode, period: str) -> dict[str, dict[str, int]]:
    """Return, for each place directly below `region`, households by hint word."""
    length = PREFIX_LENGTHS[region.level + 1]
    with activate(scope):
        rows = list(
            _within(scope, region, period)
            .annotate(child=Substr("region_code", 1, length))
            .values_list("child", "severity")
            .annotate(households=Count("id"))
            .order_by()
        )
    found: dict[str, dict[str, int]] = {}
    for child, severity, households in rows:
        words = found.setdefault(child.ljust(LENGTH, "0"), {})
        words[Severity(severity).word] = households
    return found


def count_by_rule(scope: Scope, region: RegionCode, period: str) -> list[tuple[str, int]]:
    """Return (rule id, households for which it fired), the most frequent first.

    Rules that are closed to the scope are left out.
    """
    closed = closed_to(scope, region)
    with activate(scope):
        rows = (
            _within(scope, region, period)
            .annotate(rule=Func(F("fired"), function="unnest"))
            .values_list("rule")
            .annotate(households=Count("id"))
        )
        told = [row for row in rows if not closed.holds(row[0])]
    return sorted(told, key=lambda row: (-row[1], row[0]))


def count_changes(
    scope: Scope, region: RegionCode, before: str | None, period: str
) -> dict[str, int]:
    """Return households flagged newly, differently and no longer, from one month to another."""
    with activate(scope):
        now = _flagged(_within(scope, region, period), before)
        # A row that holds in both months is no change and is left out on both sides.
        old = (
            _flagged(_within(scope, region, before).filter(valid_to__lte=period), None)
            if before
            else {}
        )
    return {
        "new": len(now.keys() - old.keys()),
        "changed": sum(now[one] != old[one] for one in now.keys() & old.keys()),
        "gone": len(old.keys() - now.keys()),
    }


def _flagged(rows: QuerySet[HouseholdHint], after: str | None) -> dict[UUID, Any]:
    rows = rows.filter(severity__gte=FLAGGED)
    if after is not None:
        rows = rows.filter(valid_from__gt=after)
    found = rows.values_list("household_id", "severity", "fired")
    return {household_id: (severity, fired) for household_id, severity, fired in found}
