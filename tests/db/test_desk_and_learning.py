"""What lies on whose desk, and what answers say of rules: counted by hand over a few rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bangfu.domains.monitoring import desking, lanes, listing
from bangfu.domains.monitoring.lanes import Lane
from bangfu.domains.monitoring.learning import Span
from bangfu.domains.monitoring.models import ClueOrigin, Proceeding, ProceedingHandler
from bangfu.domains.reports import learning
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.errors import NotAllowed, NotFound
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7
from bangfu.standards.learning import Floor
from tests.cast import SHIQIAO, YUNXI, YUNXI_TOWN, YUNXI_VILLAGE, Cast

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
LOWER = "990101101202"
FLOOR = Floor(date(2026, 1, 1), 30, 4, "试行", "unverified")
SPAN = Span(Period("2026-09"), Period("2026-11"))


def add(no: int, village: str, **more: Any) -> Proceeding:
    """Add a clue of a village by SQL; `days` from today to its last day, `by` its handler."""
    days, by, rule = more.pop("days", 5), more.pop("by", None), more.pop("rule", "")
    outcome = more.pop("outcome", "")
    closed = {"closed_at": AT, "next_clock": "", "next_due_on": None} if outcome else {}
    values = {
        "waits_for": "" if outcome else "VILLAGE",
        "next_clock": "check",
        "next_due_on": TODAY + timedelta(days=days),
        "opened_at": AT,
        **closed,
        **more,
    }
    with activate(command_scope(RegionCode(village).county, "tests")):
        row = Proceeding.objects.create(
            id=uuid7(),
            region_code=village,
            no=f"XS2026-{no:06d}",
            procedure="clue",
            version="2026.1",
            digest="0" * 64,
            state=outcome or "CHECKING",
            outcome=outcome,
            facts="{}",
            changed_at=AT,
            title_zh="自付医疗高",
            **values,
        )
        if by is not None:
            ProceedingHandler.objects.create(
                region_code=village, proceeding=row, user_id=by, since=AT
            )
        if rule:
            ClueOrigin.objects.create(
                region_code=village,
                proceeding=row,
                at=AT,
                by="系统",
                by_id="system",
                source="SCREENING",
                words="",
                reporter="",
                rule_id=rule,
                period=row.period,
            )
    return row


def scope_of(player: Any) -> Scope:
    assert player.scope
    found: Scope = player.scope
    return found


def piles(scope: Scope) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for pile in desking.count_piles(scope, scope.region, TODAY):
        number, overdue = found.get(str(pile.lane), (0, 0))
        found[str(pile.lane)] = (number + pile.number, overdue + pile.overdue)
    return found


@pytest.fixture
def open_ones(cast: Cast) -> Cast:
    """Six open clues of 上坪村, one of 下坪村, one of 石桥县; the cadre handles four."""
    cadre = cast.cadre.user.pk
    village = str(YUNXI_VILLAGE)
    for no, days in ((1, -2), (2, 0), (3, 3), (4, 4)):
        add(no, village, days=days, by=cadre, severity=no)
    add(5, village, days=1)
    add(6, village, days=1, waits_for="TOWNSHIP")
    add(7, LOWER, days=-1, by=uuid7(), is_supervised=True)
    add(8, "990102101201", days=0)
    return cast


def test_mine_is_what_i_handle_and_what_waits_for_my_post_without_a_handler(
    open_ones: Cast,
) -> None:
    cadre = scope_of(open_ones.cadre)
    assert piles(cadre) == {
        # 1 · 2 · 3 and 5, which has no handler · 4 · 6 waits for the township.
        "OVERDUE": (1, 1),
        "TODAY": (1, 0),
        "SOON": (2, 0),
        "LATER": (1, 0),
        "WAITING": (1, 0),
    }
    town = scope_of(open_ones.township)
    # 6 is the town's; of the six others one of each village is past its day.
    assert piles(town) == {"SOON": (1, 0), "WAITING": (6, 2)}


def test_a_number_of_the_desk_opens_the_list_that_counts_the_same(open_ones: Cast) -> None:
    add(11, str(YUNXI_VILLAGE), days=-1, outcome="CONFIRMED")

    def listed(scope: Scope, lane: Lane, **more: Any) -> list[str]:
        wanted = listing.ProceedingFilter(lane=lane, lane_on=TODAY, by_due=True, **more)
        page = listing.list_proceedings(scope, wanted, at=AT)
        assert page.total == len(page.items)
        return [item.no[-1] for item in page.items]

    cadre = scope_of(open_ones.cadre)
    assert {str(lane): listed(cadre, lane) for lane in Lane} == {
        "OVERDUE": ["1"], "TODAY": ["2"], "SOON": ["5", "3"], "LATER": ["4"], "WAITING": ["6"],
    }  # fmt: skip
    town = scope_of(open_ones.township)
    assert [listed(town, lane) for lane in lanes.MINE] == [[], [], ["6"], []]
    assert listed(town, Lane.WAITING, waits_for="VILLAGE") == ["1", "7", "2", "5", "3", "4"]
    assert listed(scope_of(open_ones.neighbour), Lane.WAITING) == ["8"]


def test_cards_come_by_last_day_then_by_gravity_a_few_of_each_lane(open_ones: Cast) -> None:
    add(9, str(YUNXI_VILLAGE), days=3, by=open_ones.cadre.user.pk, severity=3)
    cadre = scope_of(open_ones.cadre)
    cards = desking.list_cards(cadre, cadre.region, TODAY, at=AT, each=2)
    assert [(str(card.lane), card.record.no[-1]) for card in cards] == [
        ("OVERDUE", "1"), ("TODAY", "2"), ("SOON", "5"), ("SOON", "3"), ("LATER", "4"),
    ]  # fmt: skip


def test_a_card_of_a_closed_class_is_told_to_its_handler_alone(cast: Cast) -> None:
    for no, by in ((1, cast.cadre.user.pk), (2, None)):
        add(no, str(YUNXI_VILLAGE), by=by, classes=["HEALTH"])
    cadre = scope_of(cast.cadre)
    cards = desking.list_cards(cadre, cadre.region, TODAY, at=AT)
    told = {card.record.no[-1]: card.record.title_zh for card in cards}
    assert told["1"] == "自付医疗高"
    assert "医疗" not in told["2"]


def test_a_department_waits_for_nobody_and_sees_its_own_alone(open_ones: Cast) -> None:
    add(10, str(YUNXI_VILLAGE), by=open_ones.cadre.user.pk, waits_for="SECTOR", department="CIVIL")
    assert piles(scope_of(open_ones.cadre))["WAITING"] == (2, 0)


def test_places_are_counted_and_the_neighbour_counts_its_own(open_ones: Cast) -> None:
    county = scope_of(open_ones.county)
    found = desking.count_places(county, YUNXI_TOWN, TODAY)
    assert [(each.region_code, each.open, each.overdue, each.supervised) for each in found] == [
        (str(YUNXI_VILLAGE), 6, 1, 0),
        (LOWER, 1, 1, 1),
    ]
    other = scope_of(open_ones.neighbour)
    assert piles(other) == {"WAITING": (1, 0)}
    assert desking.count_piles(other, YUNXI, TODAY) == []


def asked(place: RegionCode = YUNXI) -> learning.Asked:
    return learning.Asked(place, SPAN, FLOOR)


@pytest.fixture
def answered(cast: Cast) -> Cast:
    """Clues of two rules: water 1 of 4 confirmed, one more open; a health rule 1 of 1."""
    village = str(YUNXI_VILLAGE)
    outcomes = ("CONFIRMED", "NO_RISK", "EXPLAINED", "DATA_WRONG", "")
    for no, outcome in enumerate(outcomes, start=1):
        place = LOWER if outcome == "EXPLAINED" else village
        period = "2026-10" if no < 3 else "2026-11"
        add(no, place, rule="water_unsafe", outcome=outcome, period=period, source="SCREENING")
    add(6, village, rule="disability_new", outcome="CONFIRMED", period="2026-11")
    # Made void: no answer. An earlier month: not asked for.
    add(7, village, rule="water_unsafe", outcome="VOID", period="2026-11")
    add(8, village, rule="water_unsafe", outcome="CONFIRMED", period="2026-08")
    return cast


def test_precision_is_confirmed_of_answered_and_below_the_floor_comes_first(
    answered: Cast,
) -> None:
    found = learning.get_learning(scope_of(answered.county), asked())
    lines = [
        (one["rule_id"], one["answered"], one["confirmed"], one["open"], one["precision"])
        for one in found["rules"]
    ]
    # 1 of 4 is 25 %, below 30; of one answer alone no share is said.
    assert lines == [("water_unsafe", 4, 1, 1, 25.0), ("disability_new", 1, 1, 0, None)]
    assert [one["is_below"] for one in found["rules"]] == [True, False]
    assert found["closed_rules"] == 0


def test_who_may_not_see_a_class_is_told_neither_the_rule_nor_a_total_with_it(
    answered: Cast,
) -> None:
    cadre = scope_of(answered.cadre)
    found = learning.get_learning(cadre, asked(YUNXI_VILLAGE))
    assert "disability_new" not in [one["rule_id"] for one in found["rules"]]
    assert found["closed_rules"] > 0
    with pytest.raises(NotAllowed, match="E-ACCESS-RULE-CLOSED"):
        learning.get_rule_learning(cadre, "disability_new", asked(YUNXI_VILLAGE))


def test_a_rule_is_told_by_place_and_month_with_its_false_cases(answered: Cast) -> None:
    found = learning.get_rule_learning(scope_of(answered.county), "water_unsafe", asked(YUNXI_TOWN))
    assert [(one["region"]["code"], one["answered"]) for one in found["by_place"]] == [
        (str(YUNXI_VILLAGE), 3),
        (LOWER, 1),
    ]
    assert [(one["period"], one["confirmed"], one["answered"]) for one in found["by_month"]] == [
        ("2026-10", 1, 2),
        ("2026-11", 0, 2),
    ]
    assert sorted(one["no"][-1] for one in found["false_cases"]) == ["2", "3", "4"]
    assert found["rule"]["precision"] == 25.0


def test_the_neighbour_learns_nothing_of_us(answered: Cast) -> None:
    other = scope_of(answered.neighbour)
    assert learning.get_learning(other, asked(SHIQIAO))["rules"] == []
    with pytest.raises(NotFound):
        learning.read(other, str(YUNXI), None, None, at=AT)


def test_signals_are_new_clues_by_month_of_beijing_with_the_change(cast: Cast) -> None:
    village = str(YUNXI_VILLAGE)
    # 31 October 16:00 in London is 1 November 00:00 in Beijing.
    for no, opened in enumerate(
        (datetime(2026, 10, 31, 15, 59, tzinfo=UTC), datetime(2026, 10, 31, 16, 0, tzinfo=UTC)), 1
    ):
        add(no, village, opened_at=opened)
    add(3, LOWER, opened_at=AT, source="SCREENING")
    add(4, village, opened_at=datetime(2026, 8, 1, tzinfo=UTC))
    found = learning.get_signals(scope_of(cast.county), region=str(YUNXI_TOWN), months=3, at=AT)
    assert [
        (one["month"], one["new"], one["screened"], one["change"]) for one in found["months"]
    ] == [("2026-09", 0, 0, None), ("2026-10", 1, 0, 1), ("2026-11", 2, 1, 1)]
    assert [(one["region"]["code"], one["series"]) for one in found["places"]] == [
        (LOWER, [0, 0, 1]),
        (village, [0, 1, 1]),
    ]
    assert (found["villages"], found["per_village"]) == (2, 1.0)


def test_lanes_are_named_once() -> None:
    assert [*lanes.MINE, Lane.WAITING] == list(Lane)
