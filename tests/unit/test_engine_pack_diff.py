"""What changed between two packs, said in words and as JSON."""

from __future__ import annotations

import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bangfu.engine import packs
from bangfu.engine.packs.difference import ItemChange
from bangfu.standards.paths import packs_root

NATIONAL = packs_root() / "national"
ABOUT = 'id: county\nversion: "1"\ntitle: {zh: 县, en: county}\nextends: ../national\n'
LINE = "thresholds/income_line.yaml"


@pytest.fixture
def county(tmp_path: Path) -> Path:
    shutil.copytree(NATIONAL, tmp_path / "national")
    (tmp_path / "county").mkdir()
    (tmp_path / "county" / "pack.yaml").write_text(ABOUT, encoding="utf-8")
    return tmp_path / "county"


def changed(folder: Path, name: str, before: str, after: str) -> packs.PackDiff:
    """The national pack against one in which a text of a file is replaced."""
    text = (NATIONAL / name).read_text(encoding="utf-8")
    assert before in text
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text.replace(before, after, 1), encoding="utf-8")
    return packs.diff(packs.load(NATIONAL), packs.load(folder))


def test_a_pack_that_says_nothing_new_differs_in_nothing(county: Path) -> None:
    found = packs.diff(packs.load(NATIONAL), packs.load(county))
    assert found.is_empty
    assert (found.old[0], found.new[0]) == ("national", "county")


def test_a_changed_formula_is_shown_before_and_after(county: Path) -> None:
    found = changed(county, "rules/income_below_line.yaml", ">= 1", ">= 2")
    assert [(c.change, c.id) for c in found.rules] == [("CHANGED", "income_below_line")]
    field = found.rules[0].fields[0]
    assert field.key == "when"
    assert field.before is not None
    assert field.after is not None
    assert "count_of(household.risk_kinds) >= 1" in field.before
    assert "count_of(household.risk_kinds) >= 2" in field.after


def test_spaces_alone_are_no_change(county: Path) -> None:
    found = changed(county, "rules/income_below_line.yaml", " >= 1", "   >=\n     1")
    assert found.is_empty


def test_a_line_that_rises_in_one_county_is_told_with_its_dates(county: Path) -> None:
    text = (NATIONAL / LINE).read_text(encoding="utf-8")
    more = (
        '  - {region: "440100", valid_from: 2027-01-01, value: 9200, '
        "source: {document: 县文〔2026〕9号, status: unverified}}\n"
    )
    (county / "thresholds").mkdir()
    (county / LINE).write_text(text + more, encoding="utf-8")
    found = packs.diff(packs.load(NATIONAL), packs.load(county)).thresholds
    assert len(found) == 1
    one = found[0]
    assert (one.id, one.region, one.valid_from, one.valid_to) == (
        "income_line",
        "4401",
        date(2027, 1, 1),
        None,
    )
    before = packs.load(NATIONAL).thresholds.find("income_line", "440100", date(2027, 1, 1))
    assert one.before == (before and before.value)
    assert one.after == Decimal(9200)
    assert one.unit == "yuan/person"
    assert "income_below_line" in one.used_by


def test_an_indicator_names_the_rules_it_changes(county: Path) -> None:
    found = changed(county, "indicators/screening_income.yaml", "+ household.claim_income ", "")
    assert found.rules == ()
    assert [c.id for c in found.indicators] == ["screening_income"]
    assert set(found.indicators[0].used_by) == {"income_below_line", "income_near_line"}


def test_what_only_one_pack_has_is_added_or_removed(county: Path) -> None:
    shutil.rmtree(county.parent / "national" / "quality")
    (county.parent / "national" / "rules" / "water_unsafe.yaml").unlink()
    old, new = packs.load(NATIONAL), packs.load(county)
    assert [(c.change, c.id) for c in packs.diff(old, new).rules] == [("REMOVED", "water_unsafe")]
    back = packs.diff(new, old).rules
    assert [(c.change, c.id) for c in back] == [("ADDED", "water_unsafe")]
    assert isinstance(back[0], ItemChange)


def test_the_difference_is_plain_json(county: Path) -> None:
    found = changed(county, LINE, "8800", "8900").as_json()
    told = json.loads(json.dumps(found))["thresholds"][0]
    assert (told["before"], told["after"]) == ("8800", "8900")
    assert told["title"]["zh"]
