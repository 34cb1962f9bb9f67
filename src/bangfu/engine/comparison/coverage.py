"""Whether a feed may be used for a county in a month, by the manifest of what has arrived."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bangfu.engine.comparison.reasons import NO_DATA, SILENT, STALE
from bangfu.engine.contracts.tables import Catalog, Table
from bangfu.engine.errors import RunRefused
from bangfu.kernel.period import Period


@dataclass(frozen=True)
class Delivery:
    """One committed batch of a dataset for a county (six digits) and a month."""

    dataset: str
    county: str
    period: Period
    batch_id: str
    as_of: date | None


@dataclass(frozen=True)
class FeedState:
    """What a feed is good for: `gap` 0 when live, else the rank of the reason.

    `batches` are those whose rows count; `period` and `as_of` tell how fresh the newest is.
    """

    table: str
    county: str
    gap: int
    period: Period | None = None
    as_of: date | None = None
    batches: tuple[str, ...] = ()


def read_coverage(path: Path) -> list[Delivery]:
    """Read coverage.json; raises RunRefused E-RUN-COVERAGE when it is not such a list."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return [
            Delivery(
                dataset=str(entry["dataset"]),
                county=str(entry["county"])[:6],
                period=Period.parse(str(entry["period"])),
                batch_id=str(entry["batch_id"]),
                as_of=date.fromisoformat(str(entry["as_of"])) if entry.get("as_of") else None,
            )
            for entry in entries
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunRefused("E-RUN-COVERAGE", file=path.name, detail=type(error).__name__) from error


def judge(table: Table, county: str, deliveries: Iterable[Delivery], period: Period) -> FeedState:
    """Return the state of one feed for one county in a month.

    Data later than the month are left out. Of the other feeds only the newest period counts, and
    only for `valid_months`. Of a CHANGES feed every batch of the last `valid_months` counts, and
    silence says something only when every month from the first of them to this one has come. Of a
    feed that accumulates the months count together, and each of the `valid_months` − 1 months
    before this one must have come: a sum over them is unknown while one is missing. In the silent
    season silence says nothing.
    """
    mine = [
        delivery
        for delivery in deliveries
        if delivery.dataset == table.dataset
        and delivery.county == county
        and delivery.period <= period
    ]
    if not mine:
        silent = _is_silent(table, period)
        return FeedState(table.name, county, SILENT if silent else NO_DATA)
    newest = max(delivery.period for delivery in mine)
    of_newest = [delivery for delivery in mine if delivery.period == newest]
    as_of = max((d.as_of for d in of_newest if d.as_of is not None), default=None)
    kept = [d for d in mine if period.months_since(d.period) < table.valid_months]
    gap = 0 if kept else STALE
    if table.coverage == "CHANGES":
        gap = gap or _hole(kept, period)
        counted = kept
    elif table.accumulates:
        gap = gap or _missing_month(kept, period, table.valid_months - 1)
        counted = kept
    else:
        counted = [d for d in kept if d.period == newest]
    if _is_silent(table, period):
        adds_up = table.coverage == "CHANGES" or table.accumulates
        gap, counted = SILENT, counted if adds_up else []
    batches = tuple(sorted(delivery.batch_id for delivery in counted))
    return FeedState(table.name, county, gap, newest, as_of, batches)


def _hole(kept: Sequence[Delivery], period: Period) -> int:
    """0 when the changes of every month have come, else why silence says nothing."""
    months = {delivery.period for delivery in kept}
    if period not in months:
        return STALE
    span = period.months_since(min(months)) + 1
    return 0 if len(months) == span else NO_DATA


def _missing_month(kept: Sequence[Delivery], period: Period, months: int) -> int:
    """0 when each of the months before this one has come, else why a sum over them is unknown."""
    come = {period.months_since(delivery.period) for delivery in kept}
    wanted = range(1, months + 1)
    if all(month in come for month in wanted):
        return 0
    # The newest months are still awaited, or an older one was never delivered.
    return STALE if not any(month in come for month in (0, 1)) else NO_DATA


def _is_silent(table: Table, period: Period) -> bool:
    """Whether the month's last day lies in a silent season such as "09-01/02-28"."""
    day = f"{period.last_day:%m-%d}"
    for season in table.silent:
        start, end = season.split("/")
        # A season may run over the new year; the end of February covers the leap day.
        end = "02-29" if end == "02-28" else end
        inside = start <= day <= end if start <= end else (day >= start or day <= end)
        if inside:
            return True
    return False


def judge_all(
    catalog: Catalog, counties: Sequence[str], deliveries: Sequence[Delivery], period: Period
) -> list[FeedState]:
    """Return the state of every feed of the catalog for each county."""
    return [
        judge(table, county, deliveries, period)
        for table in catalog.tables.values()
        if table.is_feed
        for county in counties
    ]


def by_table(states: Iterable[FeedState], county: str) -> Mapping[str, FeedState]:
    """Return the states of one county by table."""
    return {state.table: state for state in states if state.county == county}
