"""Bad data never make a match: what cannot be decided is 资料不足, on both evaluators."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bangfu.engine import packs, runs
from bangfu.engine.packs.cases import read_facts
from bangfu.engine.packs.check import by_duckdb, by_reference
from bangfu.engine.packs.model import Case
from bangfu.standards.paths import packs_root
from bench.engine_inputs import write_inputs
from tests.engine_kit import check_table, home

NO_DATA = "NO_DATA"
NATIONAL = packs_root() / "national"


def said(rule_id: str, **facts: Any) -> tuple[str, str]:
    """What both evaluators say of a rule of the national pack."""
    pack = packs.load(NATIONAL)
    case = Case(rule_id, "bad data", {"period": "2026-10", **facts}, "UNKNOWN")
    read = read_facts(case, pack.catalog)
    rule = pack.rule(rule_id, read.period.last_day)
    return by_reference(rule, read, pack), by_duckdb([(rule, read)], pack)[0]


MEMBER = {"birth_on": "1980-05-01", "labour_class": "ORDINARY"}


def test_somebody_who_is_in_no_row_of_a_full_list_is_not_in_it() -> None:
    rows = [{"person": 2, "status": "INSURED"}]
    found = said(
        "medical_not_enrolled",
        period="2026-06",
        members=[MEMBER, MEMBER],
        feeds={"medical_enrolment": rows},
    )
    assert found == ("TRUE", "TRUE")


def test_a_feed_in_which_nobody_has_an_id_number_says_nothing() -> None:
    rows = [{"person": None, "status": "INSURED"}]
    found = said(
        "medical_not_enrolled",
        period="2026-06",
        members=[MEMBER, MEMBER],
        feeds={"medical_enrolment": rows},
    )
    assert found == ("UNKNOWN/NO_DATA", "UNKNOWN/NO_DATA")


def test_a_run_over_a_feed_without_a_single_id_matches_nobody(tmp_path: Path) -> None:
    pack = packs.load(NATIONAL)
    inputs = write_inputs(tmp_path / "in", households=60)
    period = "2026-10"
    before = runs.run(pack, inputs, tmp_path / "before", period)
    path = inputs / "feeds" / "housing_grade.parquet"
    table = pq.read_table(path)
    index = table.column_names.index("person_token")
    blank = pa.nulls(table.num_rows, pa.string())
    pq.write_table(table.set_column(index, table.schema.field(index), blank), path)
    after = runs.run(pack, inputs, tmp_path / "after", period)
    assert table.num_rows > 0
    assert before.findings["housing_unsafe"].get("UNKNOWN", 0) < 60
    assert after.findings["housing_unsafe"] == {"UNKNOWN": 60}
    rules = [
        rule
        for home in pq.read_table(tmp_path / "after" / "hints.parquet").to_pylist()[:5]
        for rule in runs.explain(tmp_path / "after", pack, home["household_id"], all=True)["rules"]
        if rule["rule_id"] == "housing_unsafe"
    ]
    assert {(rule["outcome"], rule["unknown_reason"]) for rule in rules} == {("UNKNOWN", NO_DATA)}


def test_what_is_divided_by_zero_is_unknown_in_whatever_way_it_is_asked() -> None:
    nobody = home({"income": Decimal("26400.00"), "size": 0})
    check_table(
        [
            ("household.income / household.size < 8800", NO_DATA),
            ("household.income / household.size >= 8800", NO_DATA),
            ("NOT (household.income / household.size < 8800)", NO_DATA),
            ("household.income / household.size <> 0", NO_DATA),
            ("household.income / household.size BETWEEN 0 AND 999999999999", NO_DATA),
            ("household.income / household.size IN (0, 1)", NO_DATA),
            ("coalesce(household.income / household.size, 1) = 1", "TRUE"),
        ],
        nobody,
    )


@pytest.mark.parametrize("unit", ["household", "person"])
def test_a_household_of_nobody_matches_nothing(unit: str) -> None:
    empty = home({}, [])
    rows = [
        ("any_in(full, full.amount > 0)", "FALSE"),
        ("household.income < 8800", NO_DATA if unit == "household" else "FALSE"),
    ]
    check_table(rows, empty, unit)


def test_numbers_too_large_to_be_true_are_unknown() -> None:
    huge = home({"income": Decimal("999999999999.99"), "spent": Decimal("999999999999.99")})
    check_table(
        [
            ("household.income + household.spent > 0", NO_DATA),
            ("household.income * household.spent > 0", NO_DATA),
            ("household.income - household.spent = 0", "TRUE"),
        ],
        huge,
    )
