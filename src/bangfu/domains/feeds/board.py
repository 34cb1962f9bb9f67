"""The coverage board (数据在线情况): which month of which dataset is there, and what it may say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bangfu.domains.feeds.domain import LandingState
from bangfu.domains.feeds.models import Landing
from bangfu.domains.feeds.selectors import feed_contracts
from bangfu.engine.comparison import coverage
from bangfu.engine.comparison.reasons import NO_DATA, SILENT, STALE
from bangfu.engine.contracts.catalog import feed_table
from bangfu.foundation.access.departments import covers_dataset
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import NotFound, Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import clocks, codelists
from bangfu.standards.datasets import Dataset

MONTHS = 12
# Months from one list to the next; lists of changes come every month, whatever their occasion.
_STEP = {"MONTHLY": 1, "TERM": 6, "HALF_YEAR": 6, "YEARLY": 12}
_STATES = {0: "LIVE", STALE: "STALE", SILENT: "SILENT", NO_DATA: "HOLE"}


@dataclass(frozen=True, slots=True)
class _Series:
    """One dataset with its landings of a county up to a month, and what the engine makes of it."""

    contract: Dataset
    rows: Sequence[Landing]
    state: coverage.FeedState

    @property
    def live(self) -> list[Landing]:
        return [row for row in self.rows if row.state == LandingState.LIVE]

    @property
    def newest(self) -> Landing | None:
        return max(self.live, key=lambda row: row.period, default=None)


def county_of(scope: Scope, region: RegionCode | None) -> RegionCode:
    """Return the county whose board a scope may read: the asked one, or the scope's own.

    A township reads its county's board. Raises Refused E-FEED-COUNTY, NotFound E-API-NOT-FOUND.
    """
    own = scope.region.county if scope.region.level > COUNTY else scope.region
    asked = own if region is None else region
    if not scope.covers(asked) and asked != own:
        raise NotFound("E-API-NOT-FOUND")
    if asked.level != COUNTY:
        raise Refused("E-FEED-COUNTY", region=str(asked))
    return asked


def get_board(scope: Scope, county: RegionCode, period: Period, *, today: date) -> dict[str, Any]:
    """Return the board of a county for a month: every dataset, its state and its last 12 months.

    A department sees its own datasets. Raises as `county_of`.
    """
    county = county_of(scope, county)
    with activate(scope):
        found = Landing.objects.filter(region_code=str(county), period__lte=str(period))
        landings = list(found.order_by("period", "landed_at"))
    months = [period.plus(step - MONTHS + 1) for step in range(MONTHS)]
    listed = [
        _line(series, months, today)
        for series in _series(landings, county, period)
        if covers_dataset(scope, series.contract.id)
    ]
    states = Counter(item["state"] for item in listed)
    return {
        "region": str(county),
        "period": str(period),
        "months": [str(month) for month in months],
        "datasets": listed,
        "totals": {state.lower(): states[state] for state in (*_STATES.values(), "NEVER")},
    }


def _series(rows: Iterable[Landing], county: RegionCode, period: Period) -> list[_Series]:
    by_dataset: dict[str, list[Landing]] = {}
    for row in rows:
        by_dataset.setdefault(row.dataset, []).append(row)
    found = []
    for contract in feed_contracts():
        own = by_dataset.get(contract.id, [])
        deliveries = [_delivery(row) for row in own if row.state == LandingState.LIVE]
        state = coverage.judge(feed_table(contract), str(county)[:6], deliveries, period)
        found.append(_Series(contract, own, state))
    return found


def _delivery(row: Landing) -> coverage.Delivery:
    return coverage.Delivery(
        dataset=row.dataset,
        county=row.region_code[:6],
        period=Period(row.period),
        batch_id=str(row.batch_id),
        as_of=row.as_of,
    )


def _line(series: _Series, months: Sequence[Period], today: date) -> dict[str, Any]:
    contract, newest = series.contract, series.newest
    state = _STATES[series.state.gap]
    if state == "HOLE" and newest is None:
        state = "NEVER"
    due_on = _due_on(contract, newest, months[-1])
    return {
        **describe_dataset(contract),
        "state": state,
        "period": newest.period if newest else None,
        "as_of": newest.as_of if newest else None,
        "rows": newest.rows if newest else 0,
        "matched": newest.matched if newest else 0,
        "unmatched": newest.unmatched if newest else 0,
        "landed_at": newest.landed_at if newest else None,
        "landed_by": newest.landed_by or None if newest else None,
        "due_on": due_on,
        "overdue": due_on is not None and due_on < today and state != "SILENT",
        "cells": [_cell(series, month) for month in months],
    }


def _cell(series: _Series, month: Period) -> dict[str, Any]:
    """What stands in one month: in use, there but not used, taken back, or nothing."""
    rows = [row for row in series.rows if row.period == str(month)]
    live = next((row for row in rows if row.state == LandingState.LIVE), None)
    shown = live or next((r for r in reversed(rows) if r.state == LandingState.REVERTED), None)
    if live is not None:
        state = "LIVE" if str(live.batch_id) in series.state.batches else "OLD"
    else:
        state = "REVERTED" if shown else "NONE"
    return {
        "month": str(month),
        "state": state,
        "batch_id": str(shown.batch_id) if shown else None,
        "rows": shown.rows if shown else 0,
    }


def _due_on(contract: Dataset, newest: Landing | None, period: Period) -> date | None:
    """Return when the next list is due; None for one that comes when it is asked for."""
    step = 1 if contract.coverage == "CHANGES" else _STEP.get(contract.cadence)
    if step is None:
        return None
    awaited = Period(newest.period).plus(step) if newest else period
    following = awaited.next
    return following.first_day.replace(day=clocks.get("feeds.delivery", following.first_day).value)


def describe_dataset(contract: Dataset) -> dict[str, Any]:
    """Return a dataset's titles, its owner, and what it may say, in both languages."""
    owner = codelists.get("department").by_code(contract.department.upper())
    kind = "ACCUMULATES" if contract.accumulates else contract.coverage
    says = [codelists.get("feed_coverage").by_code(kind)]
    says.append(codelists.get("feed_basis").by_code(contract.basis))
    told = [entry for entry in says if entry is not None]
    return {
        "dataset": contract.id,
        "title_zh": contract.title["zh"],
        "title_en": contract.title["en"],
        "department_zh": owner.zh if owner else contract.department,
        "department_en": owner.en if owner else contract.department,
        "basis": contract.basis,
        "coverage": contract.coverage,
        "cadence": contract.cadence,
        "valid_months": contract.valid_months,
        "says_zh": "；".join(entry.zh for entry in told),
        "says_en": "; ".join(entry.en for entry in told),
    }


def default_period(now: datetime | date) -> Period:
    """Return the month that a board shows unless one is asked for: the last one that has ended."""
    return Period.containing(now).previous


def landing_row(scope: Scope, batch_id: UUID) -> Landing:
    """Return a landing of the scope's county; call it inside `activate(scope)`.

    Raises NotFound E-INTAKE-NOT-FOUND, also for another county's or department's.
    """
    row = Landing.objects.filter(batch_id=batch_id).first()
    own = scope.region.county if scope.region.level > COUNTY else scope.region
    if (
        row is None
        or not own.contains(RegionCode(row.region_code))
        or not covers_dataset(scope, row.dataset)
    ):
        raise NotFound("E-INTAKE-NOT-FOUND")
    return row
