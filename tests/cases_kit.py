"""A case of identification carried through its steps: clue, papers, review, notice, list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from bangfu.domains.monitoring.cases import batches, notices
from bangfu.domains.monitoring.domain.cases import BatchRecord, CasePaperRecord, PaperKind
from bangfu.domains.monitoring.domain.proceedings import ProceedingRecord
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.papers import filing
from bangfu.domains.monitoring.rows import to_record
from bangfu.domains.publicity.domain import NoticeRecord, NoticeWay
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import BEIJING
from tests.cast import YUNXI, YUNXI_TOWN, YUNXI_VILLAGE, Cast, Player, _player
from tests.evidence_samples import png
from tests.proceedings_kit import MONDAY, Homes, add_homes, checking, go

# The clue is of Monday the 12th; the notice hangs on Wednesday the 14th, five full days after it
# the township may review on the 20th.
VISITED, POSTED, TOWN_DAY, DECIDED = (date(2026, 10, day) for day in (13, 14, 20, 21))
CATEGORY = "SUDDEN_HARDSHIP"


def noon(day: date, minute: int = 0) -> datetime:
    """Return noon in Beijing of a day."""
    return datetime(day.year, day.month, day.day, 12, minute, tzinfo=BEIJING)


@dataclass(frozen=True)
class Office:
    """Who works on the case: village, township and a second of it, county."""

    cast: Cast
    homes: Homes
    village: Player
    second: Player
    decider: Player

    @property
    def v(self) -> Scope:
        """The village's scope."""
        assert self.village.scope
        return self.village.scope

    @property
    def t(self) -> Scope:
        """The township's scope."""
        assert self.cast.township.scope
        return self.cast.township.scope

    @property
    def c(self) -> Scope:
        """The county's scope."""
        assert self.cast.county.scope
        return self.cast.county.scope

    def ids(self, *players: Player) -> tuple[str, ...]:
        """Return players as the machine names people."""
        return tuple(str(one.user.pk) for one in players)


def settle(cast: Cast) -> Office:
    """Add households and the officers of the village, the township and the county."""
    homes = add_homes()
    return Office(
        cast,
        homes,
        _player("cun", "村干部", "VILLAGE_OFFICER", YUNXI_VILLAGE),
        _player("yi2", "乙二", "TOWNSHIP_OFFICER", YUNXI_TOWN),
        _player("jia2", "甲二", "COUNTY_OFFICER", YUNXI),
    )


def confirmed(office: Office, **changed: Any) -> ProceedingRecord:
    """Confirm a clue and return the case that follows."""
    clue = checking(office.cast, **changed)
    go(
        office.cast.cadre.scope,
        clue,
        "CONFIRM",
        MONDAY + timedelta(hours=5),
        checked_on=MONDAY.date(),
        check_way="VISIT",
        checkers=office.ids(office.cast.cadre, office.village),
        finding="住院自付三万元，收入减少",
        assessed_level="YELLOW",
        assessed_by=office.ids(office.cast.cadre),
    )
    return case_of(office.c, clue.id)


def case_of(scope: Scope, clue_id: UUID) -> ProceedingRecord:
    """Return the case that a clue opened."""
    with activate(scope):
        return to_record(Proceeding.objects.get(origin_id=clue_id))


def again(scope: Scope, one: ProceedingRecord) -> ProceedingRecord:
    """Return a proceeding as it is now."""
    with activate(scope):
        return to_record(Proceeding.objects.get(id=one.id))


def paper(
    scope: Scope, case: ProceedingRecord, name: str, no: str, at: datetime
) -> CasePaperRecord:
    """Put the number of an original on file."""
    original = filing.Original(name, no, PaperKind.ORIGINAL, at.date())
    return filing.keep(scope=scope, at=at, proceeding_id=case.id, original=original)


def authorise(office: Office, case: ProceedingRecord) -> None:
    """Record the authorisation of the 13th, its paper on file."""
    at = noon(VISITED)
    paper(office.v, case, "authorisation", "授权001", at)
    go(
        office.v, case, "AUTHORISE", at, authorised_on=VISITED, authorisation_no="授权001",
        authorisation_witness="见证人", absent_adults=0, has_children_apart=False,
    )  # fmt: skip


def check_home(office: Office, case: ProceedingRecord) -> None:
    """Record home check and comparison, and pass the case to the review."""
    at = noon(VISITED, 5)
    go(
        office.v, case, "RECORD_VISIT", at, visited_on=VISITED,
        visitors=office.ids(office.village, office.cast.cadre), visit_finding="情况属实",
    )  # fmt: skip
    paper(office.c, case, "comparison", "比对001", at)
    go(
        office.c, case, "RECORD_COMPARISON", at, compared_on=VISITED, comparison_no="比对001",
        comparison_result="CLEAR",
    )  # fmt: skip
    go(
        office.v, case, "PASS", noon(VISITED, 10), assessed_level="YELLOW",
        assessed_by=office.ids(office.village),
    )  # fmt: skip


def review(office: Office, case: ProceedingRecord) -> None:
    """Record the review of the 14th: 22 of 25 there, 20 for, 1 against."""
    at = noon(POSTED)
    paper(office.v, case, "village_review", "上坪评〔2026〕第1号", at)
    go(
        office.v, case, "HOLD_REVIEW", at, reviewed_on=POSTED, votes_due=25, votes_present=22,
        votes_agree=20, votes_against=1, minutes_no="上坪评〔2026〕第1号",
    )  # fmt: skip


def to_notice(office: Office, **changed: Any) -> ProceedingRecord:
    """Carry a case up to where it waits for its notice."""
    case = confirmed(office, **changed)
    authorise(office, case)
    check_home(office, case)
    review(office, case)
    return case


def wanted(*cases: ProceedingRecord, **changed: Any) -> notices.CaseNotice:
    """Return what a notice of cases is drawn up from."""
    values: Mapping[str, Any] = {
        "cases": tuple(one.id for one in cases),
        "posted_on": POSTED,
        "way": NoticeWay.BOARD,
        "report_phone": "0990-6210002",
        "categories": {one.id: CATEGORY for one in cases},
    }
    return notices.CaseNotice(**{**values, **changed})


def hang(office: Office, *cases: ProceedingRecord) -> NoticeRecord:
    """Draw up a notice and hang it up on the 14th."""
    drawn = notices.draw_up(scope=office.v, at=noon(POSTED, 5), notice=wanted(*cases))
    return notices.hang(scope=office.v, at=noon(POSTED, 10), notice_id=drawn.id)


def to_county(office: Office, *cases: ProceedingRecord) -> None:
    """Carry cases on notice through the township to the county on the 20th."""
    for case in cases:
        at = noon(TOWN_DAY)
        go(office.v, case, "SUBMIT", at, submitted_on=TOWN_DAY)
        no = f"清溪呈〔2026〕{case.no[-2:]}号"
        paper(office.t, case, "township_review", no, at)
        go(
            office.t, case, "TOWNSHIP_AGREE", noon(TOWN_DAY, 5), township_on=TOWN_DAY,
            township_reviewers=office.ids(office.second), township_no=no,
        )  # fmt: skip


def ruling(office: Office, **changed: Any) -> batches.Ruling:
    """Return how the county decides on the 21st."""
    values: Mapping[str, Any] = {
        "approval_no": "云溪〔2026〕9号",
        "decided_on": DECIDED,
        "deciders": (office.decider.user.pk,),
        "agency": "云溪县委农村工作领导小组办公室",
        "meeting": "第9次会议",
    }
    return batches.Ruling(**{**values, **changed})


def listed(office: Office, *lines: batches.BatchLine) -> BatchRecord:
    """Draw up a list with its sealed page."""
    made = batches.draft(scope=office.c, at=noon(DECIDED), procedure="identification", lines=lines)
    return batches.put_scan(
        scope=office.c, at=noon(DECIDED), batch_id=made.id, name="盖章页.png", content=png()
    )


def decide(office: Office, *cases: ProceedingRecord) -> BatchRecord:
    """Decide cases by a list on the 21st."""
    lines = [batches.BatchLine(one.id, category=CATEGORY) for one in cases]
    batch = listed(office, *lines)
    return batches.decide(
        scope=office.c, at=noon(DECIDED, 5), batch_id=batch.id, ruling=ruling(office)
    )


def announce(office: Office, case: ProceedingRecord) -> None:
    """Announce a decided case on the 22nd."""
    at = noon(DECIDED + timedelta(days=1))
    paper(office.t, case, "announcement", "清溪告〔2026〕1号", at)
    go(
        office.t, case, "ANNOUNCE", at, announced_on=at.date(),
        announcement_no="清溪告〔2026〕1号",
    )  # fmt: skip
