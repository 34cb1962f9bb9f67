"""The quality pack: every case by the reference evaluator, and how its rules are written."""

from __future__ import annotations

import re

import pytest

from bangfu.domains.registry.quality.rules import load_pack
from bangfu.engine.packs.cases import read_facts
from bangfu.engine.packs.check import by_reference

PACK = load_pack()
CASES = [pytest.param(case, id=f"{case.rule_id}-{case.name}") for case in PACK.cases]


@pytest.mark.parametrize("case", CASES)
def test_a_case_comes_out_as_written(case):
    found = by_reference(PACK.rule(case.rule_id), read_facts(case, PACK.catalog), PACK)
    assert found.split("/")[0] == case.expect


def test_there_are_a_hundred_rules_and_each_has_its_yes_and_no():
    assert len(PACK.rules) == 112
    for rule in PACK.rules:
        assert {"TRUE", "FALSE"} <= {c.expect for c in PACK.cases if c.rule_id == rule.id}


def test_what_a_rule_cannot_know_is_a_case_of_its_own():
    # Rules about an empty cell know it is empty; all others have a case in which they cannot tell.
    about_empty = {
        "ethnicity_missing",
        "education_or_student",
        "insurance_missing",
        "floor_area_missing",
        "arable_land_missing",
        "road_distance",
        "different_heads",
        "one_phone_two_counties",
        "key_facts_missing",
        "monitored_without_month",
    }
    for rule in PACK.rules:
        expected = {c.expect for c in PACK.cases if c.rule_id == rule.id}
        assert ("UNKNOWN" in expected) != (rule.id in about_empty), rule.id


def test_every_rule_has_a_number_of_its_own_a_remedy_and_a_cell_to_mark():
    numbers = [rule.rule_no for rule in PACK.rules]
    assert len(set(numbers)) == len(numbers)
    for rule in PACK.rules:
        assert re.fullmatch(r"\d+_\d\d_\d{3}|[BCDHK]-\d\d", rule.rule_no)
        assert rule.remedy is not None
        for name in rule.column.split():
            table, _, column = name.partition(".")
            assert column in PACK.catalog.tables[table].by_name, rule.id
        assert rule.kind == "QUALITY"
        assert rule.hint == "none"
