"""A county's year: nobody's clue is lost, late ones climb on their days, and what it took.

By `make prove` the whole county of 20,000 households and 300 cadres through 2026; in an ordinary
run 200 households until the middle of February. The result is kept in
bench/results/prove_year.json, and as a page in docs/reference/year.md. BANGFU_PROVE_SEED changes
what is drawn, BANGFU_PROVE_TOWNS the size: twenty towns are the whole county.
"""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bangfu.domains.monitoring.clocks.marking import mark_of
from bangfu.domains.monitoring.models import ProceedingClock
from bangfu.domains.monitoring.models.clues import ExplainedHit
from bangfu.foundation.access.scopes import activate
from bangfu.standards.marks import Mark
from tests.year import checks, report
from tests.year.county import COUNTY, SHORT, WHOLE, Size, county_of
from tests.year.days import instant
from tests.year.simulation import Year

ROOT = Path(__file__).resolve().parents[2]
RESULT = ROOT / "bench" / "results" / "prove_year.json"
PAGE = ROOT / "docs" / "reference" / "year.md"
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
SEED = int(os.environ.get("BANGFU_PROVE_SEED", "20261122"))
TOWNS = int(os.environ.get("BANGFU_PROVE_TOWNS", str(WHOLE)))


def go_through(size: Size) -> tuple[Year, dict[str, Any]]:
    """Settle a county, go through its year and return the figures."""
    began, worked = time.monotonic(), time.process_time()
    year = Year(size, SEED)
    settled = time.monotonic() - began
    told = year.run()
    small = "" if TOWNS == WHOLE else f"BANGFU_PROVE_TOWNS={TOWNS} "
    return year, {
        "command": f"{small}HYPOTHESIS_PROFILE=prove pytest tests/prove/test_year.py",
        "seed": SEED,
        **report.figures(size, told),
        "steps": year.desk.steps,
        "seconds": round(time.monotonic() - began, 1),
        "settling_seconds": round(settled, 1),
        "cpu_seconds": round(time.process_time() - worked, 1),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}",
    }


def speak_up(year: Year) -> dict[str, bool]:
    """Spoil the year in seven ways, undone afterwards; say which of them the checks notice."""
    said = ""
    try:
        with activate(COUNTY):
            _spoil(year)
            said = "\n".join(checks.all_wrong(year.told, year.size.last))
            raise _Spoilt
    except _Spoilt:
        pass
    words = (
        "nobody was told", "no clock runs", "are in the log", "not on 2026", "were opened",
        "already", "is due on",
    )  # fmt: skip
    return {word: word in said for word in words}


class _Spoilt(Exception):
    """Takes back what was spoilt."""


def _spoil(year: Year) -> None:
    clocks = ProceedingClock.objects.filter(ended_on=None, proceeding__procedure="clue")
    first, second = clocks.filter(clock__in=checks.WORKING, extended=False).order_by("id")[:2]
    ProceedingClock.objects.filter(id=first.id).update(due_on=date(2026, 1, 10), climbed=[])
    clocks.filter(proceeding_id=second.proceeding_id).update(ended_on=year.size.last, is_late=False)
    facts = {"clock": "check", "due_on": date(2026, 1, 7), "level": "COUNTY",
             "on": date(2026, 1, 7)}  # fmt: skip
    mark_of(
        first.proceeding, Mark.OVERDUE, scope=COUNTY, at=instant(date(2026, 1, 7), 8), facts=facts
    ).save(force_insert=True)
    year.told.made.append(replace(year.told.made[0], opened=1))
    explained = ExplainedHit.objects.order_by("id")[0]
    ExplainedHit.objects.filter(id=explained.id).update(since=date(2026, 1, 1))


def test_a_rung_falls_on_the_day_after_its_working_days() -> None:
    # Due on Tuesday the 10th of November, as in the story of the step that nobody takes.
    due = date(2026, 11, 10)
    days = {level: checks.rung_day("clue", "check", level, due).day for level in checks.STANDARD}
    assert days == {"VILLAGE": 11, "TOWNSHIP": 12, "COUNTY": 14, "SECTOR": 18, "PREFECTURE": 25}
    # The last working day before the spring festival: offices open again on the 24th of February.
    before = date(2026, 2, 14)
    assert checks.rung_day("clue", "check", "TOWNSHIP", before) == date(2026, 2, 25)
    assert checks.rung_day("clue", "first_help", "COUNTY", before) == date(2026, 2, 16)


@pytest.mark.slow
@pytest.mark.django_db(transaction=LONG)
def test_a_county_goes_through_its_year_and_loses_nothing(tmp_path: Path) -> None:
    size = county_of(TOWNS) if LONG else SHORT
    year, found = go_through(size)
    told = year.told
    assert checks.all_wrong(told, size.last) == []
    # The flood was held back until the county had looked at it.
    assert told.released == 1
    assert told.paper_problems == []
    assert told.on_paper > 0
    # What was answered stays silent: less reaches the villages than is found.
    assert sum(made.silent for made in told.made) > 0
    assert all(month["opened"] <= month["hits"] for month in found["months"])
    if LONG:
        first, *_, last = found["months"]
        assert last["signals_a_village"] < first["signals_a_village"]
        RESULT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(report.page(found), encoding="utf-8")
    else:
        (tmp_path / PAGE.name).write_text(report.page(found), encoding="utf-8")
        assert speak_up(year) == {
            "nobody was told": True, "no clock runs": True, "are in the log": True,
            "not on 2026": True, "were opened": True, "already": True, "is due on": True,
        }  # fmt: skip


def test_the_page_about_the_year_says_what_was_measured() -> None:
    assert PAGE.exists() == RESULT.exists()
    if RESULT.exists():
        found = json.loads(RESULT.read_text(encoding="utf-8"))
        assert PAGE.read_text(encoding="utf-8") == report.page(found)
