"""Notices and objections as values: their kinds, states and lawful changes. Pure.

中农组发〔2021〕7号: the notice hangs in the village once, at least five days. Village board: the
head's full name, group, number of people, category; never ID, telephone, account or illness. On the
web only where a rule requires it, masked, and withdrawn by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from bangfu.kernel.errors import Conflict, InvalidValue
from bangfu.kernel.region import RegionCode


class NoticeKind(StrEnum):
    """What a notice is about; each has its papers."""

    IDENTIFICATION = "IDENTIFICATION"
    CLEARING = "CLEARING"

    @property
    def board_paper(self) -> str:
        """The paper of the village board."""
        return "notice" if self is NoticeKind.IDENTIFICATION else "clearing_notice"

    @property
    def web_paper(self) -> str:
        """The masked paper of the web."""
        return f"{self.board_paper}_web"


class NoticeWay(StrEnum):
    """Where it is shown, as the procedures name it."""

    BOARD = "BOARD"
    BOARD_AND_WEB = "BOARD_AND_WEB"


class NoticeState(StrEnum):
    """DRAFT until the scan has passed, SCANNED until it hangs, PUBLISHED for its days."""

    DRAFT = "DRAFT"
    SCANNED = "SCANNED"
    PUBLISHED = "PUBLISHED"
    ENDED = "ENDED"
    WITHDRAWN = "WITHDRAWN"
    ARCHIVED = "ARCHIVED"


class NoticeStep(StrEnum):
    """What somebody does with a notice."""

    SCAN = "SCAN"
    PUBLISH = "PUBLISH"
    END = "END"
    WITHDRAW = "WITHDRAW"
    ARCHIVE = "ARCHIVE"


FROM = {
    NoticeStep.SCAN: frozenset({NoticeState.DRAFT}),
    NoticeStep.PUBLISH: frozenset({NoticeState.SCANNED}),
    NoticeStep.END: frozenset({NoticeState.PUBLISHED}),
    NoticeStep.WITHDRAW: frozenset({NoticeState.DRAFT, NoticeState.SCANNED, NoticeState.PUBLISHED}),
    NoticeStep.ARCHIVE: frozenset({NoticeState.ENDED}),
}
TO = {
    NoticeStep.SCAN: NoticeState.SCANNED,
    NoticeStep.PUBLISH: NoticeState.PUBLISHED,
    NoticeStep.END: NoticeState.ENDED,
    NoticeStep.WITHDRAW: NoticeState.WITHDRAWN,
    NoticeStep.ARCHIVE: NoticeState.ARCHIVED,
}
# What stands against another notice of the same matter.
LIVE = frozenset({NoticeState.DRAFT, NoticeState.SCANNED, NoticeState.PUBLISHED})
# A village hangs up a sheet; a longer list is two notices.
MOST_LINES = 200


def after(step: NoticeStep, state: NoticeState) -> NoticeState:
    """Return the state after a step. Raises Conflict E-PUBLICITY-STATE."""
    if state not in FROM[step]:
        raise Conflict("E-PUBLICITY-STATE")
    return TO[step]


class ObjectionWay(StrEnum):
    """How an objection reached the office."""

    ORAL = "ORAL"
    WRITTEN = "WRITTEN"
    TELEPHONE = "TELEPHONE"


class ObjectionState(StrEnum):
    """OPEN until somebody has looked into it."""

    OPEN = "OPEN"
    UNFOUNDED = "UNFOUNDED"
    UPHELD = "UPHELD"


@dataclass(frozen=True, slots=True)
class Line:
    """A household on a notice. `subject_id` is what it is about (a case); `category` and `way`
    are the words that are printed; `people` counts its members."""

    subject_id: UUID
    household_id: UUID
    household_no: str
    head_name: str
    group: str
    people: int
    category: str = ""
    way: str = ""


@dataclass(frozen=True, slots=True)
class NoticeForm:
    """What a notice is drawn up from.

    It is to hang on `posted_on`; `until_on` is the last day on which somebody may object, `days`
    how many full days that are. Telephones are those of offices.
    """

    region: RegionCode
    kind: NoticeKind
    way: NoticeWay
    posted_on: date
    until_on: date
    days: int
    report_phone: str
    lines: tuple[Line, ...]
    contact: str = ""
    contact_phone: str = ""


def check(form: NoticeForm) -> None:
    """Raises InvalidValue E-PUBLICITY-LINES, E-PUBLICITY-DAYS, E-PUBLICITY-PHONE."""
    subjects = {line.subject_id for line in form.lines}
    if not 0 < len(form.lines) <= MOST_LINES or len(subjects) < len(form.lines):
        raise InvalidValue("E-PUBLICITY-LINES", most=MOST_LINES)
    if form.days < 1 or (form.until_on - form.posted_on).days < form.days:
        raise InvalidValue("E-PUBLICITY-DAYS", days=form.days)
    if not form.report_phone.strip():
        raise InvalidValue("E-PUBLICITY-PHONE")


def check_objection(state: NoticeState, posted_on: date, until_on: date, raised_on: date) -> None:
    """An objection is raised while the notice hangs, on its last day too.

    Raises Conflict E-PUBLICITY-OBJECTION-STATE for one that never hung or was withdrawn,
    E-PUBLICITY-OBJECTION-EARLY, E-PUBLICITY-OBJECTION-LATE.
    """
    if state not in (NoticeState.PUBLISHED, NoticeState.ENDED):
        raise Conflict("E-PUBLICITY-OBJECTION-STATE")
    if raised_on < posted_on:
        raise Conflict("E-PUBLICITY-OBJECTION-EARLY", posted_on=str(posted_on))
    if raised_on > until_on:
        raise Conflict("E-PUBLICITY-OBJECTION-LATE", until_on=str(until_on))


@dataclass(frozen=True, slots=True)
class ObjectionRecord:
    """An objection. `raised_by` is empty to whoever may not know who it was."""

    id: UUID
    notice_id: UUID
    subject_id: UUID
    number: int
    raised_on: date
    raised_by: str
    way: ObjectionWay
    words: str
    state: ObjectionState
    checked_on: date | None
    checkers: tuple[str, ...]
    finding: str
    answered_on: date | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """A notice with its lines; files are ids of stored files."""

    id: UUID
    region_code: str
    no: str
    kind: NoticeKind
    way: NoticeWay
    state: NoticeState
    posted_on: date
    until_on: date
    days: int
    contact: str
    contact_phone: str
    report_phone: str
    lines: tuple[Line, ...]
    board_file_id: UUID | None
    web_file_id: UUID | None
    created_at: datetime
    created_by: str
    published_at: datetime | None
    ended_at: datetime | None
    reason: str
    objections: tuple[ObjectionRecord, ...] = ()

    def is_on_web(self, today: date) -> bool:
        """Whether the web version may be shown on a day."""
        hangs = self.state is NoticeState.PUBLISHED and self.posted_on <= today <= self.until_on
        return hangs and self.way is NoticeWay.BOARD_AND_WEB
