"""Rows of notices and objections, found within a scope, as records."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from bangfu.domains.publicity.domain import (
    Line,
    NoticeKind,
    NoticeRecord,
    NoticeState,
    NoticeWay,
    ObjectionRecord,
    ObjectionState,
    ObjectionWay,
)
from bangfu.domains.publicity.models import Notice, Objection
from bangfu.foundation.access.scopes import in_scope
from bangfu.kernel.errors import NotFound
from bangfu.kernel.scope import Scope


def find_notice(scope: Scope, notice_id: UUID, *, lock: bool = False) -> Notice:
    """Return a notice of the scope; inside `activate`. Raises NotFound E-PUBLICITY-NOT-FOUND."""
    rows = in_scope(Notice.objects.all(), scope)
    if lock:
        rows = rows.select_for_update()
    row = rows.filter(id=notice_id).first()
    if row is None:
        raise NotFound("E-PUBLICITY-NOT-FOUND")
    return row


def stored_lines(lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    """Return lines as they are stored."""
    return [
        {**asdict(line), "subject_id": str(line.subject_id), "household_id": str(line.household_id)}
        for line in lines
    ]


def lines_of(row: Notice) -> tuple[Line, ...]:
    """Return what a notice shows."""
    return tuple(
        Line(
            **{
                **each,
                "subject_id": UUID(each["subject_id"]),
                "household_id": UUID(each["household_id"]),
            }
        )
        for each in row.lines
    )


def may_know_objector(scope: Scope, row: Objection) -> bool:
    """Who objected is for those who look into it and for whoever wrote it down
    (反映人的信息予以保密)."""
    is_own = scope.actor.id[:120] == row.by_id
    return is_own or scope.allows("CASE_TOWN") or scope.allows("CASE_COUNTY")


def to_objection(scope: Scope, row: Objection) -> ObjectionRecord:
    """Return the plain record of an objection, as far as the scope may know it."""
    return ObjectionRecord(
        id=row.id,
        notice_id=row.notice_id,
        subject_id=row.subject_id,
        number=row.number,
        raised_on=row.raised_on,
        raised_by=str(row.raised_by) if may_know_objector(scope, row) else "",
        way=ObjectionWay(row.way),
        words=str(row.words),
        state=ObjectionState(row.state),
        checked_on=row.checked_on,
        checkers=tuple(row.checkers),
        finding=str(row.finding or ""),
        answered_on=row.answered_on,
        at=row.at,
        by=row.by,
    )


def to_notice(row: Notice, objections: tuple[ObjectionRecord, ...] = ()) -> NoticeRecord:
    """Return the plain record of a notice."""
    return NoticeRecord(
        id=row.id,
        region_code=row.region_code,
        no=row.no,
        kind=NoticeKind(row.kind),
        way=NoticeWay(row.way),
        state=NoticeState(row.state),
        posted_on=row.posted_on,
        until_on=row.until_on,
        days=row.days,
        contact=row.contact,
        contact_phone=row.contact_phone,
        report_phone=row.report_phone,
        lines=lines_of(row),
        board_file_id=row.board_file_id,
        web_file_id=row.web_file_id,
        created_at=row.created_at,
        created_by=row.created_by,
        published_at=row.published_at,
        ended_at=row.ended_at,
        reason=row.reason,
        objections=objections,
    )
