"""A suspicion is closed with the household's own explanation and evidence beside it, or with why
there is none; the evidence lies on file with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bangfu.domains.monitoring.domain.cases import PaperKind
from bangfu.domains.monitoring.instances import unseal
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.papers import filing
from bangfu.domains.monitoring.services import take
from bangfu.kernel.errors import BangfuError, NotFound, Refused
from bangfu.kernel.scope import Scope
from tests.cast import YUNXI_VILLAGE, Cast
from tests.clues_kit import MONDAY, add_homes, make, run_of
from tests.db.test_suspicions_from_screenings import suspicion, suspicions
from tests.evidence_samples import png

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def row(cast: Cast) -> Proceeding:
    """A suspicion that waits for the household."""
    (home,) = add_homes(str(YUNXI_VILLAGE))
    make(run_of(), suspicion(home))
    (found,) = suspicions()
    return found


def town(cast: Cast) -> Scope:
    assert cast.township.scope
    return cast.township.scope


def people(cast: Cast) -> tuple[str, str]:
    return str(cast.cadre.user.pk), str(cast.township.user.pk)


def do(cast: Cast, row: Proceeding, step: str, at: datetime, **facts: Any) -> Any:
    return take(scope=town(cast), at=at, proceeding_id=row.id, step=step, facts=facts)


def heard(cast: Cast, at: datetime, **more: Any) -> dict[str, Any]:
    day = at.date()
    told = {"told_on": day, "told_by": people(cast), "explained_on": day}
    return {**told, "explanation": "车已过户，有过户单", **more}


def keep(cast: Cast, row: Proceeding, paper: str = "evidence", scope: Scope | None = None) -> Any:
    original = filing.Original(
        paper, "过户单001", PaperKind.SCAN, MONDAY.date(), "过户单.png", png()
    )
    return filing.keep(
        scope=scope or town(cast), at=MONDAY + DAY, proceeding_id=row.id, original=original
    )


def test_the_evidence_of_the_household_lies_on_file_and_stands_beside_what_it_says(
    cast: Cast, row: Proceeding
) -> None:
    at = MONDAY + DAY
    with pytest.raises(Refused) as refused:
        do(cast, row, "HEAR", at, **heard(cast, at, evidence_no="过户单001"))
    assert refused.value.code == "E-MONITORING-PAPER-MISSING"
    (before,) = filing.list_case(town(cast), row.id, at=at).states
    assert (before.paper, before.title["zh"], before.state) == (
        "evidence",
        "佐证材料编号",
        "INCOMPLETE",
    )
    kept = keep(cast, row)
    found = do(cast, row, "HEAR", at, **heard(cast, at, evidence_no="过户单001"))
    assert found.state == "CHECKING"
    listed = filing.list_case(town(cast), row.id, at=at)
    assert listed.kind == "suspicion"
    assert (listed.states[0].state, listed.states[0].number) == ("HELD", "过户单001")
    assert filing.open_paper(town(cast), row.id, kept.id, at=at).file_id == kept.file_id


def test_evidence_is_all_that_lies_with_a_suspicion_and_the_neighbour_adds_none(
    cast: Cast, row: Proceeding
) -> None:
    with pytest.raises(NotFound) as refused:
        keep(cast, row, "county_decision")
    assert refused.value.code == "E-PAPERS-UNKNOWN"
    assert cast.neighbour.scope
    with pytest.raises(NotFound) as unseen:
        keep(cast, row, scope=cast.neighbour.scope)
    assert unseen.value.code == "E-MONITORING-NOT-FOUND"
    # It is no case: there is no whole file of it.
    with pytest.raises(NotFound) as none:
        filing.make_case_file(scope=town(cast), proceeding_id=row.id, at=MONDAY + DAY)
    assert none.value.code == "E-MONITORING-NO-CASE"


def test_where_the_household_says_nothing_it_is_written_down_why(
    cast: Cast, row: Proceeding
) -> None:
    do(cast, row, "TELL", MONDAY + DAY, told_on=(MONDAY + DAY).date(), told_by=people(cast))
    # The limit is ten days, and rolls over the days off of the weekend.
    over = MONDAY + 14 * DAY
    with pytest.raises(BangfuError):
        do(cast, row, "HEAR_NOTHING", over)
    why = "全家外出务工，三次电话、两次上门均未联系上"
    found = do(cast, row, "HEAR_NOTHING", over, silence_reason=why)
    assert found.state == "CHECKING"
    assert unseal(suspicions()[0].facts)["silence_reason"] == why
