"""Writes of notices: one function a step, one transaction, one audit row."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max, Q

from bangfu.domains.publicity import printing, rows
from bangfu.domains.publicity.domain import (
    LIVE,
    NoticeForm,
    NoticeKind,
    NoticeRecord,
    NoticeState,
    NoticeStep,
    NoticeWay,
    after,
    check,
)
from bangfu.domains.publicity.models import Notice
from bangfu.foundation import audit, files
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope, system_scope
from bangfu.foundation.audit.services import NATION
from bangfu.foundation.papers import PaperBook
from bangfu.foundation.regions.selectors import get_region
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7
from bangfu.kernel.workdays import local_day

SUBJECT = "publicity.notice"
PERMISSION = "CASE_PREPARE"
_NUMBER = "SELECT pg_advisory_xact_lock(hashtextextended('publicity.number.' || %s, 0))"


def draft(*, scope: Scope, at: datetime, form: NoticeForm) -> NoticeRecord:
    """Draw up a notice; it hangs nowhere yet.

    Raises InvalidValue as `domain.check` and E-PUBLICITY-POSTED-BEFORE for a day that has passed:
    nobody draws up afterwards what is said to have hung; NotFound for a place outside the scope,
    Conflict E-PUBLICITY-ALREADY where a household of it stands on another live notice of the same
    matter.
    """
    require(scope, PERMISSION)
    if not scope.covers(form.region):
        raise NotFound("E-PUBLICITY-NOT-FOUND")
    check(form)
    if form.posted_on < local_day(at):
        raise InvalidValue(
            "E-PUBLICITY-POSTED-BEFORE", posted_on=str(form.posted_on), today=str(local_day(at))
        )
    with activate(scope):
        _lock_numbers(form.region)
        _refuse_second(form)
        year = form.posted_on.year
        serial = _next_serial(form.region, year)
        row = Notice.objects.create(
            id=uuid7(),
            region_code=str(form.region),
            no=f"{_prefix(form.region)}示〔{year}〕{serial}号",
            year=year,
            serial=serial,
            kind=form.kind,
            way=form.way,
            posted_on=form.posted_on,
            until_on=form.until_on,
            days=form.days,
            contact=form.contact.strip()[:60],
            contact_phone=form.contact_phone.strip()[:40],
            report_phone=form.report_phone.strip()[:40],
            lines=rows.stored_lines(form.lines),
            subjects=[line.subject_id for line in form.lines],
            created_at=at,
            created_by=scope.actor.label[:120],
            created_by_id=scope.actor.id[:120],
        )
        _note(scope, at, row, "publicity.notice.drafted", lines=len(form.lines))
    return rows.to_notice(row)


def scan(
    *, scope: Scope, at: datetime, notice_id: UUID, book: PaperBook | None = None
) -> NoticeRecord:
    """Search a notice for what must not be made public and keep its papers.

    Raises Refused E-PAPERS-PRIVATE, and the notice stays a draft; Conflict E-PUBLICITY-STATE.
    """
    with activate(scope):
        row, state = _take(scope, notice_id, NoticeStep.SCAN)
        record = rows.to_notice(row)
        row.board_file_id = _keep(scope, at, record, record.kind.board_paper, book)
        if record.way is NoticeWay.BOARD_AND_WEB:
            row.web_file_id = _keep(scope, at, record, record.kind.web_paper, book)
        row.state = state
        row.save()
        _note(scope, at, row, "publicity.notice.scanned")
    return rows.to_notice(row)


def publish(
    *, scope: Scope, at: datetime, notice_id: UUID, until_on: date, book: PaperBook | None = None
) -> NoticeRecord:
    """Note that a notice hangs since the day printed on it.

    `until_on` is the last day to object, counted from today: what was noted late hangs the
    longer, never the shorter, and its web version says so. Raises Conflict E-PUBLICITY-STATE,
    E-PUBLICITY-NOT-YET before the day printed on it, InvalidValue E-PUBLICITY-DAYS for a last day
    that is not to come.
    """
    today = local_day(at)
    with activate(scope):
        row, state = _take(scope, notice_id, NoticeStep.PUBLISH)
        if row.posted_on > today:
            raise Conflict("E-PUBLICITY-NOT-YET", posted_on=str(row.posted_on))
        if until_on <= today:
            raise InvalidValue("E-PUBLICITY-DAYS", days=row.days)
        row.state, row.published_at = state, at
        is_later, row.until_on = until_on > row.until_on, max(until_on, row.until_on)
        if is_later and row.web_file_id is not None:
            record = rows.to_notice(row)
            row.web_file_id = _keep(scope, at, record, record.kind.web_paper, book)
        row.save()
        _note(scope, at, row, "publicity.notice.published", until_on=str(row.until_on))
    return rows.to_notice(row)


def withdraw(*, scope: Scope, at: datetime, notice_id: UUID, reason: str) -> NoticeRecord:
    """Take a notice back; its web version is gone at once.

    Raises InvalidValue E-PUBLICITY-REASON, Conflict E-PUBLICITY-STATE.
    """
    if not reason.strip():
        raise InvalidValue("E-PUBLICITY-REASON")
    with activate(scope):
        row, state = _take(scope, notice_id, NoticeStep.WITHDRAW)
        row.state, row.ended_at, row.reason = state, at, reason.strip()[:500]
        row.save()
        _note(scope, at, row, "publicity.notice.withdrawn")
    return rows.to_notice(row)


def release(
    *, scope: Scope, at: datetime, county: RegionCode, subject_id: UUID, reason: str
) -> int:
    """Free something from its live notices, since it no longer rests on them; a notice about
    nothing else is withdrawn. Return how many notices it stood on.

    They are looked for in the whole county: a household that moved away hangs where it lived.
    """
    require(scope, PERMISSION)
    system = system_scope(county.county, "publicity.following")
    with activate(system):
        found = in_scope(Notice.objects.all(), system).select_for_update()
        live = list(found.filter(subjects__contains=[subject_id], state__in=sorted(LIVE)))
        for row in live:
            row.subjects = [one for one in row.subjects if one != subject_id]
            if not row.subjects:
                row.state, row.ended_at = NoticeState.WITHDRAWN, at
            row.reason = reason.strip()[:500]
            row.save()
            whose = scope if scope.covers(RegionCode(row.region_code)) else system
            _note(whose, at, row, "publicity.notice.released", by=scope.actor.id)
    return len(live)


def archive(*, scope: Scope, at: datetime, notice_id: UUID) -> NoticeRecord:
    """Put an ended notice to the files. Raises Conflict E-PUBLICITY-STATE."""
    with activate(scope):
        row, state = _take(scope, notice_id, NoticeStep.ARCHIVE)
        row.state = state
        row.save()
        _note(scope, at, row, "publicity.notice.archived")
    return rows.to_notice(row)


def end_due(*, at: datetime, today: date | None = None) -> int:
    """End every notice whose days are over, as the system; return how many.

    Nobody sees a web version for longer because this runs late: it is asked for by its days. One
    statement and one audit row a county; a second worker finds none.
    """
    today = today or local_day(at)
    nation = system_scope(NATION, "publicity.ending")
    with activate(nation):
        due = Notice.objects.select_for_update(skip_locked=True).filter(
            state=NoticeState.PUBLISHED, until_on__lt=today
        )
        found: dict[str, list[UUID]] = {}
        for notice_id, county in due.values_list("id", "county_code"):
            found.setdefault(county, []).append(notice_id)
        for county, ids in sorted(found.items()):
            Notice.objects.filter(id__in=ids).update(state=NoticeState.ENDED, ended_at=at)
            audit.record(
                nation,
                "publicity.notices.ended",
                at=at,
                subject_kind=SUBJECT,
                subject_id=str(ids[0]),
                region_code=county.ljust(12, "0"),
                detail={"notices": len(ids)},
            )
    return sum(map(len, found.values()))


# Parts of the steps


def _take(scope: Scope, notice_id: UUID, step: NoticeStep) -> tuple[Notice, NoticeState]:
    require(scope, PERMISSION)
    row = rows.find_notice(scope, notice_id, lock=True)
    return row, after(step, NoticeState(row.state))


def _lock_numbers(region: RegionCode) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, [region.county.prefix])


def _next_serial(region: RegionCode, year: int) -> int:
    """Numbers run through the county; looked for as the system, who sees all its villages."""
    with activate(system_scope(region.county, "publicity.number")):
        found = Notice.objects.filter(county_code=region.county.prefix, year=year)
        return (found.aggregate(last=Max("serial"))["last"] or 0) + 1


def _prefix(region: RegionCode) -> str:
    return get_region(region).name.removesuffix("村").removesuffix("社区")[:20]


def _refuse_second(form: NoticeForm) -> None:
    """Refuse a household that another notice stands for; one whose days are over counts as ended
    also before `end_due` comes to it."""
    found = Notice.objects.filter(
        subjects__overlap=[line.subject_id for line in form.lines],
        state__in=sorted(LIVE),
        kind=NoticeKind(form.kind),
    )
    over = Q(state=NoticeState.PUBLISHED, until_on__lt=form.posted_on)
    live = found.exclude(over).first()
    if live is not None:
        raise Conflict("E-PUBLICITY-ALREADY", no=live.no)


def _keep(
    scope: Scope, at: datetime, record: NoticeRecord, paper: str, book: PaperBook | None
) -> UUID:
    content = printing.print_notice(scope, record, paper, book)
    name = f"{record.no}{'（网络版）' if paper == record.kind.web_paper else ''}.docx"
    place = RegionCode(record.region_code)
    return files.save(scope, name, content, "publicity.notice", at=at, region=place).id


def _note(scope: Scope, at: datetime, row: Notice, action: str, **detail: Any) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(row.id),
        region_code=row.region_code,
        detail={"no": row.no, "kind": str(row.kind), "state": str(row.state), **detail},
    )
