"""The lists of the demo's offices say of the cases what is written, and stay within their month."""

from __future__ import annotations

from random import Random

import pytest

from bangfu.cli.demo.cases import PERIODS, load_cases
from bangfu.cli.demo.county import County, make_county
from bangfu.cli.demo.lists import OFFICES, lists
from bangfu.cli.demo.offices import Row
from bangfu.cli.demo.places import COUNTY, make_place
from bangfu.cli.demo.words import Words
from bangfu.engine.contracts.catalog import default_catalog
from bangfu.kernel.credit_code import CreditCode
from bangfu.standards import datasets

Lists = dict[tuple[str, str], list[Row]]


@pytest.fixture(scope="module")
def county() -> County:
    random, words = Random(7), Words.load()
    return make_county(random, words, make_place(random, words, COUNTY, 228), 900, load_cases())


@pytest.fixture(scope="module")
def made(county: County) -> Lists:
    return written(county)


def written(county: County) -> Lists:
    told = lists(Random(7), Words.load(), county.families, county.planted, near=False)
    return {(office.dataset, month): rows for office, month, rows in told}


def rows_of(made: Lists, county: County, case: str, dataset: str, month: str) -> list[Row]:
    family = next(planted.family for planted in county.planted if planted.case.id == case)
    numbers = {member.id_number for member in family.members}
    return [row for row in made[dataset, month] if row["id_number"] in numbers]


def test_the_same_seed_gives_the_same_lists(county: County, made: Lists) -> None:
    assert written(county) == made


def test_every_feed_of_the_catalog_is_delivered_by_some_office() -> None:
    others = {
        "medical/claim",
        "education/enrolment",
        "housing/grade",
        "police/death",
        "traffic/vehicle",
    }
    feeds = {table.dataset for table in default_catalog().tables.values() if table.is_feed}
    assert {office.dataset for office in OFFICES} == feeds - others


def test_a_row_has_only_columns_of_its_contract_and_all_that_are_required(made: Lists) -> None:
    for (dataset, month), rows in made.items():
        columns = datasets.get(dataset).columns
        required = {column.name for column in columns if column.required}
        for row in rows[:200]:
            assert set(row) <= {column.name for column in columns}, (dataset, month)
            assert {name for name in required if row.get(name) is None} == set(), (dataset, month)


def test_a_list_of_everybody_leaves_out_only_whom_a_case_leaves_out(
    county: County, made: Lists
) -> None:
    listed = {row["id_number"] for row in made["medical/enrolment", PERIODS[0]]}
    people = {member.id_number for family in county.families for member in family.members}
    missing = {
        row["member"].id_number
        for planted in county.planted
        for row in planted.lists.get("medical_enrolment", [])
        if row.get("absent")
    }
    assert missing
    assert people - listed == missing


def test_an_event_stands_in_the_list_of_its_own_month_only(county: County, made: Lists) -> None:
    for month, count in (("2026-07", 0), ("2026-08", 1), ("2026-09", 0), ("2026-10", 0)):
        assert len(rows_of(made, county, "house-hit-1", "emergency/disaster", month)) == count


def test_a_row_with_a_first_month_is_not_in_earlier_lists(county: County, made: Lists) -> None:
    found = [rows_of(made, county, "dibao-hit-1", "civil/dibao", month) for month in PERIODS]
    assert [[row["status"] for row in rows] for rows in found] == [[], ["终止"], ["终止"]]


def test_wages_are_one_row_a_month_of_that_month(county: County, made: Lists) -> None:
    found = {
        month: [str(row["amount"]) for row in rows_of(made, county, "fall-hit-1", dataset, month)]
        for dataset, month in made
        if dataset == "labour/wage"
    }
    assert found["2026-06"] == ["5000.00"]
    assert found["2026-07"] == ["2499.99"]
    assert len(found) == 14
    for (dataset, month), rows in made.items():
        if dataset == "labour/wage":
            assert {row["month"] for row in rows} == {month}


def test_numbers_of_certificates_and_companies_are_valid(made: Lists) -> None:
    for row in made["market/entity", "2026-07"]:
        CreditCode.parse(row["credit_code"])
    row = next(r for r in made["disability/certificate", "2026-08"] if r["grade"] == "二级")
    assert row["certificate_no"][:18] == row["id_number"]
    assert row["certificate_no"][19] == "2"


def test_the_costs_of_a_school_year_add_up(made: Lists) -> None:
    for row in made["education/cost", "2026-04"]:
        assert row["tuition"] + row["lodging"] + row["books"] - row["aid"] == row["net_cost"]
