"""Rows of a feed meet the county's own register, by token, and nobody else's."""

from __future__ import annotations

import pytest

from bangfu.foundation.access.scopes import activate
from bangfu.foundation.intake.domain import BatchState
from tests.api.conftest import add_household, add_source
from tests.api.conftest import id_number as registered_number
from tests.cast import add_small_country
from tests.feeds_kit import CLAIM_HEAD, SHIQIAO, YUNXI, county, take_in, write_csv

pytestmark = pytest.mark.django_db

OURS, THEIRS = "990101101201", "990102101201"


def claim_of(number: str) -> list:
    return [number, "王一", "住院", "100.00", "3200.00", "2026-10"]


@pytest.fixture(autouse=True)
def registers() -> None:
    """One registered person here and one in the neighbouring county."""
    add_small_country()
    for place, village in ((YUNXI, OURS), (SHIQIAO, THEIRS)):
        with activate(county(place)):
            source = add_source(place, "名册.xlsx")
            add_household(source, "A1", village, "王一", "wangyi", 1)


def test_people_of_the_county_are_matched_and_a_neighbours_are_not(tmp_path) -> None:
    rows = [
        claim_of(registered_number("990101", 1)),
        claim_of(registered_number("990102", 1)),
        claim_of(registered_number("990101", 9)),
    ]
    result = take_in(write_csv(tmp_path / "a.csv", CLAIM_HEAD, rows))
    assert (result.counts["matched"], result.counts["unmatched"]) == (1, 2)


def test_f17_a_long_list_without_one_of_our_people_is_refused_whole(tmp_path) -> None:
    strangers = [claim_of(registered_number("990102", serial)) for serial in range(1, 101)]
    result = take_in(write_csv(tmp_path / "a.csv", CLAIM_HEAD, strangers))
    assert result.state == BatchState.REFUSED
    assert result.errors == [{"code": "E-FEED-OTHER-COUNTY", "params": {"rows": 100}}]
    ours = [*strangers, claim_of(registered_number("990101", 1))]
    taken = take_in(write_csv(tmp_path / "b.csv", CLAIM_HEAD, ours))
    assert (taken.state, taken.counts["matched"]) == (BatchState.COMMITTED, 1)
    short = take_in(write_csv(tmp_path / "c.csv", CLAIM_HEAD, strangers[:99]), region=SHIQIAO)
    assert short.counts["matched"] == 1
