"""Writes of the departmental data: a file is taken in, put in force, or taken back.

An import has two halves. The first reads and checks and stages; nothing is in force. The second,
`commit_batch`, moves the staged file into the lake and writes the landing, the batch and the audit
row in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from bangfu.domains.feeds import lake, staging
from bangfu.domains.feeds.authorizations import import_authorizations
from bangfu.domains.feeds.domain import (
    SUPERSEDABLE,
    LandingState,
    Manifest,
    Reason,
    check_header,
    check_period,
)
from bangfu.domains.feeds.models import Landing, Use
from bangfu.domains.feeds.results import ImportResult, Request
from bangfu.domains.feeds.selectors import (
    get_feed_contract,
    landings,
    list_landings,
    list_uses,
    to_record,
)
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.intake import selectors as batches
from bangfu.foundation.intake import services as intake
from bangfu.foundation.intake.domain import BatchRecord, BatchState
from bangfu.kernel.errors import BangfuError, Conflict, NotAllowed, NotFound, Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

ProgressFn = Callable[[int, int, str], None]
COUNTY_LEVEL = 3


def import_feed(
    *,
    scope: Scope,
    at: datetime,
    dataset: str,
    file: Path,
    region: RegionCode,
    period: Period,
    manifest: Manifest | None = None,
    as_of: date | None = None,
    supersede: bool = False,
    reason: str = "",
    commit: bool = False,
    file_name: str | None = None,
    file_id: UUID | None = None,
    job_id: UUID | None = None,
    progress: ProgressFn | None = None,
    check_cancelled: Callable[[], None] | None = None,
) -> ImportResult:
    """Take in one file of one dataset for one county and month; put it in force with `commit`.

    The result says what became of it: STAGED, COMMITTED, REFUSED with reasons, or CANCELLED with
    `duplicate_of` when the same file is in force already (F16). `supersede` with a reason replaces
    a month that is in force, or takes a month older than the newest one (F18).
    Raises NotAllowed outside the scope, Refused for a dataset that is no feed.
    """
    require(scope, "FEEDS_IMPORT")
    contract = get_feed_contract(dataset)
    check_county(scope, region)
    if supersede and not reason.strip():
        raise Refused("E-FEED-REASON")
    if as_of is None:
        as_of = manifest.as_of if manifest and manifest.as_of else period.last_day
    sweep_staging(scope)
    digests, size = staging.digest(file)
    incoming = intake.IncomingFile(file_name or file.name, size, digests["sm3"], file_id)
    batch = intake.open_batch(
        scope=scope,
        at=at,
        dataset=dataset,
        region=region,
        file=incoming,
        period=period,
        as_of=as_of,
        job_id=job_id,
    )
    if batch.duplicate_of is not None:
        return ImportResult.of(batch)
    request = Request(
        scope=scope,
        at=at,
        contract=contract,
        file=file,
        region=region,
        period=period,
        as_of=as_of,
        manifest=manifest,
        supersede=supersede,
        reason=reason.strip(),
        batch=batch,
        progress=progress or (lambda done, total, message: None),
        check_cancelled=check_cancelled or (lambda: None),
    )
    result = _stage_or_give_up(request, digests)
    if commit and result.state == BatchState.STAGED:
        return commit_batch(scope=scope, at=at, batch_id=batch.id).with_sheet(result)
    return result


def _stage_or_give_up(request: Request, digests: dict[str, str]) -> ImportResult:
    """Stage the file; whatever breaks it off leaves nothing half behind."""
    try:
        return _stage_or_refuse(request, digests)
    except BaseException as error:
        _give_up(request, error)
        raise


def sweep_staging(scope: Scope) -> None:
    """Drop staged files of batches that are finished: cancelled elsewhere, or a crash came first.

    Batches outside the scope are left alone: they are not to be seen from here.
    """
    waiting = lake.list_staged()
    if not waiting:
        return
    with activate(scope):
        finished = (
            batches.visible(scope)
            .filter(id__in=waiting)
            .exclude(state__in=[BatchState.RECEIVED, BatchState.STAGED])
            .values_list("id", flat=True)
        )
        for batch_id in finished:
            lake.drop(lake.staged_path(batch_id))


def check_county(scope: Scope, region: RegionCode) -> None:
    """Refuse a region that is no county, or outside the scope (answered like a missing one)."""
    if region.level != COUNTY_LEVEL:
        raise Refused("E-FEED-COUNTY", region=str(region))
    if not scope.covers(region):
        raise NotAllowed("E-ACCESS-REGION", region=str(region))


def _stage_or_refuse(request: Request, digests: dict[str, str]) -> ImportResult:
    reasons = check_period(
        request.period,
        timezone.localdate(request.at),
        list_landings(request.scope, county=request.region, dataset=request.contract.id),
    )
    if request.supersede:
        reasons = [reason for reason in reasons if reason.code not in SUPERSEDABLE]
    if request.manifest is not None:
        reasons += check_header(
            request.manifest,
            dataset=request.contract.id,
            county=request.region,
            period=request.period,
            digests=digests,
        )
    if reasons:
        return staging.refuse(request, reasons)
    return staging.read_and_stage(request)


def _give_up(request: Request, error: BaseException) -> None:
    """Leave nothing half behind when the work was cancelled or broke."""
    lake.drop(lake.staged_path(request.batch.id))
    current = batches.get_batch(request.scope, request.batch.id)
    if current.state in (BatchState.RECEIVED, BatchState.STAGED):
        code = error.code if isinstance(error, BangfuError) else type(error).__name__
        intake.cancel(scope=request.scope, at=request.at, batch_id=request.batch.id, reason=code)


def commit_batch(
    *,
    scope: Scope,
    at: datetime,
    batch_id: UUID,
    supersede: bool | None = None,
    reason: str | None = None,
    progress: ProgressFn | None = None,
) -> ImportResult:
    """Put a staged batch in force (生效): file, landing, batch, audit row, all or nothing.

    `supersede` and `reason` default to what the import said. Raises NotFound; Conflict
    E-INTAKE-STATE when it is not staged; Refused E-FEED-OVERLAP or E-FEED-OLDER when another file
    came first. A double that somebody committed meanwhile answers with the link to it (F16).
    """
    require(scope, "FEEDS_IMPORT")
    target: str | None = None
    try:
        with activate(scope), transaction.atomic():
            # The series before the row: the winner of two doubles locks the loser's row as well.
            _lock_series(batches.get_batch(scope, batch_id))
            batch = intake.lock_for_commit(scope=scope, batch_id=batch_id)
            if batch.duplicate_of is not None:
                return ImportResult.of(batch)
            if supersede is None:
                supersede = bool(batch.detail.get("supersede"))
            why = (reason if reason is not None else batch.detail.get("reason", "")).strip()
            done, target = _land(scope, at, batch, supersede, why)
    except BaseException:
        if target is not None:
            lake.drop(target)
        raise
    if progress is not None:
        progress(1, 1, "committed")
    return ImportResult.of(done)


def _land(
    scope: Scope, at: datetime, batch: BatchRecord, supersede: bool, reason: str
) -> tuple[BatchRecord, str]:
    region, period = RegionCode(batch.region_code), Period(batch.period or "")
    replaced = _make_room(scope, at, batch, supersede, reason)
    _drop_orphans(scope, batch.dataset, region, period)
    target = lake.live_path(batch.dataset, region, period, batch.id)
    staged = batch.staged_path
    lake.place(staged, target)
    try:
        facts = batch.detail["landing"]
        Landing.objects.create(
            batch_id=batch.id,
            dataset=batch.dataset,
            region_code=batch.region_code,
            period=str(period),
            as_of=date.fromisoformat(facts["as_of"]),
            path=target,
            content_sm3=facts["content_sm3"],
            rows=facts["rows"],
            matched=facts["matched"],
            unmatched=facts["unmatched"],
            sums=facts["sums"],
            supersedes=replaced,
            reason=reason,
            landed_at=at,
            landed_by=scope.actor.label[:120],
        )
        done = intake.mark_committed(scope=scope, at=at, batch_id=batch.id, reason=reason)
    except BaseException:
        lake.drop(target)
        raise
    transaction.on_commit(lambda: lake.drop(staged))
    return done, target


def _drop_orphans(scope: Scope, dataset: str, region: RegionCode, period: Period) -> None:
    """Drop files of the month that no landing names: a commit was killed before its end."""
    known = {
        item.path.removeprefix(".withdrawn/")
        for item in list_landings(scope, county=region, dataset=dataset, live_only=False)
    }
    for path in lake.list_partition(dataset, region, period):
        if path not in known:
            lake.drop(path)


def _make_room(
    scope: Scope, at: datetime, batch: BatchRecord, supersede: bool, reason: str
) -> UUID | None:
    """Check the month against what is in force now, and withdraw the batch that is replaced."""
    region, period = RegionCode(batch.region_code), Period(batch.period or "")
    live = list_landings(scope, county=region, dataset=batch.dataset)
    reasons = check_period(period, timezone.localdate(at), live)
    if supersede and not reason:
        raise Refused("E-FEED-REASON")
    standing = [item for item in reasons if not (supersede and item.code in SUPERSEDABLE)]
    if standing:
        raise Refused(standing[0].code, **standing[0].params)
    for old in live:
        if old.period == period:
            intake.mark_superseded(
                scope=scope, at=at, batch_id=old.batch_id, by=batch.id, reason=reason
            )
            _withdraw(scope, at, old.batch_id, LandingState.SUPERSEDED)
            return old.batch_id
    return None


def _withdraw(scope: Scope, at: datetime, batch_id: UUID, state: LandingState) -> None:
    """Take a landing out of force and its file out of the partitions."""
    row = landings(scope).select_for_update().get(batch_id=batch_id)
    old_path = row.path
    if not old_path.startswith("."):
        row.path = lake.withdrawn_path(old_path)
        lake.place(old_path, row.path)
        transaction.on_commit(lambda: lake.drop(old_path))
    row.state = state
    row.closed_at = at
    row.save(update_fields=["path", "state", "closed_at"])


def revert_batch(*, scope: Scope, at: datetime, batch_id: UUID, reason: str) -> dict[str, Any]:
    """Take a committed batch back (撤销导入, F22); what it had replaced is in force again.

    Nothing that used it is changed or removed: the dependants are listed, for somebody to run
    again. Returns batch, restored (batch id or None) and dependants.
    Raises Refused E-FEED-REASON, NotFound, Conflict E-INTAKE-STATE.
    """
    require(scope, "FEEDS_IMPORT")
    if not reason.strip():
        raise Refused("E-FEED-REASON")
    with activate(scope), transaction.atomic():
        row = landings(scope).filter(batch_id=batch_id).first()
        if row is None:
            raise NotFound("E-INTAKE-NOT-FOUND")
        _lock_series(batches.get_batch(scope, batch_id))
        row.refresh_from_db()
        if row.state == LandingState.REVERTED:
            raise Conflict("E-INTAKE-STATE", state=row.state, wanted=str(LandingState.REVERTED))
        dependants = list_uses(scope, batch_id)
        was_live = row.state == LandingState.LIVE
        _withdraw(scope, at, batch_id, LandingState.REVERTED)
        done = intake.mark_reverted(
            scope=scope,
            at=at,
            batch_id=batch_id,
            reason=reason.strip(),
            dependants=dependants,
        )
        restored = _restore(scope, at, row, reason.strip()) if was_live else None
    return {"batch": done, "restored": restored, "dependants": dependants}


def _restore(scope: Scope, at: datetime, reverted: Landing, reason: str) -> UUID | None:
    """Put the batch that `reverted` had replaced in force again, unless it was taken back too."""
    if reverted.supersedes is None:
        return None
    row = landings(scope).select_for_update().filter(batch_id=reverted.supersedes).first()
    if row is None or row.state != LandingState.SUPERSEDED:
        return None
    old_path = row.path
    row.path = old_path.removeprefix(".withdrawn/")
    lake.place(old_path, row.path)
    transaction.on_commit(lambda: lake.drop(old_path))
    row.state = LandingState.LIVE
    row.closed_at = None
    row.save(update_fields=["path", "state", "closed_at"])
    intake.restore(scope=scope, at=at, batch_id=row.batch_id, reason=reason)
    return row.batch_id


def record_use(
    *,
    scope: Scope,
    at: datetime,
    batch_ids: list[UUID],
    used_by_kind: str,
    used_by_id: str,
    label: str = "",
) -> None:
    """Remember that something read these batches, so that taking one back can list it (F22)."""
    with activate(scope), transaction.atomic():
        for row in landings(scope).filter(batch_id__in=batch_ids).order_by("batch_id"):
            Use.objects.get_or_create(
                batch_id=row.batch_id,
                used_by_kind=used_by_kind,
                used_by_id=used_by_id,
                defaults={"region_code": row.region_code, "label": label, "used_at": at},
            )


def _lock_series(batch: BatchRecord) -> None:
    """Let one writer at a time decide about a dataset of a county, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"feeds:{batch.dataset}:{batch.region_code}"],
        )


__all__ = [
    "ImportResult",
    "Reason",
    "check_county",
    "commit_batch",
    "import_authorizations",
    "import_feed",
    "record_use",
    "revert_batch",
    "to_record",
]
