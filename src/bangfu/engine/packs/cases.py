"""A case's facts → a household for the reference evaluator and tables for DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from bangfu.engine.comparison.reasons import NO_DATA, RANKS
from bangfu.engine.contracts.arrow import table_of
from bangfu.engine.contracts.tables import Catalog, Table
from bangfu.engine.contracts.types import Kind
from bangfu.engine.errors import FormulaError
from bangfu.engine.packs.model import Case, Pack
from bangfu.engine.rules.execute import AUTHORISED, COUNTY_GAP, LIVE_BATCH
from bangfu.engine.rules.reference import Household, World
from bangfu.kernel.period import Period

BATCH = "case"
_REGION = "990101100001"


@dataclass(frozen=True)
class Facts:
    """A case made ready: the same facts for both evaluators."""

    household: Household
    others: tuple[Household, ...]
    period: Period

    def world(self, pack: Pack) -> World:
        """Return the world of this case under a pack's thresholds."""
        day = self.period.last_day

        def threshold(name: str, region_code: str) -> Decimal | None:
            found = pack.thresholds.find(name, region_code, day)
            return None if found is None else found.value

        return World(self.period, pack.catalog, threshold)


def read_facts(case: Case, catalog: Catalog, prefix: str = "") -> Facts:
    """Turn a case's YAML into typed facts; a column or table that is not promised is refused.

    `coverage` table → LIVE (default), NO_DATA, STALE or SILENT; `authorised` the members (1 is
    the first) with a live authorisation; feed rows name their `person` by that number (null: a row
    without an ID number); `others`
    are further households of the same input, for values that must be unique. `prefix` keeps the
    identifiers of several cases apart.
    """
    facts = case.facts
    period = case.period
    home = _household(facts, catalog, f"{prefix}h1")
    others = tuple(
        _household(other, catalog, f"{prefix}h{index}")
        for index, other in enumerate(facts.get("others") or (), start=2)
    )
    uses = _uses((home, *others))
    return Facts(_with_uses(home, uses), others, period)


def _household(facts: Mapping[str, Any], catalog: Catalog, key: str) -> Household:
    defaults = {"household_id": key, "household_no": key, "region_code": _REGION}
    household = {**defaults, **_typed(facts.get("household") or {}, catalog.tables["household"])}
    members = []
    for index, written in enumerate(facts.get("members") or [{}], start=1):
        person = {
            "person_id": f"{key}-{index}",
            "person_token": f"{key}-token-{index}",
            "household_id": key,
            "region_code": household["region_code"],
        }
        members.append({**person, **_typed(written, catalog.tables["person"])})
    feeds = {
        table: [_feed_row(row, catalog.tables[table], members) for row in rows]
        for table, rows in (facts.get("feeds") or {}).items()
        if _known(table, catalog)
    }
    stated = facts.get("coverage") or {}
    gaps = {
        table: _gap(str(stated.get(table, "LIVE")), feeds.get(table, ()))
        for table in catalog.tables
        if catalog.is_feed(table)
    }
    authorised = frozenset(
        str(members[int(number) - 1]["person_token"]) for number in facts.get("authorised") or ()
    )
    return Household(household, members, feeds, gaps, authorised)


def _gap(stated: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """What a case says of a feed; one in which nobody has an ID number says nothing."""
    blank = bool(rows) and all(row["person_token"] is None for row in rows)
    return max(RANKS.get(stated, 0), NO_DATA if blank else 0)


def _known(table: str, catalog: Catalog) -> bool:
    if not catalog.is_feed(table):
        raise FormulaError("E-RULE-TABLE", table=table)
    return True


def _feed_row(
    row: Mapping[str, Any], table: Table, members: list[dict[str, Any]]
) -> dict[str, Any]:
    facts = {key: value for key, value in row.items() if key != "person"}
    number = row.get("person", 1)
    token = None if number is None else members[int(number) - 1]["person_token"]
    return {"person_token": token, "batch_id": BATCH, **_typed(facts, table)}


def _typed(row: Mapping[str, Any], table: Table) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for name, value in row.items():
        column = table.by_name.get(name)
        if column is None:
            raise FormulaError("E-RULE-FIELD", field=name, table=table.name)
        typed[name] = _value(value, column.type.kind, name)
    return typed


def _value(value: Any, kind: Kind, name: str) -> Any:
    if value is None:
        return None
    if kind is Kind.NUMBER:
        return _number(value, name)
    if kind is Kind.DATE and isinstance(value, str):
        return date.fromisoformat(value)
    if kind is Kind.CODES:
        return [str(code) for code in value]
    if isinstance(value, bool) != (kind is Kind.BOOLEAN):
        raise FormulaError("E-RULE-TYPE", left=name, right=str(value))
    return value if isinstance(value, bool | date) else str(value)


def _number(value: Any, name: str) -> Decimal:
    """A plain number; neither NaN nor infinity is one."""
    found = Decimal(str(value))
    if isinstance(value, bool) or not found.is_finite():
        raise FormulaError("E-RULE-TYPE", left=name, right=str(value))
    return found


def _uses(households: tuple[Household, ...]) -> dict[tuple[str, str], dict[Any, int]]:
    counts: dict[tuple[str, str], dict[Any, int]] = {}
    for home in households:
        rows = [("household", home.household), *(("person", member) for member in home.members)]
        for scope, row in rows:
            for name, value in row.items():
                if isinstance(value, str | date | Decimal):
                    found = counts.setdefault((scope, name), {})
                    found[value] = found.get(value, 0) + 1
    return counts


def _with_uses(home: Household, uses: dict[tuple[str, str], dict[Any, int]]) -> Household:
    return Household(home.household, home.members, home.feeds, home.gaps, home.authorised, uses)


def sources(households: list[Household], catalog: Catalog) -> dict[str, pa.Table]:
    """Return the relations that the compiled SQL reads.

    The gaps of the first household stand for every county.
    """
    tables: dict[str, pa.Table] = {
        "household": table_of(catalog.tables["household"], [h.household for h in households]),
        "person": table_of(catalog.tables["person"], [m for h in households for m in h.members]),
    }
    counties = sorted({str(h.household["region_code"])[:6] for h in households})
    feeds = [name for name in catalog.tables if catalog.is_feed(name)]
    for name in feeds:
        rows = [row for h in households for row in h.feeds.get(name, ())]
        tables[name] = table_of(catalog.tables[name], rows)
    tables["live_batch"] = pa.Table.from_pylist(
        [{"tab": t, "county": c, "batch_id": BATCH} for t in feeds for c in counties],
        schema=LIVE_BATCH,
    )
    gaps = households[0].gaps
    tables["county_gap"] = pa.Table.from_pylist(
        [{"tab": t, "county": c, "gap": gaps.get(t, 1)} for t in feeds for c in counties],
        schema=COUNTY_GAP,
    )
    tokens = sorted(token for h in households for token in h.authorised)
    tables["live_authorization"] = pa.Table.from_pylist(
        [{"person_token": token} for token in tokens], schema=AUTHORISED
    )
    return tables
