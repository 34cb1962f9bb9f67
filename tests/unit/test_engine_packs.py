"""A pack is refused with everything that is wrong with it; thresholds by region and day."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bangfu.engine import packs
from bangfu.engine.errors import FormulaError, PackRefused
from bangfu.standards import errors
from bangfu.standards.paths import packs_root
from tests.engine_kit import make_rule

NATIONAL = packs_root() / "national"
SOURCE = "source: {document: 试验, status: unverified}"


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A pack that extends the national one and says nothing yet."""
    shutil.copytree(NATIONAL, tmp_path / "national")
    folder = tmp_path / "county"
    folder.mkdir()
    (folder / "pack.yaml").write_text(
        'id: county\nversion: "1"\ntitle: {zh: 县, en: county}\nextends: ../national\n',
        encoding="utf-8",
    )
    return folder


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def codes(folder: Path) -> set[str]:
    with pytest.raises(PackRefused) as refused:
        packs.load(folder)
    for problem in refused.value.problems:
        told = errors.text(problem.code, problem.params, "zh")
        assert problem.file
        assert told.message
        assert told.remedy
    return {problem.code for problem in refused.value.problems}


def rule_text(**changes: str) -> str:
    parts = {
        "id": "probe",
        "kind": "ALERT",
        "unit": "household",
        "title": "{zh: 试, en: probe}",
        "source": "{document: 试验, status: unverified}",
        "valid_from": "2026-01-01",
        "when": "household.member_count > 3",
        "hint": "attention",
        "reason": "{zh: 是, en: 'yes'}",
        **changes,
    }
    return "".join(f"{key}: {value}\n" for key, value in parts.items() if value)


CASES = """
cases:
  - {name: four, household: {member_count: 4}, expect: "TRUE"}
  - {name: three, household: {member_count: 3}, expect: "FALSE"}
"""


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
    assert {rule.id for rule in pack.rules} - {rule.id for rule in packs.load(NATIONAL).rules} == {
        "probe"
    }
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


def threshold(values: str) -> str:
    return f'id: probe_line\ntitle: {{zh: 试, en: probe}}\nunit: "yuan"\nvalues:\n{values}'


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


def problems(folder: Path) -> dict[str, tuple[str, int, str]]:
    """Code → file, line and place of the problems of a pack."""
    with pytest.raises(PackRefused) as refused:
        packs.load(folder)
    return {p.code: (p.file, p.line, p.where) for p in refused.value.problems}


def test_a_problem_of_a_formula_is_placed_in_its_line(county: Path) -> None:
    text = rule_text(when=">\n  household.member_count > 3\n  AND household.nothing = 1")
    put(county, "rules/probe.yaml", text)
    put(county, "cases/probe.yaml", CASES)
    line = 1 + next(i for i, row in enumerate(text.splitlines()) if "nothing" in row)
    assert problems(county) == {"E-RULE-FIELD": ("rules/probe.yaml", line, "probe.when")}


def test_every_key_that_is_wrong_is_placed_in_its_line(county: Path) -> None:
    text = rule_text(source="{document: 试验, status: sure}", kind="VERDICT", hint="loud")
    put(county, "rules/probe.yaml", text)
    put(county, "cases/probe.yaml", CASES)
    lines = {row.split(":")[0]: number for number, row in enumerate(text.splitlines(), start=1)}
    found = problems(county)
    assert found["E-PACK-KIND"] == ("rules/probe.yaml", lines["kind"], "probe.kind")
    assert found["E-PACK-HINT"] == ("rules/probe.yaml", lines["hint"], "probe.hint")
    assert found["E-PACK-STATUS"][1:] == (lines["source"], "probe.source.status")


def test_a_problem_of_a_pack_extended_names_that_pack(county: Path) -> None:
    put(county.parent / "national", "thresholds/bad.yaml", "id: bad\n")
    assert problems(county)["E-PACK-UNIT"][0] == "national/thresholds/bad.yaml"


def test_a_divisor_that_is_always_zero_is_refused(county: Path) -> None:
    put(county, "rules/probe.yaml", rule_text(when="household.member_count / (2 - 2) > 3"))
    put(county, "cases/probe.yaml", CASES)
    assert codes(county) == {"E-RULE-ZERO"}


def test_a_rule_about_feeds_needs_an_unknown_case(county: Path) -> None:
    text = rule_text(when="any_in(dibao, dibao.monthly_amount > 3)", feeds="[civil/dibao]")
    put(county, "rules/probe.yaml", text)
    rows = "feeds: {dibao: [{monthly_amount: '4.00'}]}"
    decided = f'cases:\n  - {{name: a, {rows}, expect: "TRUE"}}\n  - {{name: b, expect: "FALSE"}}\n'
    put(county, "cases/probe.yaml", decided)
    assert codes(county) == {"E-PACK-NO-CASES"}
    put(
        county,
        "cases/probe.yaml",
        decided + "  - {name: c, coverage: {dibao: STALE}, expect: UNKNOWN}\n",
    )
    assert packs.check(packs.load(county), "probe").failures == ()


def versions(first_to: str) -> str:
    """Two versions of one rule; the second from July 2026 on."""
    old = rule_text(valid_to=first_to)
    new = rule_text(valid_from="2026-07-01", when="household.member_count > 4")
    rules = "".join("  - " + part.replace("\n", "\n    ").rstrip() + "\n" for part in (old, new))
    return f"rules:\n{rules}"


VERSION_CASES = """
cases:
  - {name: four in June, period: "2026-06", household: {member_count: 4}, expect: "TRUE"}
  - {name: three in June, period: "2026-06", household: {member_count: 3}, expect: "FALSE"}
  - {name: five in July, period: "2026-07", household: {member_count: 5}, expect: "TRUE"}
  - {name: four in July, period: "2026-07", household: {member_count: 4}, expect: "FALSE"}
"""


def test_a_rule_may_have_versions_and_a_case_speaks_of_the_one_in_force(county: Path) -> None:
    put(county, "rules/probe.yaml", versions("2026-06-30"))
    put(county, "cases/probe.yaml", VERSION_CASES)
    pack = packs.load(county)
    assert packs.check(pack, "probe").failures == ()
    assert len([rule for rule in pack.rules_on(date(2026, 7, 31)) if rule.id == "probe"]) == 1
    assert pack.rule("probe", date(2026, 6, 30)).valid_to == date(2026, 6, 30)


def test_versions_that_overlap_are_refused(county: Path) -> None:
    put(county, "rules/probe.yaml", versions("2026-07-01"))
    put(county, "cases/probe.yaml", VERSION_CASES)
    assert codes(county) == {"E-PACK-VERSIONS"}


def test_each_version_needs_cases_of_its_own_months(county: Path) -> None:
    put(county, "rules/probe.yaml", versions("2026-06-30"))
    put(county, "cases/probe.yaml", VERSION_CASES.replace("2026-06", "2026-08"))
    assert "E-PACK-NO-CASES" in codes(county)


def test_one_identifier_in_two_files_is_refused(county: Path) -> None:
    text = (NATIONAL / "thresholds" / "income_line.yaml").read_text(encoding="utf-8")
    put(county, "thresholds/our_line.yaml", text)
    assert problems(county)["E-PACK-TWICE"][0] == "thresholds/our_line.yaml"


def test_a_file_that_hides_none_below_is_simply_more(county: Path) -> None:
    put(county, "rules/own/probe.yaml", rule_text())
    put(county, "cases/own/probe.yaml", CASES)
    assert packs.load(county).rule("probe").file == "rules/own/probe.yaml"


WRONG_CASES = {
    "E-RULE-FIELD": "household: {member_cuont: 4}",
    "E-RULE-TABLE": "feeds: {no_feed: [{}]}",
    "E-RULE-TYPE": "household: {net_income: .nan}",
    "E-PACK-CASE-FORM": "members: [{birth_on: 2026-02-30}]",
    "E-PERIOD-FORMAT": "period: '2026-13'",
    "E-PACK-KEY": "houshold: {member_count: 4}",
    "E-PACK-EXPECT": "expect: PERHAPS",
}


@pytest.mark.parametrize("code", sorted(WRONG_CASES))
def test_a_case_that_cannot_be_read_is_refused_with_its_line(county: Path, code: str) -> None:
    put(county, "rules/probe.yaml", rule_text())
    expect = "" if "expect" in WRONG_CASES[code] else ', expect: "TRUE"'
    put(county, "cases/probe.yaml", f"{CASES}  - {{name: odd, {WRONG_CASES[code]}{expect}}}\n")
    found = problems(county)
    assert found[code][:2] == ("cases/probe.yaml", 5)


MALFORMED = {
    "a key twice": ("id: a\nid: b\n", 2),
    "a broken bracket": ("id: a\nvalues: [\n", 3),
    "a list": ("- id\n", 1),
    "an anchor in itself": ("id: &a [*a]\n", 1),
    "too deep": ("id: " + "[" * 5000 + "]" * 5000, 1),
    "no YAML type": ("id: !!python/object/apply:os.getcwd []\n", 1),
}


@pytest.mark.parametrize("name", sorted(MALFORMED))
def test_a_file_that_is_no_yaml_is_refused_with_its_line(county: Path, name: str) -> None:
    text, line = MALFORMED[name]
    put(county, "thresholds/bad.yaml", text)
    assert problems(county) == {"E-PACK-YAML": ("thresholds/bad.yaml", line, "id" * (line == 2))}


def test_bytes_that_are_no_utf8_are_refused(county: Path) -> None:
    put(county, "thresholds/bad.yaml", "")
    (county / "thresholds" / "bad.yaml").write_bytes("id: a\ntitle: 收入".encode("gbk"))
    assert problems(county)["E-PACK-YAML"][1] == 2


def test_an_unquoted_day_that_does_not_exist_is_refused(county: Path) -> None:
    put(county, "rules/probe.yaml", rule_text(valid_from="2026-02-30"))
    put(county, "cases/probe.yaml", CASES)
    assert codes(county) == {"E-PACK-DATE"}


@pytest.mark.parametrize("region", ['""', "甲县", "'99'x"])
def test_a_threshold_of_no_division_is_refused(county: Path, region: str) -> None:
    values = f"  - {{region: {region}, valid_from: 2026-01-01, value: 1, {SOURCE}}}\n"
    put(county, "thresholds/probe_line.yaml", threshold(values))
    assert codes(county) & {"E-PACK-REGION", "E-PACK-YAML"}


def test_a_pack_that_extends_nothing_there_is_told_so(county: Path) -> None:
    about = (county / "pack.yaml").read_text(encoding="utf-8")
    put(county, "pack.yaml", about.replace("../national", "../nation"))
    assert problems(county) == {"E-PACK-MISSING": ("pack.yaml", 4, "extends")}


def test_an_unknown_key_of_a_pack_is_refused(county: Path) -> None:
    about = (county / "pack.yaml").read_text(encoding="utf-8")
    put(county, "pack.yaml", about + "regions: []\n")
    assert problems(county) == {"E-PACK-KEY": ("pack.yaml", 5, "regions")}
