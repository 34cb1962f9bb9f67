"""The tables, thresholds and months of the proof: one feed of every kind, every kind of column."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bangfu.engine.contracts.tables import Catalog, Column, Table, make_column
from bangfu.engine.contracts.types import Type, number
from bangfu.engine.rules.lowering import ThresholdTable
from bangfu.engine.rules.reference import World
from bangfu.kernel.period import Period

PERIOD = Period("2026-10")
COUNTIES = ("990101", "990102")
HOUSEHOLD = (
    make_column("household_id", "text"),
    make_column("household_no", "text"),
    make_column("region_code", "region"),
    make_column("as_of", "date"),
    make_column("kind", "code", code_list="kind"),
    make_column("tags", "codes", code_list="tag"),
    make_column("size", "integer", unit="person"),
    make_column("income", "money"),
    make_column("spent", "money"),
    make_column("ratio", "decimal"),
    make_column("safe", "boolean"),
    make_column("seen_on", "date"),
    make_column("since", "month"),
    make_column("note", "text"),
)
PERSON = (
    make_column("person_id", "text"),
    make_column("person_token", "text"),
    make_column("household_id", "text"),
    make_column("region_code", "region"),
    make_column("as_of", "date"),
    make_column("role", "code", code_list="role"),
    make_column("health", "codes", code_list="tag"),
    make_column("birth_on", "date"),
    make_column("wage", "money"),
    make_column("months", "integer", unit="month"),
    make_column("insured", "boolean"),
    make_column("code", "text"),
)
ROW = (
    make_column("grade", "code", code_list="grade"),
    make_column("amount", "money"),
    make_column("count", "integer", unit="person"),
    make_column("on_day", "date"),
    make_column("open", "boolean"),
    make_column("month", "month"),
    make_column("label", "text"),
)
FEEDS: Mapping[str, Table] = {
    name: Table(
        name,
        ROW,
        dataset=f"test/{name}",
        basis=basis,
        coverage=coverage,
        is_feed=True,
        accumulates=accumulates,
    )
    for name, basis, coverage, accumulates in (
        ("full", "RISK", "FULL", False),
        ("register", "RISK", "REGISTER", False),
        ("listed", "RISK", "THRESHOLD_LIST", False),
        ("changes", "RISK", "CHANGES", False),
        ("asset", "ASSET", "FULL", False),
        ("assets_listed", "ASSET", "THRESHOLD_LIST", False),
        ("answers", "ASSET", "YES_NO", False),
        ("paid", "ASSET", "FULL", True),
    )
}


def _table(name: str, columns: tuple[Column, ...]) -> Table:
    return Table(name, columns, dataset=f"test/{name}")


def _labels(*codes: str) -> dict[str, tuple[str, str]]:
    return {code: (code, code) for code in codes}


CATALOG = Catalog(
    {"household": _table("household", HOUSEHOLD), "person": _table("person", PERSON), **FEEDS},
    {
        "kind": _labels("X", "Y", "Z"),
        "tag": _labels("P", "Q", "R"),
        "role": _labels("HEAD", "CHILD", "OTHER"),
        "grade": _labels("A", "B", "C", "D"),
    },
)
THRESHOLDS: Mapping[str, tuple[Type, ThresholdTable]] = {
    # In one town, in one county and everywhere; in one county alone; in force nowhere.
    "line": (
        number("yuan"),
        [("990102100", Decimal("0.05")), ("990102", Decimal("7000")), ("", Decimal("8800"))],
    ),
    "line_each": (number("yuan/person"), [("", Decimal("8800"))]),
    "only_here": (number("yuan"), [("990102", Decimal("8799.99"))]),
    "nowhere": (number("yuan"), []),
    "ratio": (number(), [("", Decimal("1.3"))]),
    "window": (number("month"), [("990101", Decimal("12")), ("", Decimal("0"))]),
    "grown": (number("year"), [("", Decimal("16"))]),
}


def threshold(name: str, region: str) -> Decimal | None:
    """The value of the longest prefix that holds the region."""
    for prefix, value in THRESHOLDS[name][1]:
        if region.startswith(prefix):
            assert isinstance(value, Decimal)
            return value
    return None


WORLD = World(PERIOD, CATALOG, threshold)
