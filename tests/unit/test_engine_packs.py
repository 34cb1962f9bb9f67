"""A pack is refused with everything that is wrong with it; thresholds by region and day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bangfu.engine import packs
from bangfu.engine.errors import FormulaError
from tests.engine_kit import make_rule
from tests.pack_kit import (
    CASES,
    KEPT,
    NATIONAL,
    SOURCE,
    codes,
    make_county,
    put,
    rule_text,
    threshold,
)


@pytest.fixture
def county(tmp_path: Path) -> Path:
    return make_county(tmp_path)


def test_the_national_pack_keeps_its_cases_on_both_evaluators() -> None:
    report = packs.check(packs.load(NATIONAL))
    assert report.failures == ()
    assert report.rules >= 13


def test_every_screening_rule_has_a_case_for_each_outcome() -> None:
    pack = packs.load(NATIONAL)
    for rule in pack.rules:
        seen = {case.expect for case in pack.cases if case.rule_id == rule.id}
        assert seen == {"TRUE", "FALSE", "UNKNOWN"}, rule.id


def test_a_pack_may_add_a_rule_to_the_one_it_extends(county: Path) -> None:
    put(county, "rules/probe.yaml", rule_text())
    put(county, "cases/probe.yaml", CASES)
    pack = packs.load(county)
    assert {rule.id for rule in pack.rules} == {KEPT, "probe"}
    assert packs.check(pack, "probe").failures == ()


def test_a_wrong_case_is_reported_for_both_evaluators(county: Path) -> None:
    put(county, "rules/probe.yaml", rule_text(when="household.member_count >= 3"))
    put(county, "cases/probe.yaml", CASES)
    failures = packs.check(packs.load(county), "probe").failures
    assert [(f.case, f.evaluator, f.expected, f.found) for f in failures] == [
        ("three", "reference", "FALSE", "TRUE"),
        ("three", "duckdb", "FALSE", "TRUE"),
    ]


WRONG_RULES = {
    "E-RULE-FIELD": {"when": "household.no_such_field > 3"},
    "E-RULE-FUNCTION": {"when": "read_csv('x') > 3"},
    "E-RULE-THRESHOLD": {"when": "household.net_income > threshold('nowhere')"},
    "E-RULE-INDICATOR": {"when": "indicator('nowhere') > 3"},
    "E-RULE-CODE": {"when": "household.household_type = 'RICH'"},
    "E-RULE-UNIT": {"when": "household.net_income > threshold('income_line')"},
    "E-RULE-TYPE": {"when": "household.net_income = 'viel'"},
    "E-RULE-SYNTAX": {"when": "household.member_count >"},
    "E-RULE-SCOPE": {"when": "person.work_months > 3"},
    "E-RULE-TABLE": {"when": "any_in(household, TRUE)"},
    "E-RULE-LITERAL": {"when": "household.as_of > DATE '2026-02-30'"},
    "E-RULE-TOO-LARGE": {"when": " + ".join(["1"] * 2000) + " > 3"},
    "E-RULE-UNIT-OF-RULE": {"unit": "village"},
    "E-PACK-SOURCE": {"source": ""},
    "E-PACK-STATUS": {"source": "{document: 试验, status: sure}"},
    "E-PACK-DATE": {"valid_from": "'2026-02-30'"},
    "E-PACK-KIND": {"kind": "VERDICT"},
    "E-PACK-HINT": {"kind": "SUSPICION", "hint": "urgent"},
    "E-PACK-WHEN": {"when": ""},
    "E-PACK-FEEDS": {"feeds": "[medical/claim]"},
    "E-PACK-SLOT": {"reason": "{zh: '{many} 人', en: '{many}'}"},
    "E-PACK-TEXT": {"title": "{zh: 只有中文}"},
    "E-PACK-KEY": {"weight": "3"},
    "E-PACK-ID": {"id": "Bad Name"},
}


@pytest.mark.parametrize("code", sorted(WRONG_RULES))
def test_a_wrong_rule_is_refused_with_its_reason(county: Path, code: str) -> None:
    put(county, "rules/probe.yaml", rule_text(**WRONG_RULES[code]))
    put(county, "cases/probe.yaml", CASES)
    assert code in codes(county)


def test_a_rule_without_cases_is_refused(county: Path) -> None:
    put(county, "rules/probe.yaml", rule_text())
    assert codes(county) == {"E-PACK-NO-CASES"}


def test_all_problems_are_told_at_once(county: Path) -> None:
    put(county, "rules/probe.yaml", rule_text(when="household.nothing > 1"))
    put(county, "thresholds/bad.yaml", "id: bad\n")
    assert codes(county) >= {"E-RULE-FIELD", "E-PACK-NO-CASES", "E-PACK-UNIT"}


WRONG_THRESHOLDS = {
    "E-PACK-OVERLAP": f"  - {{valid_from: 2026-01-01, value: 1, {SOURCE}}}\n"
    f"  - {{valid_from: 2026-06-01, value: 2, {SOURCE}}}\n",
    "E-PACK-DATE": f"  - {{value: 1, {SOURCE}}}\n",
    "E-PACK-NUMBER": f"  - {{valid_from: 2026-01-01, value: .nan, {SOURCE}}}\n",
    "E-PACK-SOURCE": "  - {valid_from: 2026-01-01, value: 1}\n",
}


@pytest.mark.parametrize("code", sorted(WRONG_THRESHOLDS))
def test_a_wrong_threshold_is_refused(county: Path, code: str) -> None:
    put(county, "thresholds/probe_line.yaml", threshold(WRONG_THRESHOLDS[code]))
    assert codes(county) == {code}


def test_infinity_is_no_threshold(county: Path) -> None:
    values = f"  - {{valid_from: 2026-01-01, value: .inf, {SOURCE}}}\n"
    put(county, "thresholds/probe_line.yaml", threshold(values))
    assert codes(county) == {"E-PACK-NUMBER"}


def test_indicators_in_a_circle_are_refused(county: Path) -> None:
    for name, other in (("one", "two"), ("two", "one")):
        put(
            county,
            f"indicators/{name}.yaml",
            f"id: {name}\ntitle: {{zh: 试, en: probe}}\nunit: household\n{SOURCE}\n"
            f"formula: indicator('{other}') + 1\n",
        )
    assert "E-RULE-CIRCULAR" in codes(county)


def test_packs_in_a_circle_are_refused(county: Path) -> None:
    about = 'id: national\nversion: "1"\ntitle: {zh: 国, en: n}\nextends: ../county\n'
    put(county.parent / "national", "pack.yaml", about)
    assert codes(county) == {"E-PACK-CIRCULAR"}


NOT_COMPUTABLE = """not_computable:
  - id: divorce_for_benefit
    title: {zh: 假离婚, en: Divorce for benefit}
    why: {zh: 无数据可判, en: no feed can tell}
    needs: {zh: 入户核实, en: a visit}
    source: {document: 试验, status: unverified}
"""


def test_what_no_feed_can_decide_is_listed_with_what_it_would_need(county: Path) -> None:
    put(county.parent / "national", "not_computable.yaml", NOT_COMPUTABLE)
    other = NOT_COMPUTABLE.replace("divorce_for_benefit", "hidden_income")
    put(county, "not_computable/county.yaml", other)
    found = packs.load(county).not_computable
    assert [item.id for item in found] == ["divorce_for_benefit", "hidden_income"]
    assert found[0].needs.zh == "入户核实"


def test_what_cannot_be_computed_needs_a_reason_too(county: Path) -> None:
    put(county, "not_computable.yaml", NOT_COMPUTABLE.replace("    why:", "    because:"))
    assert codes(county) == {"E-PACK-KEY"}


def test_a_pack_may_name_the_division_it_is_for(county: Path) -> None:
    about = (county / "pack.yaml").read_text(encoding="utf-8")
    put(county, "pack.yaml", about + 'region: "990101"\n')
    pack = packs.load(county)
    assert pack.region == "990101"
    assert [name for name, _ in pack.chain] == ["county", "national"]


@pytest.mark.parametrize("region", ['""', '"99010"', "里山县", '"000100000000"'])
def test_a_region_that_is_no_division_is_refused(county: Path, region: str) -> None:
    about = (county / "pack.yaml").read_text(encoding="utf-8")
    put(county, "pack.yaml", about + f"region: {region}\n")
    assert codes(county) == {"E-PACK-REGION"}


def test_a_folder_without_a_pack_is_refused(tmp_path: Path) -> None:
    assert codes(tmp_path) == {"E-PACK-MISSING"}


@pytest.mark.parametrize(
    ("region", "day", "value"),
    [
        ("990101100001", date(2026, 10, 31), Decimal(8800)),
        ("990101100001", date(2025, 12, 31), Decimal(6000)),
        ("440000000000", date(2026, 10, 31), Decimal(6000)),
        ("530102000000", date(2025, 1, 1), Decimal(8700)),
        ("530102000000", date(2024, 12, 31), Decimal(6000)),
        ("440000000000", date(2020, 12, 31), Decimal(5000)),
        ("440000000000", date(2019, 12, 31), None),
    ],
)
def test_the_line_of_the_nearest_region_in_force_is_taken(
    region: str, day: date, value: Decimal | None
) -> None:
    found = packs.load(NATIONAL).thresholds.find("income_line", region, day)
    assert (found.value if found else None) == value


NOT_ALLOWED = [
    "(SELECT 1) = 1",
    "household.note LIKE 'x%'",
    "household.size::text = '3'",
    "max(household.size) OVER () > 1",
    "current_date > household.seen_on",
    "household.note ~ 'x'",
    "size > 3",
    "other.household.size > 3",
    "household.size > 1e5",
    "household.size IN (household.size)",
    "household.size = NULL",
    "CASE WHEN household.safe THEN 1 END = 1",
    "household.safe; DROP TABLE household",
    "household.size",
    "any_in(full, any_in(full, TRUE))",
    "any_member(any_member(TRUE))",
    "EXISTS (SELECT 1)",
    "household.size % 2 = 0",
    "interval '1 day' = 1",
    "$1 = 1",
    "",
    "digit_at(household.note, household.size) = 1",
    "missing(household.income + 1)",
    "any_in(full, full.amount > times_used(household.note))",
    "household.size > 3 -- AND household.safe",
    "household.size > 3 /* AND household.safe */",
    "household.size > 3 # AND household.safe",
]


@pytest.mark.parametrize("text", NOT_ALLOWED)
def test_what_the_language_does_not_name_is_refused(text: str) -> None:
    with pytest.raises(FormulaError) as refused:
        make_rule(text)
    assert refused.value.code.startswith("E-RULE-")


def test_deep_nesting_is_refused_and_not_a_crash() -> None:
    for text in ("(" * 5000 + "TRUE" + ")" * 5000, "NOT " * 900 + "TRUE", "-" * 900 + "1 > 0"):
        with pytest.raises(FormulaError):
            make_rule(text)
