"""F25: a household is split on the last day before a cut-off: marked, and nobody loses a status.

The windows are data (`standards/changes/policy.yaml`): the yearly collection from 1 October to
31 December, and June, the month of the dibao review. The line is set to 6,000 yuan in the test.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bangfu.domains.changes import services
from bangfu.domains.changes.domain import Flag
from bangfu.domains.changes.policy import policy
from bangfu.domains.changes.ports import Ports
from bangfu.domains.registry import selectors as registry
from bangfu.kernel.region import RegionCode
from tests.cast import Cast
from tests.changes_kit import Village, approved, draft, settle

PLACE = RegionCode("990101101201")
NEW_YEAR = datetime(2027, 1, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of 6,000 yuan a head."""
    monkeypatch.setattr(Ports, "income_line", staticmethod(lambda *_: Decimal(6000)))


@pytest.fixture
def village(cast: Cast, tmp_path: Path) -> Village:
    """赵's household of five: 40,000 yuan in all, of which 赵三 earns 3,000 × 8 = 24,000."""
    village = settle(cast, tmp_path)
    son = village.person("1", "赵三")
    for facts in (
        {"field": "household.net_income", "value": "40000"},
        {"field": "household.monitored_category", "value": "边缘易致贫户"},
        {"field": "member.monthly_wage", "person": son, "value": "3000"},
        {"field": "member.work_months", "person": son, "value": "8"},
    ):
        approved(village, "CORRECTION", "1", facts)
    return village


def split_facts(village: Village, *names: str) -> dict[str, Any]:
    return {
        "persons": [village.person("1", name) for name in names],
        "head": village.person("1", names[0]),
    }


def flags_on(village: Village, on: date, *names: str) -> dict[str, Flag]:
    made = draft(village, "SPLIT", "1", split_facts(village, *names), on=on, at=NEW_YEAR)
    return {flag.code: flag for flag in made.flags}


@pytest.mark.parametrize(
    ("on", "window"),
    [
        (date(2026, 9, 30), None),
        (date(2026, 10, 1), "year_end"),
        (date(2026, 12, 31), "year_end"),
        (date(2027, 1, 1), None),
        (date(2026, 5, 31), None),
        (date(2026, 6, 1), "dibao_review"),
        (date(2026, 6, 30), "dibao_review"),
        (date(2026, 7, 1), None),
        (date(2020, 12, 31), None),
    ],
)
def test_f25_the_windows_of_the_year(on: date, window: str | None) -> None:
    found = policy().cutoff_on(on, PLACE)
    assert (found.name if found else None) == window


def test_f25_every_number_of_the_policy_says_where_it_comes_from() -> None:
    for cutoff in policy().cutoffs:
        assert cutoff.document
        assert cutoff.status in ("verified", "unverified")


@pytest.mark.evidence("T3")
def test_f25_a_split_on_the_last_day_is_marked_with_the_window(village: Village) -> None:
    marked = flags_on(village, date(2026, 12, 31), "赵三")
    assert "年度数据采集" in marked["SPLIT_NEAR_CUTOFF"].params["cutoff_zh"]
    assert "BENEFIT_CONTINUITY" in marked
    after = flags_on(village, date(2027, 1, 1), "赵三")
    assert "SPLIT_NEAR_CUTOFF" not in after
    assert "BENEFIT_CONTINUITY" in after


def test_f25_a_split_that_brings_a_part_below_the_line_is_marked_with_the_numbers(
    village: Village, line: None
) -> None:
    # Before: 40,000 / 5 = 8,000. 赵三 leaves with his 24,000: 16,000 / 4 = 4,000 stay.
    marked = flags_on(village, date(2026, 12, 31), "赵三")
    assert marked["SPLIT_BELOW_LINE"].params == {
        "which_zh": "原户",
        "which_en": "the old household",
        "after": "4,000",
        "before": "8,000",
        "line": "6,000",
    }
    # The two old people leave without wages: nothing for them, 40,000 / 3 = 13,333 for the rest.
    others = flags_on(village, date(2026, 12, 31), "赵二", "赵五")
    assert others["SPLIT_BELOW_LINE"].params["which_zh"] == "新户"
    assert others["SPLIT_BELOW_LINE"].params["after"] == "0"


def test_f25_a_household_that_was_below_before_is_not_marked_for_it(
    village: Village, line: None
) -> None:
    approved(village, "CORRECTION", "1", {"field": "household.net_income", "value": "29999"})
    assert "SPLIT_BELOW_LINE" not in flags_on(village, date(2026, 12, 31), "赵三")


def test_f25_without_a_line_nothing_is_said_of_it(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ports, "income_line", staticmethod(lambda *_: None))
    assert "SPLIT_BELOW_LINE" not in flags_on(village, date(2026, 12, 31), "赵三")


@pytest.mark.evidence("T6")
def test_f25_both_households_keep_the_status_until_the_review(village: Village) -> None:
    facts = split_facts(village, "赵三", "赵四")
    made = approved(village, "SPLIT", "1", facts)
    for number in ("1", "1-2"):
        found = registry.get_household(village.town, number)
        assert found.facts["monitored_category"].value == "MARGINAL_AT_RISK"
        assert found.facts["monitored_category"].source == "BG-101201-2610-002"
        assert found.facts["household_type"].value == "ORDINARY"
    assert registry.get_household(village.town, "1-2").facts["net_income"].value is None
    services.undo(scope=village.town, at=NEW_YEAR, request_id=made.id, reason="为认定而分户")
    assert registry.get_household(village.town, "1").member_count == 5
