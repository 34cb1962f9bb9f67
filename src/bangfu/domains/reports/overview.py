"""The overview: where it is bad, and why. Every number counts within the scope only."""

from __future__ import annotations

from typing import Any

from bangfu.domains.feeds import selectors as feeds
from bangfu.domains.registry import selectors as registry
from bangfu.domains.registry.records import HouseholdFilter
from bangfu.domains.reports.places import name_of, read_period, read_region, ref
from bangfu.domains.screening import counting, rules
from bangfu.domains.screening import selectors as screening
from bangfu.domains.screening.domain import RunRecord
from bangfu.foundation.access.roles import require
from bangfu.kernel.period import Period
from bangfu.kernel.region import COUNTY, VILLAGE, RegionCode
from bangfu.kernel.scope import Scope

_NO_CHANGES = {"new": 0, "changed": 0, "gone": 0}


def get_overview(scope: Scope, *, region: str | None, period: str | None) -> dict[str, Any]:
    """Return the counts of a place for the newest screened month not after `period`.

    Raises NotFound when the place is not in the scope.
    """
    require(scope, "HINT_READ")
    place = read_region(scope, region)
    run = screening.find_run(scope, place, read_period(period))
    month = run.period if run else None
    periods = screening.list_periods(scope, place)
    hints = screening.count_hints(scope, place, month) if month else {}
    children = _children(scope, place, month)
    before = next((one for one in periods if month and one < month), None)
    return {
        "region": {**ref(str(place)), "level": place.level},
        "period": month,
        "run": _run(run),
        "totals": _totals(scope, place, hints),
        "previous": _previous(scope, place, before),
        "changes": counting.count_changes(scope, place, before, month) if month else _NO_CHANGES,
        "by_child": children,
        "by_rule": _by_rule(scope, place, run),
        "feeds": _feeds(scope, place, run),
        "periods": periods,
    }


def _run(run: RunRecord | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {"id": str(run.id), "finished_at": run.finished_at, "period": run.period}


def _totals(scope: Scope, place: RegionCode, hints: dict[str, int]) -> dict[str, int]:
    words = ("urgent", "attention", "unknown", "none")
    return {
        "households": registry.count_households(scope, HouseholdFilter(region=place)),
        "persons": registry.count_persons(scope, place),
        **{word: hints.get(word, 0) for word in words},
    }


def _previous(scope: Scope, place: RegionCode, before: str | None) -> dict[str, Any] | None:
    if before is None:
        return None
    counts = screening.count_hints(scope, place, before)
    return {"period": before, **{word: counts[word] for word in ("urgent", "attention", "unknown")}}


def _children(scope: Scope, place: RegionCode, month: str | None) -> list[dict[str, Any]]:
    """Return the places directly below with their counts, the worst first."""
    if place.level >= VILLAGE:
        return []
    hints = counting.count_by_child(scope, place, month) if month else {}
    found = []
    for one in registry.count_by_child(scope, place):
        words = hints.get(one.region_code, {})
        found.append(
            {
                "region": {"code": one.region_code, "name": name_of(one.region_code)},
                "households": one.households,
                **{word: words.get(word, 0) for word in ("urgent", "attention", "unknown")},
            }
        )
    return sorted(found, key=lambda one: (-one["urgent"], -one["attention"], one["region"]["code"]))


def _by_rule(scope: Scope, place: RegionCode, run: RunRecord | None) -> list[dict[str, Any]]:
    if run is None:
        return []
    titles = rules.titles(run)
    return [
        {"rule_id": rule_id, **titles.get(rule_id, rules.untitled(rule_id)), "count": count}
        for rule_id, count in counting.count_by_rule(scope, place, run.period)
    ]


def _feeds(scope: Scope, place: RegionCode, run: RunRecord | None) -> list[dict[str, Any]]:
    """Return what the run could use; before any run, what has been delivered so far."""
    if run is not None and place.level >= COUNTY:
        return rules.feeds_of(run)
    if place.level != COUNTY:
        return []
    newest = Period("9999-12")
    return [
        {**one, "stale": one["period"] is None}
        for one in feeds.list_freshness(scope, place, newest)
    ]
