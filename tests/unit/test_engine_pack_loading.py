"""Where in a pack something is wrong, and what else is refused when it is loaded."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bangfu.engine import packs
from bangfu.engine.errors import PackRefused
from tests.pack_kit import CASES, NATIONAL, SOURCE, codes, make_county, put, rule_text, threshold


@pytest.fixture
def county(tmp_path: Path) -> Path:
    return make_county(tmp_path)


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
