"""Notices for tests: the family of 王大山 in 上坪村, on a board from the 1st of November on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from bangfu.domains.publicity import services
from bangfu.domains.publicity.domain import Line, NoticeForm, NoticeKind, NoticeRecord, NoticeWay
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

POSTED = date(2026, 11, 1)
# Five full days after the 1st: the 2nd to the 6th.
UNTIL = date(2026, 11, 6)


def at(day: int, hour: int = 1) -> datetime:
    """Return an hour (UTC) of a day of November 2026."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def line(household_id: UUID, household_no: str, head: str, **changed: Any) -> Line:
    """Return a line of a notice."""
    made = Line(uuid7(), household_id, household_no, head, "一组", 1, "突发严重困难户")
    return replace(made, **changed)


def form(region: RegionCode, *lines: Line, **changed: Any) -> NoticeForm:
    """Return what a notice is drawn up from."""
    made = NoticeForm(
        region=region,
        kind=NoticeKind.IDENTIFICATION,
        way=NoticeWay.BOARD,
        posted_on=POSTED,
        until_on=POSTED + timedelta(days=5),
        days=5,
        report_phone="0990-6210002",
        lines=lines,
    )
    return replace(made, **changed)


def hang(scope: Scope, wanted: NoticeForm) -> NoticeRecord:
    """Draft, scan and publish a notice on the 1st."""
    drafted = services.draft(scope=scope, at=at(1), form=wanted)
    services.scan(scope=scope, at=at(1), notice_id=drafted.id)
    return services.publish(scope=scope, at=at(1), notice_id=drafted.id, until_on=wanted.until_on)
