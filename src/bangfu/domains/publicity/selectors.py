"""Reads of notices. Every one takes the scope; what lies outside it does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bangfu.domains.publicity import rows
from bangfu.domains.publicity.domain import NoticeRecord, NoticeState
from bangfu.domains.publicity.models import Notice
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.kernel.errors import Conflict, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

READ = "CASE_PREPARE"
MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """Which notices: of a place, in a state ("" for all), about something."""

    region: RegionCode | None = None
    state: str = ""
    subject_id: UUID | None = None


def get_notice(scope: Scope, notice_id: UUID) -> NoticeRecord:
    """Return a notice with its objections. Raises NotFound E-PUBLICITY-NOT-FOUND."""
    require(scope, READ)
    with activate(scope):
        row = rows.find_notice(scope, notice_id)
        raised = row.objections.order_by("number")
        return rows.to_notice(row, tuple(rows.to_objection(scope, one) for one in raised))


def find_by_number(scope: Scope, subject_id: UUID, no: str) -> NoticeRecord | None:
    """Return the notice of a number about something, if there is one that was not withdrawn."""
    require(scope, READ)
    with activate(scope):
        found = in_scope(Notice.objects.all(), scope).filter(subjects__contains=[subject_id], no=no)
        row = found.exclude(state=NoticeState.WITHDRAWN).first()
        return rows.to_notice(row) if row else None


def find_latest(scope: Scope, subject_id: UUID) -> NoticeRecord | None:
    """Return the newest notice about something that hangs or hung, with its objections."""
    require(scope, READ)
    shown = (NoticeState.PUBLISHED, NoticeState.ENDED, NoticeState.ARCHIVED)
    with activate(scope):
        found = in_scope(Notice.objects.all(), scope).filter(subjects__contains=[subject_id])
        row = found.filter(state__in=shown).order_by("-id").first()
        if row is None:
            return None
        raised = row.objections.filter(subject_id=subject_id).order_by("number")
        return rows.to_notice(row, tuple(rows.to_objection(scope, one) for one in raised))


def list_notices(
    scope: Scope, filters: NoticeFilter, *, limit: int = 50
) -> tuple[list[NoticeRecord], int]:
    """Return the newest notices and the number of all within the filters."""
    require(scope, READ)
    with activate(scope):
        found = in_scope(Notice.objects.all(), scope)
        if filters.region is not None:
            lower, upper = filters.region.bounds
            found = found.filter(region_code__gte=lower, region_code__lt=upper)
        if filters.state:
            found = found.filter(state=filters.state)
        if filters.subject_id is not None:
            found = found.filter(subjects__contains=[filters.subject_id])
        shown = list(found.order_by("-id")[: min(limit, MAX_PAGE)])
        return [rows.to_notice(row) for row in shown], found.count()


def find_hanging(scope: Scope, subject_ids: Sequence[UUID]) -> dict[UUID, NoticeRecord]:
    """Return the live notice of each thing that has one."""
    require(scope, READ)
    with activate(scope):
        found = in_scope(Notice.objects.all(), scope).filter(
            subjects__overlap=list(subject_ids),
            state__in=[NoticeState.DRAFT, NoticeState.SCANNED, NoticeState.PUBLISHED],
        )
        notices = [rows.to_notice(row) for row in found]
    return {line.subject_id: notice for notice in notices for line in notice.lines}


def board_file(scope: Scope, notice_id: UUID) -> tuple[NoticeRecord, UUID]:
    """Return a notice and the file of its board paper. Raises NotFound before the scan."""
    notice = get_notice(scope, notice_id)
    if notice.board_file_id is None:
        raise NotFound("E-PUBLICITY-NOT-FOUND")
    return notice, notice.board_file_id


def web_file(scope: Scope, notice_id: UUID, today: date) -> tuple[NoticeRecord, UUID]:
    """Return a notice and the file of its masked web paper, while it may be shown.

    Raises NotFound where it has none, Conflict E-PUBLICITY-WEB-OVER before and after its days.
    """
    notice = get_notice(scope, notice_id)
    if notice.web_file_id is None:
        raise NotFound("E-PUBLICITY-NOT-FOUND")
    if not notice.is_on_web(today):
        raise Conflict(
            "E-PUBLICITY-WEB-OVER", posted_on=str(notice.posted_on), until_on=str(notice.until_on)
        )
    return notice, notice.web_file_id
