"""Writes of objections: raised while a notice hangs, looked into, answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max

from bangfu.domains.publicity import rows
from bangfu.domains.publicity.domain import (
    NoticeState,
    ObjectionRecord,
    ObjectionState,
    ObjectionWay,
    check_objection,
)
from bangfu.domains.publicity.models import Notice, Objection
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope, system_scope
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day

SUBJECT = "publicity.objection"
PERMISSION = "CASE_PREPARE"


@dataclass(frozen=True, slots=True)
class ObjectionForm:
    """What was said, about which line, by whom (name and how to reach them), and how."""

    subject_id: UUID
    raised_on: date
    raised_by: str
    way: ObjectionWay
    words: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of looking into an objection."""

    is_upheld: bool
    checked_on: date
    checkers: tuple[str, ...]
    finding: str
    answered_on: date | None = None


def raise_objection(
    *, scope: Scope, at: datetime, notice_id: UUID, form: ObjectionForm
) -> ObjectionRecord:
    """Write down an objection against a household on a notice.

    Raises NotFound, InvalidValue E-PUBLICITY-OBJECTION, Conflict as `domain.check_objection`:
    what is said after the days of the notice is recorded as a new clue.
    """
    require(scope, PERMISSION)
    if not form.words.strip() or not form.raised_by.strip() or form.raised_on > local_day(at):
        raise InvalidValue("E-PUBLICITY-OBJECTION")
    with activate(scope):
        notice = rows.find_notice(scope, notice_id, lock=True)
        if form.subject_id not in notice.subjects:
            raise NotFound("E-PUBLICITY-NOT-FOUND")
        check_objection(
            NoticeState(notice.state), notice.posted_on, notice.until_on, form.raised_on
        )
        last = notice.objections.aggregate(last=Max("number"))["last"] or 0
        row = Objection.objects.create(
            region_code=notice.region_code,
            notice=notice,
            subject_id=form.subject_id,
            number=last + 1,
            raised_on=form.raised_on,
            raised_by=form.raised_by.strip()[:200],
            way=form.way,
            words=form.words.strip()[:2000],
            at=at,
            by=scope.actor.label[:120],
            by_id=scope.actor.id[:120],
        )
        _note(scope, at, row, notice, "publicity.objection.raised")
        return rows.to_objection(scope, row)


def answer(
    *, scope: Scope, at: datetime, county: RegionCode, subject_id: UUID, result: Answer
) -> int:
    """Write down what came of the open objections against a household; return how many there were.

    They are looked for in the whole county: a household that moved away hangs where it lived.
    Raises InvalidValue E-PUBLICITY-OBJECTION, Conflict E-PUBLICITY-OBJECTION-ORDER for a day
    before one was raised.
    """
    require(scope, PERMISSION)
    checkers = tuple(one.strip() for one in result.checkers if one.strip())
    if not checkers or not result.finding.strip() or result.checked_on > local_day(at):
        raise InvalidValue("E-PUBLICITY-OBJECTION")
    system = system_scope(county.county, "publicity.following")
    with activate(system):
        found = _open(system, subject_id)
        for row in found:
            if result.checked_on < row.raised_on:
                raise Conflict("E-PUBLICITY-OBJECTION-ORDER", raised_on=str(row.raised_on))
            row.state = ObjectionState.UPHELD if result.is_upheld else ObjectionState.UNFOUNDED
            row.checked_on, row.checkers = result.checked_on, list(checkers)
            row.finding, row.answered_on = result.finding.strip()[:2000], result.answered_on
            row.save()
            whose = scope if scope.covers(RegionCode(row.region_code)) else system
            _note(whose, at, row, row.notice, "publicity.objection.answered", by=scope.actor.id)
    return len(found)


def list_of(scope: Scope, subject_ids: Sequence[UUID]) -> dict[UUID, list[ObjectionRecord]]:
    """Return the objections by what they are about, oldest first."""
    require(scope, PERMISSION)
    found: dict[UUID, list[ObjectionRecord]] = {}
    with activate(scope):
        raised = in_scope(Objection.objects.all(), scope).filter(subject_id__in=subject_ids)
        for row in raised.order_by("at", "id"):
            found.setdefault(row.subject_id, []).append(rows.to_objection(scope, row))
    return found


def _open(scope: Scope, subject_id: UUID) -> list[Objection]:
    raised = in_scope(Objection.objects.all(), scope).select_for_update(of=("self",))
    found = raised.filter(subject_id=subject_id, state=ObjectionState.OPEN)
    return list(found.select_related("notice").order_by("id"))


def _note(
    scope: Scope, at: datetime, row: Objection, notice: Notice, action: str, **detail: str
) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"no": notice.no, "number": row.number, "state": str(row.state), **detail},
    )
