"""Data wrong (数据有误): a request reaches the owner, and silence lasts as long as it is open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bangfu.domains.feeds import feedback
from bangfu.domains.feeds.models import Feedback
from bangfu.domains.monitoring.models import Proceeding
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from tests.cast import SHIQIAO, YUNXI, YUNXI_VILLAGE, Cast
from tests.clues_kit import MONDAY, SCOPE, add_homes, clues, hit, make, pair, run_of
from tests.feeds_kit import county
from tests.proceedings_kit import go

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def request(household_no: str | None = "C1", region: RegionCode = YUNXI) -> UUID:
    """Draft a request of a county about a value of the medical list."""
    draft = feedback.Draft(
        dataset="civil/dibao",
        period=Period("2026-09"),
        column="status",
        stated="享受中",
        expected="2026年8月已终止",
        reason="本人出示终止通知书",
        household_no=household_no,
    )
    return feedback.create_feedback(scope=county(region), at=MONDAY, region=region, draft=draft)


def row_of(number: UUID) -> Feedback:
    with activate(SCOPE):
        return Feedback.objects.get(id=number)


@pytest.fixture
def clue(cast: Cast) -> Proceeding:
    """A clue of a screening that its cadre checks."""
    (home,) = add_homes(str(YUNXI_VILLAGE))
    pair(cast, home)
    make(run_of(), hit(home))
    (row,) = clues()
    go(cast.cadre.scope, row, "ACKNOWLEDGE", MONDAY)  # type: ignore[arg-type]
    return row


def find_wrong(cast: Cast, row: Any, no: str) -> None:
    facts = {"checked_on": MONDAY.date(), "check_way": "VISIT", "finding": "已终止"}
    people = {"checkers": (str(cast.township.user.pk),)}
    go(cast.township.scope, row, "FIND_DATA_WRONG", MONDAY, feedback_no=no, **facts, **people)  # type: ignore[arg-type]


def take(number: UUID, step: str, at: Any = MONDAY, note: str = "") -> None:
    feedback.step_feedback(scope=county(YUNXI), at=at, feedback_id=number, step=step, note=note)


def test_an_invented_number_one_of_somebody_else_and_a_settled_one_are_refused(
    cast: Cast, clue: Proceeding
) -> None:
    withdrawn = request()
    take(withdrawn, "withdraw", note="填错")
    foreign = feedback_of(SHIQIAO)
    for no in ("没有这张单", "", row_of(withdrawn).no, foreign):
        with pytest.raises(InvalidValue, match="E-MONITORING-FEEDBACK"):
            find_wrong(cast, clue, no)


def feedback_of(region: RegionCode) -> str:
    number = request(None, region)
    with activate(county(region)):
        return Feedback.objects.get(id=number).no


def test_the_owner_gets_the_request_with_the_step_and_the_hit_is_silent_while_it_is_open(
    cast: Cast, clue: Proceeding
) -> None:
    number = request()
    find_wrong(cast, clue, row_of(number).no)
    sent = row_of(number)
    # Ten working days from Monday the 12th: Monday the 26th.
    assert (sent.state, str(sent.sent_on), str(sent.due_on)) == ("SENT", "2026-10-12", "2026-10-26")
    home = clue.household_id
    assert home is not None
    later = make(run_of("2026-10"), hit(home), at=MONDAY + 30 * DAY)
    assert (later.opened, later.silent) == (0, 1)
    # The department answers that the value is right: our request was wrong, and is withdrawn.
    take(number, "answer", MONDAY + 31 * DAY, "经核实数据无误")
    take(number, "withdraw", MONDAY + 32 * DAY, "部门答复数据无误")
    again = make(run_of("2026-11"), hit(home), at=MONDAY + 60 * DAY)
    assert (again.opened, again.silent, len(clues())) == (1, 0, 2)


def test_a_value_that_was_corrected_leaves_no_silence_behind(cast: Cast, clue: Proceeding) -> None:
    number = request(None)
    find_wrong(cast, clue, row_of(number).no)
    take(number, "answer", MONDAY + 31 * DAY, "已更正")
    take(number, "close", MONDAY + 32 * DAY)
    home = clue.household_id
    assert home is not None
    assert make(run_of("2026-10"), at=MONDAY + 33 * DAY).opened == 0
    # The same wrong value comes again: nobody said that it may.
    assert make(run_of("2026-11"), hit(home), at=MONDAY + 60 * DAY).opened == 1
