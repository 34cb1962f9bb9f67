"""What a check reads: the register of a county at one moment, and the lists of the departments."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils import timezone

from bangfu.domains.feeds.inputs import materialise_inputs
from bangfu.domains.registry import columns
from bangfu.domains.registry import selectors as registry
from bangfu.domains.registry.selectors.earlier import iter_earlier
from bangfu.engine.comparison.coverage import FeedState, judge_all, read_coverage
from bangfu.engine.contracts.arrow import arrow_type
from bangfu.engine.contracts.catalog import EARLIER
from bangfu.engine.contracts.tables import Catalog, Table
from bangfu.engine.rules.execute import AUTHORISED, COUNTY_GAP, LIVE_BATCH
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

HOUSEHOLD, PERSON = "household", "person"
_BLOCK = 20_000
# What joins and counts need, besides the columns that rules name.
_KEYS = {
    HOUSEHOLD: ("household_id", "household_no", "region_code", "as_of"),
    PERSON: ("person_id", "person_token", "household_id", "region_code", "as_of"),
}
# Columns of the engine that the register works out under the same name.
_WORKED_OUT = {
    HOUSEHOLD: frozenset(
        {"household_id", "household_no", "head_name", "member_count", "region_code", "as_of"}
        | {"identified_on", "cleared_on"}
    ),
    PERSON: frozenset(
        {"person_id", "person_token", "household_id", "region_code", "relation", "name", "as_of"}
        | {"work_place_county"}
    ),
}


@dataclass(frozen=True)
class Register:
    """Both tables, with the columns that were asked for and that the register has."""

    household: pa.Table
    person: pa.Table


@dataclass(frozen=True)
class Lists:
    """Feeds as the engine takes them, which of them are live, and the batches they came from."""

    sources: Mapping[str, pa.Table] = field(default_factory=dict)
    live: frozenset[str] = frozenset()
    batch_ids: Sequence[UUID] = ()


def stored_column(table: str, name: str) -> str | None:
    """Return the register's own name of a column that rules may ask for; None if it has none.

    Of an encrypted column there is the token: equal values have equal tokens.
    """
    if name in _WORKED_OUT[table]:
        return name
    if table == PERSON and name == "id_number":
        return "id_token"
    facts = columns.household_facts() if table == HOUSEHOLD else columns.person_facts()
    if any(fact.name == name for fact in facts):
        return name
    sealed = columns.household_sealed() if table == HOUSEHOLD else columns.person_sealed()
    return f"{name}_token" if any(fact.name == name for fact in sealed) else None


def read_register(
    scope: Scope,
    region: RegionCode,
    catalog: Catalog,
    wanted: Collection[tuple[str, str]],
    day: date,
    *,
    among: Collection[UUID] | None = None,
) -> Register:
    """Read the wanted (table, column) that the register has, of the households `among` only if
    given; call it inside `activate(scope)`.

    What it held before is what stood at the end of the year before `day`.
    """
    asked = {table: _asked(table, wanted) for table in _KEYS}
    with registry.open_snapshot(
        scope,
        region,
        household_columns=_stored(HOUSEHOLD, asked[HOUSEHOLD]),
        person_columns=_stored(PERSON, asked[PERSON]),
        among=among,
    ) as snapshot:
        household = _table(catalog.tables[HOUSEHOLD], asked[HOUSEHOLD], snapshot.household_rows)
        person = _table(catalog.tables[PERSON], asked[PERSON], snapshot.person_rows)
    if any(_now(column.name) in asked[HOUSEHOLD] for column in EARLIER):
        household = _with_earlier(scope, region, household, day, among)
    return Register(household, person)


def read_given(
    scope: Scope, places: Collection[str], wanted: Collection[tuple[str, str]]
) -> dict[str, dict[str, frozenset[str]]]:
    """Return which of the wanted columns have a value somewhere in each village, by village and
    table; call it inside `activate(scope)`."""
    homes, people = _asked(HOUSEHOLD, wanted), _asked(PERSON, wanted)
    found = registry.given_columns(
        scope,
        places,
        household_columns=_stored(HOUSEHOLD, homes),
        person_columns=_stored(PERSON, people),
    )
    return {
        place: {HOUSEHOLD: _back(HOUSEHOLD, homes, of_homes), PERSON: _back(PERSON, people, of)}
        for place, (of_homes, of) in found.items()
    }


def _asked(table: str, wanted: Collection[tuple[str, str]]) -> list[str]:
    """The columns of a table that are to be read: its keys, and what the register has."""
    named = sorted(name for one, name in wanted if one == table and stored_column(one, name))
    return list(dict.fromkeys([*_KEYS[table], *named]))


def _stored(table: str, names: Sequence[str]) -> list[str]:
    return [str(stored_column(table, name)) for name in names]


def _back(table: str, names: Sequence[str], found: frozenset[str]) -> frozenset[str]:
    return frozenset(name for name in names if stored_column(table, name) in found)


def _now(name: str) -> str:
    """Return the register's column of which an EARLIER column is the past."""
    return name.removesuffix("_earlier")


def _with_earlier(
    scope: Scope,
    region: RegionCode,
    household: pa.Table,
    day: date,
    among: Collection[UUID] | None,
) -> pa.Table:
    """Add what stood at the end of the year before; a household without a past has none."""
    year_end = timezone.make_aware(datetime(day.year, 1, 1))
    names = [_now(column.name) for column in EARLIER]
    rows = iter_earlier(scope, region, names, at=year_end, among=among)
    past = {household_id: values for household_id, *values in rows}
    found = [past.get(one) for one in household.column("household_id").to_pylist()]
    for place, column in enumerate(EARLIER):
        values = [None if one is None else one[place] for one in found]
        household = household.append_column(column.name, pa.array(values, type=arrow_type(column)))
    return household


def _table(promised: Table, names: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> pa.Table:
    shape = pa.schema([(name, arrow_type(promised.by_name[name])) for name in names])
    batches = []
    while block := list(islice(rows, _BLOCK)):
        values = zip(*block, strict=True)
        arrays = [pa.array(list(v), type=f.type) for f, v in zip(shape, values, strict=True)]
        batches.append(pa.RecordBatch.from_arrays(arrays, schema=shape))
    return pa.Table.from_batches(batches, schema=shape)


def read_lists(
    scope: Scope, region: RegionCode, period: Period, catalog: Catalog, tables: frozenset[str]
) -> Lists:
    """Read the feeds of these tables that may be used for the month.

    Asset data come without the rows of people who have not authorised them.
    """
    if not tables:
        return Lists()
    with scratch_folder() as folder:
        inputs = materialise_inputs(scope, region, period, folder)
        states = [
            state
            for state in judge_all(
                catalog,
                [str(region)[:6]],
                read_coverage(folder / "coverage.json"),
                period,
            )
            if state.table in tables
        ]
        sources = {
            name: pq.read_table(folder / "feeds" / f"{name}.parquet") for name in sorted(tables)
        }
        papers = pq.read_table(folder / "authorization.parquet", columns=["person_token"])
    used = {batch for state in states for batch in state.batches}
    return Lists(
        sources={**sources, **_states(states), "live_authorization": papers.cast(AUTHORISED)},
        live=frozenset(state.table for state in states if state.gap == 0),
        batch_ids=[one for one in inputs.batch_ids if str(one) in used],
    )


def _states(states: Sequence[FeedState]) -> dict[str, pa.Table]:
    gaps = [{"tab": s.table, "county": s.county, "gap": s.gap} for s in states]
    batches = [
        {"tab": s.table, "county": s.county, "batch_id": batch}
        for s in states
        for batch in s.batches
    ]
    return {
        "county_gap": pa.Table.from_pylist(gaps, schema=COUNTY_GAP),
        "live_batch": pa.Table.from_pylist(batches, schema=LIVE_BATCH),
    }
