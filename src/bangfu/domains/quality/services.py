"""Checking a county, and excepting single items."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from bangfu.domains.feeds.services import record_use
from bangfu.domains.quality.asking import ask, choose, columns_of, feeds_of
from bangfu.domains.quality.domain import (
    CheckResult,
    EndReason,
    ExceptionRecord,
    Found,
    ItemState,
)
from bangfu.domains.quality.extract import Lists, Register, read_lists, read_register
from bangfu.domains.quality.models import QualityCheck, QualityException, QualityItem
from bangfu.domains.quality.rulebook import rulebook_of
from bangfu.domains.quality.selectors import find_check, to_check
from bangfu.domains.quality.worklist import update_items
from bangfu.foundation import audit, jobs
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.jobs.domain import JobRecord
from bangfu.kernel.errors import Conflict, InvalidValue, NotAllowed, NotFound, Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

JOB_KIND = "quality.check"
STEPS = 4
_LONGEST_REASON = 500
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"

Progress = Callable[[int, int, str], None]


def _silent(done: int, total: int, message: str) -> None:
    """Progress that nobody watches."""


def _never() -> None:
    """Cancellation that nobody asks for."""


@dataclass
class _Work:
    """One check under way."""

    scope: Scope
    region: RegionCode
    at: datetime
    progress: Progress
    check_cancelled: Callable[[], None]
    check_id: UUID = field(default_factory=uuid7)
    seconds: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    @property
    def day(self) -> date:
        """The day of the check where it is made."""
        return timezone.localdate(self.at)

    def step(self, number: int, name: str) -> None:
        """Note what a step took, tell the watcher, stop when asked."""
        now = time.monotonic()
        self.seconds[name] = round(now - self.began, 3)
        self.began = now
        self.progress(number, STEPS, name)
        self.check_cancelled()


def check_place(scope: Scope, region: RegionCode) -> None:
    """Refuse a place that is no county or lies outside the scope.

    Raises NotAllowed E-ACCESS-REGION, Refused E-QUALITY-COUNTY.
    """
    if not scope.covers(region):
        raise NotAllowed("E-ACCESS-REGION")
    if region.level != COUNTY:
        raise Refused("E-QUALITY-COUNTY", region=str(region))


def start_check(*, scope: Scope, region: RegionCode, at: datetime) -> JobRecord:
    """Start a job that checks a county; return the job. Raises as `check_place`."""
    require(scope, "QUALITY_MANAGE")
    check_place(scope, region)
    return jobs.start(scope, JOB_KIND, {"region": str(region)}, at=at)


def check_county(
    *,
    scope: Scope,
    region: RegionCode,
    at: datetime,
    progress: Progress = _silent,
    check_cancelled: Callable[[], None] = _never,
) -> CheckResult:
    """Check the register of a county and bring its work list up to date, all or nothing.

    Register, lists and work list belong to one transaction: what is published is the register as
    it stands. Raises NotAllowed, Refused E-QUALITY-COUNTY / E-QUALITY-EMPTY, Conflict
    E-QUALITY-RUNNING.
    """
    require(scope, "QUALITY_MANAGE")
    check_place(scope, region)
    work = _Work(scope, region, at, progress, check_cancelled)
    with activate(scope):
        _one_at_a_time(region)
        progress(0, STEPS, "read")
        return _check(work)


def _one_at_a_time(region: RegionCode) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"quality:{region}"])
        if not cursor.fetchone()[0]:
            raise Conflict("E-QUALITY-RUNNING", region=str(region))


def _check(work: _Work) -> CheckResult:
    pack = rulebook_of(work.scope, work.region, work.day).pack
    rules = pack.rules_on(work.day)
    register = read_register(work.scope, work.region, pack.catalog, columns_of(rules), work.day)
    if register.household.num_rows == 0:
        raise Refused("E-QUALITY-EMPTY", region=str(work.region))
    work.step(1, "read")
    period = Period.containing(work.day)
    lists = read_lists(work.scope, work.region, period, pack.catalog, feeds_of(rules))
    work.step(2, "feeds")
    questions = choose(pack, register, lists, work.day)
    found = ask(pack, questions.rules, register, lists, work.day)
    work.step(3, "ask")
    before = find_check(work.scope, work.region)
    counts, written = update_items(
        found,
        region=work.region,
        check_id=work.check_id,
        day=work.day,
        before=before.as_of if before else work.day,
        at=work.at,
        by=work.scope.actor.label,
        asked=[rule.id for rule in questions.rules],
        known=[rule.id for rule in rules],
    )
    row = QualityCheck.objects.create(
        id=work.check_id,
        region_code=str(work.region),
        as_of=work.day,
        pack=pack.id,
        pack_version=pack.version,
        pack_hash=pack.hash,
        households=register.household.num_rows,
        persons=register.person.num_rows,
        rules_run=len(questions.rules),
        not_asked=[one.as_dict() for one in questions.not_asked],
        **counts.as_dict(),
        started_at=work.at,
        finished_at=timezone.now(),
        created_by=work.scope.actor.label[:120],
    )
    _remember(work, row, lists, written)
    work.step(STEPS, "write")
    return CheckResult(to_check(row), written, work.seconds)


def _remember(work: _Work, row: QualityCheck, lists: Lists, written: int) -> None:
    """Leave one audit row, and note which batches of departments were read (F22)."""
    record_use(
        scope=work.scope,
        at=work.at,
        batch_ids=list(lists.batch_ids),
        used_by_kind=JOB_KIND,
        used_by_id=str(row.id),
        label=str(row.as_of),
    )
    audit.record(
        work.scope,
        "quality.check.finished",
        at=work.at,
        subject_kind="quality.check",
        subject_id=str(row.id),
        region_code=str(work.region),
        detail={
            "pack": f"{row.pack} {row.pack_version}",
            "pack_hash": row.pack_hash,
            "rules_run": row.rules_run,
            "not_asked": len(row.not_asked),
            "open": row.open,
            "new": row.new,
            "fixed": row.fixed,
            "excepted": row.excepted,
            "written": written,
        },
    )


def add_exception(
    *, scope: Scope, item_id: UUID, reason: str, until: date | None, at: datetime
) -> ExceptionRecord:
    """Except an open item with a reason, until a day or for as long as its values stay the same.

    Raises NotFound E-QUALITY-ITEM, Conflict E-QUALITY-NOT-OPEN, InvalidValue E-QUALITY-REASON /
    E-QUALITY-UNTIL.
    """
    require(scope, "QUALITY_MANAGE")
    reason = reason.strip()
    if not reason or len(reason) > _LONGEST_REASON:
        raise InvalidValue("E-QUALITY-REASON", longest=_LONGEST_REASON)
    if until is not None and until < timezone.localdate(at):
        raise InvalidValue("E-QUALITY-UNTIL", until=until.isoformat())
    with activate(scope):
        item = _lock_item(scope, item_id)
        if item.state != ItemState.OPEN:
            raise Conflict("E-QUALITY-NOT-OPEN", state=item.state)
        row = QualityException.objects.create(
            region_code=item.region_code,
            item=item,
            fingerprint=item.fingerprint,
            reason=reason,
            until=until,
            created_at=at,
            created_by=scope.actor.label[:120],
        )
        item.state = ItemState.EXCEPTED
        item.save(update_fields=["state"])
        _audit_exception(scope, "quality.exception.added", item, row, at)
    return ExceptionRecord(row.reason, row.created_by, row.created_at, row.until)


def end_exception(*, scope: Scope, item_id: UUID, at: datetime) -> None:
    """Undo the exception of an item; it is open again, as it was.

    Raises NotFound E-QUALITY-ITEM, Conflict E-QUALITY-NOT-EXCEPTED.
    """
    require(scope, "QUALITY_MANAGE")
    with activate(scope):
        item = _lock_item(scope, item_id)
        row = item.exceptions.filter(ended_at__isnull=True).first()
        if item.state != ItemState.EXCEPTED or row is None:
            raise Conflict("E-QUALITY-NOT-EXCEPTED", state=item.state)
        row.ended_at, row.ended_by = at, scope.actor.label[:120]
        row.end_reason = EndReason.UNDONE
        row.save(update_fields=["ended_at", "ended_by", "end_reason"])
        item.state = ItemState.OPEN
        item.save(update_fields=["state"])
        _audit_exception(scope, "quality.exception.undone", item, row, at)


def _lock_item(scope: Scope, item_id: UUID) -> QualityItem:
    found = in_scope(QualityItem.objects.select_for_update(), scope).filter(id=item_id).first()
    if found is None:
        raise NotFound("E-QUALITY-ITEM")
    return found


def _audit_exception(
    scope: Scope, action: str, item: QualityItem, row: QualityException, at: datetime
) -> None:
    audit.record(
        scope,
        action,
        at=at,
        subject_kind="quality.item",
        subject_id=str(item.id),
        region_code=item.region_code,
        detail={
            "rule_id": item.rule_id,
            "exception": str(row.id),
            "until": row.until.isoformat() if row.until else None,
        },
    )


__all__ = [
    "Found",
    "Register",
    "add_exception",
    "check_county",
    "end_exception",
    "start_check",
]
