"""Cases on notices: drawn up from the cases of a village, hung up, objected to, taken down.

The notice and the steps of the cases on it are one transaction: a case is on notice when its
notice hangs, and an objection stands with both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from bangfu.domains.monitoring import instances, rows, services
from bangfu.domains.monitoring.books import book_for, definition_of
from bangfu.domains.monitoring.doers import system_of
from bangfu.domains.monitoring.domain.cases import CASES
from bangfu.domains.monitoring.domain.proceedings import CLEARING
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.papers import filing
from bangfu.domains.monitoring.papers.homes import find_record, word
from bangfu.domains.monitoring.papers.known import known_of
from bangfu.domains.monitoring.ports import Stepped
from bangfu.domains.monitoring.wording import Wording
from bangfu.domains.publicity import objections
from bangfu.domains.publicity import services as publicity
from bangfu.domains.publicity.domain import (
    Line,
    NoticeForm,
    NoticeKind,
    NoticeRecord,
    NoticeWay,
    ObjectionRecord,
)
from bangfu.domains.publicity.objections import Answer, ObjectionForm
from bangfu.domains.publicity.selectors import get_notice
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import Conflict
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import Unit, local_day
from bangfu.procedures import Refusal, Value, as_error
from bangfu.procedures.model import FactType

NOTICING, OBJECTED = "NOTICING", "OBJECTED"
# A case rests on its notice until the county has decided; objections to it are taken as long.
_RESTING = ("NOTICED", OBJECTED, "TOWNSHIP", "COUNTY")
LIMIT = "case_notice"
_ANSWERED = {
    "DISMISS_OBJECTION": False,
    "UPHOLD_OBJECTION": True,
    "REFUSE_FOR_OBJECTION": True,
}
# After these a case no longer rests on its notice.
_RELEASED = frozenset(
    {"UPHOLD_OBJECTION", "REFUSE_FOR_OBJECTION", "TOWNSHIP_RETURN", "WITHDRAW", "VOID"}
)


@dataclass(frozen=True, slots=True)
class CaseNotice:
    """What a notice of cases is drawn up from: which cases, from when, under which telephones.

    `categories` are codes of the monitored category by case, where none is decided yet.
    """

    cases: tuple[UUID, ...]
    posted_on: date
    way: NoticeWay
    report_phone: str
    contact: str = ""
    contact_phone: str = ""
    categories: Mapping[UUID, str] = field(default_factory=dict)


def draw_up(*, scope: Scope, at: datetime, notice: CaseNotice) -> NoticeRecord:
    """Draw up a notice of cases that wait for it and have it searched; it hangs nowhere yet.

    Raises NotFound for a case outside the scope, Conflict E-MONITORING-NOTICE-PLACE, Refused
    E-PAPERS-PRIVATE, and what `publicity.draft` raises; then there is no notice.
    """
    require(scope, publicity.PERMISSION)
    with activate(scope):
        chosen = [rows.find_row(scope, each, lock=True) for each in dict.fromkeys(notice.cases)]
        _check(chosen)
        village = RegionCode(chosen[0].region_code)
        until_on, days = _days(village, notice.posted_on, at)
        form = NoticeForm(
            region=village,
            kind=_kind(chosen[0]),
            way=notice.way,
            posted_on=notice.posted_on,
            until_on=until_on,
            days=days,
            report_phone=notice.report_phone,
            contact=notice.contact,
            contact_phone=notice.contact_phone,
            lines=tuple(_line(scope, row, notice, at) for row in chosen),
        )
        drafted = publicity.draft(scope=scope, at=at, form=form)
        book = filing.paper_book(str(village), at)
        return publicity.scan(scope=scope, at=at, notice_id=drafted.id, book=book)


def hang(*, scope: Scope, at: datetime, notice_id: UUID, language: str = "zh") -> NoticeRecord:
    """Note that a notice hangs; every case on it is on notice, its full days counted from today.

    Raises as `publicity.publish` and as `services.take`; then nothing hangs.
    """
    with activate(scope):
        village = RegionCode(get_notice(scope, notice_id).region_code)
        until_on, _ = _days(village, local_day(at), at)
        book = filing.paper_book(str(village), at)
        notice = publicity.publish(
            scope=scope, at=at, notice_id=notice_id, until_on=until_on, book=book
        )
        for line in notice.lines:
            services.take(
                scope=scope,
                at=at,
                proceeding_id=line.subject_id,
                step="POST_NOTICE",
                facts={
                    "noticed_on": notice.posted_on,
                    "notice_no": notice.no,
                    "notice_way": str(notice.way),
                },
                language=language,
            )
    return notice


def object_to(
    *, scope: Scope, at: datetime, notice_id: UUID, form: ObjectionForm, language: str = "zh"
) -> ObjectionRecord:
    """Write down an objection; the case on the notice waits until it was looked into.

    A second one while the first is looked into is added to it. Who objected stands with the
    notice alone. It is written down where the notice hangs, wherever the household lives since,
    and also once the case was reported on: so the system takes the step for who writes it down.
    Raises as `objections.raise_objection`, NotFound, and what `procedures.as_error` gives.
    """
    with activate(scope):
        village = RegionCode(get_notice(scope, notice_id).region_code)
        raised = objections.raise_objection(scope=scope, at=at, notice_id=notice_id, form=form)
        system = system_of(village.county, "objections")
        with activate(system):
            row = rows.find_row(system, form.subject_id, lock=True)
            if row.state != OBJECTED:
                _object(row, system, scope, at, raised, language)
    return raised


def _object(
    row: Proceeding,
    system: Scope,
    scope: Scope,
    at: datetime,
    raised: ObjectionRecord,
    language: str,
) -> None:
    facts: dict[str, Value] = {
        "objected_on": raised.raised_on,
        "objection": raised.words,
        "objector": f"#{raised.number}",
    }
    taken = services.take_by_system(row, "OBJECT", facts, scope=system, at=at, by=scope.actor)
    if isinstance(taken, Refusal):
        definition = definition_of(book_for(RegionCode(row.region_code), at, system).book, row)
        raise as_error(definition, taken, language)


def take_down(*, scope: Scope, at: datetime, notice_id: UUID, reason: str) -> NoticeRecord:
    """Withdraw a notice that no case rests on yet.

    Raises Conflict E-PUBLICITY-STATE for one that hangs for a case: the case is sent back first.
    """
    with activate(scope):
        notice = publicity.withdraw(scope=scope, at=at, notice_id=notice_id, reason=reason)
        with activate(system_of(RegionCode(notice.region_code).county, "objections")):
            held = Proceeding.objects.filter(
                id__in=[line.subject_id for line in notice.lines], state__in=_RESTING
            )
            numbers = [instances.unseal(row.facts).get("notice_no") for row in held]
        if notice.no in numbers:
            raise Conflict("E-PUBLICITY-STATE")
    return notice


def follow_notice_step(told: Stepped) -> None:
    """Answer the objections with what the step says came of them; free a case from its notice."""
    if told.row.procedure not in CASES:
        return
    step, facts = told.taken.step, told.taken.instance.facts
    county = RegionCode(told.row.region_code).county
    if step in _ANSWERED:
        known = known_of({**facts, **told.facts}, told.definition)
        day = known.day("objection_checked_on")
        assert day is not None, "the step needs its day"
        result = Answer(
            is_upheld=_ANSWERED[step],
            checked_on=day,
            checkers=known.people("objection_checkers"),
            finding=known.text("objection_result") or "",
            answered_on=day,
        )
        objections.answer(
            scope=told.scope, at=told.at, county=county, subject_id=told.row.id, result=result
        )
    if step in _RELEASED and told.scope.allows(publicity.PERMISSION):
        title = told.definition.steps[step].title.zh
        publicity.release(
            scope=told.scope, at=told.at, county=county, subject_id=told.row.id, reason=title
        )


def _check(chosen: list[Proceeding]) -> None:
    alike = {(row.region_code, row.procedure) for row in chosen}
    ready = all(row.procedure in CASES and row.state == NOTICING for row in chosen)
    if len(alike) != 1 or not ready or any(row.household_id is None for row in chosen):
        raise Conflict("E-MONITORING-NOTICE-PLACE")


def _kind(row: Proceeding) -> NoticeKind:
    return NoticeKind.CLEARING if row.procedure == CLEARING else NoticeKind.IDENTIFICATION


def _days(village: RegionCode, posted_on: date, at: datetime) -> tuple[date, int]:
    """The last day of the notice by the limit of the place, and how many days it is to hang."""
    terms = book_for(village, at).terms(str(village))
    limit = terms.limit(LIMIT, posted_on)
    free = terms.calendar.free_after(posted_on, limit.count, limit.unit).on
    until = free - timedelta(days=1)
    count = limit.count if limit.unit is Unit.DAYS else (until - posted_on).days
    return until, count


def _line(scope: Scope, row: Proceeding, notice: CaseNotice, at: datetime) -> Line:
    record = find_record(scope, row)
    assert row.household_id is not None, "checked before"
    definition = Wording(at).definition(row.region_code, row.procedure, row.version)
    known = known_of(instances.unseal(row.facts), definition)
    category = ""
    if row.procedure != CLEARING:
        fact = definition.facts.get("monitored_category") if definition else None
        code = notice.categories.get(row.id, "")
        found = fact.codes.get(code) if fact and fact.type is FactType.CODE else None
        category = found.zh if found else ""
    return Line(
        subject_id=row.id,
        household_id=row.household_id,
        household_no=row.household_no,
        head_name=row.head_name,
        group=(word(record.facts, "village_group") if record else None) or "",
        people=record.member_count if record else 0,
        category=category,
        way=known.word("clearing_way") or "",
    )
