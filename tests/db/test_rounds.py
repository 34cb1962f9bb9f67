"""Rounds over all households: the list is complete, entries become clues, the end is counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.registry.models import Household
from bangfu.domains.rounds import entering, selectors, services
from bangfu.domains.rounds.domain import Result, RoundState, Season, Tally, Way
from bangfu.domains.rounds.entering import Finding
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from tests.cast import YUNXI, YUNXI_VILLAGE, Cast
from tests.rounds_kit import AT, AUTUMN, CODE, ON, open_autumn, settle

SAME = Finding(Result.UNCHANGED, ON)
ILL = Finding(Result.CHANGED, ON, Way.VISIT, "ILLNESS", "户主住院，自付两万元")
FIRE = Finding(Result.URGENT, ON, Way.VISIT, "DISASTER", "昨夜房屋失火，无处居住")


@pytest.fixture
def county(cast: Cast, tmp_path: Path) -> Scope:
    return settle(cast, tmp_path)


def cadre_of(cast: Cast) -> Scope:
    assert cast.cadre.scope
    return cast.cadre.scope


def enter(scope: Scope, finding: Finding, *numbers: str) -> Any:
    return entering.enter(
        scope=scope, at=AT, county=YUNXI, code=CODE, household_nos=numbers, finding=finding
    )


def results(scope: Scope) -> dict[str, str]:
    page = selectors.list_entries(scope, CODE, selectors.EntryFilter(scope.region))
    return {each.household_no: str(each.result) for each in page.items}


def test_every_household_of_the_county_is_in_it_and_counted_by_place(county: Scope) -> None:
    # Three families: 1 and 3 in 上坪村, 2 in 下坪村.
    assert open_autumn(county).households == 3
    enter(county, SAME, "2")
    found = selectors.get_progress(county, CODE, RegionCode("990101101000"))
    assert found.children == [
        Tally(str(YUNXI_VILLAGE), to_do=2, unchanged=0, changed=0, urgent=0),
        Tally("990101101202", to_do=0, unchanged=1, changed=0, urgent=0),
    ]
    assert (found.total.households, found.total.entered) == (3, 1)


def test_one_round_at_a_time_and_each_once(county: Scope) -> None:
    open_autumn(county)
    with pytest.raises(Conflict, match="E-ROUNDS-EXISTS"):
        open_autumn(county)
    special = services.Plan(
        2026, Season.SPECIAL, "云农组〔2026〕10号", date(2026, 9, 1), date(2026, 9, 9)
    )
    with pytest.raises(Conflict, match="E-ROUNDS-OTHER-OPEN"):
        services.open_round(scope=county, at=AT, county=YUNXI, plan=special)


def test_a_round_needs_a_document_days_in_order_and_the_right(county: Scope, cast: Cast) -> None:
    for plan, code in (
        (services.Plan(2026, AUTUMN.season, " ", AUTUMN.from_on, AUTUMN.to_on), "DOCUMENT"),
        (services.Plan(2026, AUTUMN.season, "x", AUTUMN.to_on, AUTUMN.from_on), "DAYS"),
    ):
        with pytest.raises(InvalidValue, match=f"E-ROUNDS-{code}"):
            services.open_round(scope=county, at=AT, county=YUNXI, plan=plan)
    assert cast.township.scope
    with pytest.raises(NotAllowed):
        services.open_round(scope=cast.township.scope, at=AT, county=YUNXI, plan=AUTUMN)
    assert cast.neighbour.scope
    with pytest.raises(NotFound):
        services.open_round(scope=cast.neighbour.scope, at=AT, county=YUNXI, plan=AUTUMN)


def test_many_are_entered_at_once_all_or_none_and_again_changes_nothing(
    county: Scope, cast: Cast
) -> None:
    open_autumn(county)
    cadre = cadre_of(cast)
    with pytest.raises(NotFound, match="E-ROUNDS-HOUSEHOLD"):
        # 2 lies in the next village.
        enter(cadre, SAME, "1", "2")
    assert results(cadre) == {"1": "", "3": ""}
    first = enter(cadre, SAME, "1", "3")
    again = enter(cadre, SAME, "1", "3")
    assert [each.entered_at for each in first] == [each.entered_at for each in again]
    assert results(cadre) == {"1": "UNCHANGED", "3": "UNCHANGED"}


def test_a_change_becomes_a_clue_and_stays_one(county: Scope, cast: Cast) -> None:
    open_autumn(county)
    cadre = cadre_of(cast)
    enter(cadre, SAME, "1")
    (made,) = enter(cadre, ILL, "1")
    assert made.clue_no == "XS2026-000001"
    with pytest.raises(Conflict, match="E-ROUNDS-HAS-CLUE"):
        enter(cadre, SAME, "1")
    with pytest.raises(Conflict, match="E-ROUNDS-HAS-CLUE"):
        enter(cadre, ILL, "1")


def test_an_emergency_takes_the_fast_track_at_once(county: Scope, cast: Cast) -> None:
    open_autumn(county)
    (made,) = enter(cadre_of(cast), FIRE, "3")
    with activate(county):
        row = Proceeding.objects.get(no=made.clue_no)
    assert (row.state, row.source, row.risk) == ("URGENT", "CADRE", "DISASTER")


def test_what_cannot_be_entered_is_refused_and_nothing_is_left(county: Scope, cast: Cast) -> None:
    open_autumn(county)
    cadre = cadre_of(cast)
    wrong = [
        (Finding(Result.CHANGED, ON), ("1",), "WORDS"),
        (Finding(Result.CHANGED, ON, Way.VISIT, "ILLNESS", "病"), ("1", "3"), "ONE-BY-ONE"),
        (Finding(Result.GONE, ON), ("1",), "RESULT"),
        (Finding(Result.UNCHANGED, date(2026, 7, 31)), ("1",), "DAY"),
        (Finding(Result.UNCHANGED, date(2026, 10, 21)), ("1",), "DAY"),
    ]
    for finding, numbers, code in wrong:
        with pytest.raises(InvalidValue, match=f"E-ROUNDS-{code}"):
            enter(cadre, finding, *numbers)
    with pytest.raises(InvalidValue, match="E-MONITORING-RISK"):
        enter(cadre, Finding(Result.CHANGED, ON, Way.VISIT, "NONSENSE", "病"), "1")
    assert results(cadre) == {"1": "", "3": ""}


def test_the_list_follows_the_register(county: Scope) -> None:
    """A household that closes is GONE, one that moves follows, a new one joins."""
    open_autumn(county)
    with activate(county):
        Household.objects.filter(household_no="1").update(
            closed_on=date(2026, 10, 1), member_count=0
        )
        Household.objects.filter(household_no="2").update(household_no="22")
    found = services.refresh(scope=county, at=AT, county=YUNXI, code=CODE)
    assert (found.added, found.followed, found.gone) == (0, 1, 1)
    assert results(county) == {"1": "GONE", "22": "", "3": ""}
    with activate(county):
        Household.objects.filter(household_no="1").update(closed_on=None, member_count=1)
    back = services.refresh(scope=county, at=AT, county=YUNXI, code=CODE)
    assert (back.added, back.followed, back.gone) == (0, 1, 0)
    same = services.refresh(scope=county, at=AT, county=YUNXI, code=CODE)
    assert (same.added, same.followed, same.gone) == (0, 0, 0)


def test_it_ends_with_all_entered_or_with_a_reason(county: Scope) -> None:
    open_autumn(county)
    enter(county, SAME, "1", "2")
    end = {"scope": county, "at": AT, "county": YUNXI, "code": CODE}
    with pytest.raises(InvalidValue, match="E-ROUNDS-LEFT") as refused:
        services.close_round(**end)  # type: ignore[arg-type]
    assert refused.value.params == {"left": 1}
    made = services.close_round(**end, note="孙七户外出")  # type: ignore[arg-type]
    assert made.state is RoundState.CLOSED
    with pytest.raises(Conflict, match="E-ROUNDS-CLOSED"):
        enter(county, SAME, "3")


def test_the_neighbour_sees_no_round_and_enters_nothing(county: Scope, cast: Cast) -> None:
    open_autumn(county)
    other = cast.neighbour.scope
    assert other
    assert selectors.list_rounds(other) == []
    with pytest.raises(NotFound):
        selectors.get_progress(other, CODE, YUNXI)
    with pytest.raises(NotFound):
        enter(other, SAME, "1")
