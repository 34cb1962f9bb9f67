"""The limits of the steps fit into that of the whole, and a pack where they do not is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bangfu.engine import packs
from bangfu.engine.errors import PackRefused
from bangfu.procedures.fitting import main_path, overruns
from bangfu.standards.paths import packs_root
from tests.procedure_kit import book, definition
from tests.unit.test_procedures_packs import county_pack

CASE = "procedures/limits/case"
STEPS = ["case_authorise", "case_check", "case_review", "case_submit", "case_township",
         "case_county"]  # fmt: skip


def written() -> str:
    return (packs_root() / "national" / f"{CASE}.yaml").read_text("utf-8")


def changed(limit: str, old: str, new: str) -> str:
    """The national limits of a case, one of them written otherwise."""
    before, name, after = written().partition(f"  - name: {limit}\n")
    assert old in after
    return before + name + after.replace(old, new, 1)


def told(folder: Path, text: str) -> list[dict[str, object]]:
    """What is said against a county's own limits of a case."""
    with pytest.raises(PackRefused) as refused:
        packs.load_procedures(county_pack(folder, **{CASE: text}))
    found = [one for one in refused.value.problems if one.code == "E-PROCEDURE-OVERRUN"]
    assert len(found) == len(refused.value.problems)
    whole = text.splitlines().index("  - name: case_decision")
    assert {(one.file, one.line) for one in found} == {(f"{CASE}.yaml", whole + 4)}
    return [dict(one.params) for one in found]


def test_the_ordinary_way_of_a_case_is_that_of_its_main_steps():
    assert main_path(definition("identification")) == (
        "OPENED", "CHECKING", "REVIEWING", "NOTICING", "NOTICED", "TOWNSHIP", "COUNTY", "DECIDED",
        "ANNOUNCED",
    )  # fmt: skip


@pytest.mark.parametrize("region", ["990101", "62", "46", "430623"])
def test_the_national_steps_take_fifteen_days_together(region):
    # 1 + 2 + 2 + 7 + 1 + 2; where a notice hangs seven days 1 + 2 + 1 + 8 + 1 + 2.
    terms = book().terms(region.ljust(12, "0"))
    days = [terms.limit(name, date(2026, 11, 1)).count for name in STEPS]
    assert sum(days) == 15
    notice = terms.limit("case_notice", date(2026, 11, 1)).count
    # Reported on the day after the last full one it is in time.
    assert terms.limit("case_submit", date(2026, 11, 1)).count >= notice + 1
    assert all(not list(overruns(one, book().limits)) for one in book().definitions)


def test_a_county_whose_steps_take_longer_than_the_whole_is_refused_with_the_line(tmp_path):
    found = told(tmp_path, changed("case_check", "count: 2", "count: 3"))[0]
    assert (found["region"], found["whole"], found["together"]) == ("000000000000", 15, 16)
    assert "case_check 3 DAYS" in str(found["steps"])


def test_working_days_are_compared_at_their_longest(tmp_path):
    # Two working days from a Friday end on Tuesday: 1 + 4 + 2 + 7 + 1 + 2 are 17 days.
    text = changed(
        "case_check", "count: 2\n        unit: DAYS", "count: 2\n        unit: WORKING_DAYS"
    )
    found = {str(one["region"]): (one["whole"], one["together"]) for one in told(tmp_path, text)}
    # Hainan's twenty working days are 26 days at least: enough. Gansu has its own since 2023.
    assert found == dict.fromkeys(["000000000000", "430623000000", "620000000000"], (15, 17))


def test_a_place_of_its_own_is_refused_alone(tmp_path):
    # Seven days of notice with nine to report make sixteen there, and nowhere else.
    [found] = told(tmp_path, changed("case_submit", "count: 8", "count: 9"))
    assert (found["region"], found["together"]) == ("430623000000", 16)
