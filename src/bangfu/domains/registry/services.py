"""Writes of the register: importing a list of households, and what a person decides.

An import has two halves. The first reads, checks and stages, and nothing is in force; the second,
`commit_batch`, puts the staged households in force in one transaction with one audit row.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bangfu.domains.registry import columns
from bangfu.domains.registry.importing import staging
from bangfu.domains.registry.importing.checking import Checked, check_file, repairs, warnings
from bangfu.domains.registry.importing.commit import Merged, Merger, Stamp
from bangfu.domains.registry.importing.digest import sm3_of
from bangfu.domains.registry.importing.findings import describe_issues, save_workbook
from bangfu.domains.registry.importing.request import STEPS, Progress, Request
from bangfu.domains.registry.models import Source, SourceKind
from bangfu.domains.registry.results import ImportResult
from bangfu.foundation import audit
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.intake import selectors as batches
from bangfu.foundation.intake import services as intake
from bangfu.foundation.intake.domain import ISSUES_KEPT, BatchRecord, BatchState
from bangfu.kernel.errors import BangfuError, NotAllowed, Refused
from bangfu.kernel.region import COUNTY, RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.uuid7 import uuid7

DATASET = columns.HOUSEHOLD
IMPORT_JOB = "registry.import"
COMMIT_JOB = "registry.commit"


def _unwatched(done: int, total: int, message: str) -> None:
    """Progress that nobody watches."""


def _uncancelled() -> None:
    """Cancellation that nobody asks for."""


def import_households(
    *,
    scope: Scope,
    at: datetime,
    file: Path,
    region: RegionCode,
    as_of: date,
    commit: bool = False,
    file_name: str | None = None,
    file_id: UUID | None = None,
    job_id: UUID | None = None,
    progress: Progress = _unwatched,
    check_cancelled: Callable[[], None] = _uncancelled,
) -> ImportResult:
    """Read a list of households of `region`, right as of the day `as_of`; with `commit` use it.

    `region` may be any place of the scope from province to village. The answer says what became
    of the file: STAGED, COMMITTED, REFUSED with reasons, or CANCELLED with `duplicate_of` when the
    same file is in force already (F16). Rows of other places are counted and nothing else (F17);
    good households are staged though others are bad (F20).
    Raises NotAllowed outside the scope; Refused E-REGISTRY-AS-OF-FUTURE.
    """
    require(scope, "REGISTRY_IMPORT")
    if not scope.covers(region):
        raise NotAllowed("E-ACCESS-REGION")
    if as_of > timezone.localdate(at):
        raise Refused("E-REGISTRY-AS-OF-FUTURE", as_of=as_of.isoformat())
    sm3, size = sm3_of(file)
    batch = intake.open_batch(
        scope=scope,
        at=at,
        dataset=DATASET,
        region=region,
        file=intake.IncomingFile(file_name or file.name, size, sm3, file_id),
        as_of=as_of,
        job_id=job_id,
    )
    if batch.duplicate_of is not None:
        return result_of(scope, batch)
    request = Request(scope, at, file, region, as_of, batch, progress, check_cancelled)
    try:
        result = _stage_or_refuse(request)
        if commit and result.state == BatchState.STAGED:
            return commit_batch(
                scope=scope,
                at=at,
                batch_id=batch.id,
                progress=progress,
                check_cancelled=check_cancelled,
            )
    except BaseException as error:
        _give_up(request, error)
        raise
    return result


def _stage_or_refuse(request: Request) -> ImportResult:
    try:
        checked = check_file(request)
    except Refused as error:
        return _refuse(request, [{"code": error.code, "params": error.params}])
    if not checked.good:
        outside = checked.counts["outside"]
        if outside and outside == checked.counts["households"]:
            reason = {"code": "E-REGISTRY-ALL-OUTSIDE", "params": {"count": outside}}
        else:
            reason = {"code": "E-REGISTRY-NO-GOOD-HOUSEHOLD", "params": {}}
        return _refuse(request, [reason], checked)
    request.step("staging")
    path = staging.path_of(Path(settings.BANGFU_HOME), request.batch.id)
    staging.save(staging.stage(checked.file, checked.good, checked.places), path)
    request.step("marking")
    batch = intake.record_staging(
        scope=request.scope,
        at=request.at,
        batch_id=request.batch.id,
        counts=checked.counts,
        mapping=checked.file.mapping(),
        issues=_issues(checked),
        staged_path=str(path.relative_to(settings.BANGFU_HOME)),
        error_file_id=save_workbook(request.scope, request.batch, checked),
        detail={"repairs": repairs(checked.file), "warnings": warnings(checked.file)},
    )
    return result_of(request.scope, batch)


def _refuse(
    request: Request, errors: list[dict[str, Any]], checked: Checked | None = None
) -> ImportResult:
    batch = intake.refuse(
        scope=request.scope,
        at=request.at,
        batch_id=request.batch.id,
        errors=errors,
        counts=checked.counts if checked else None,
        mapping=checked.file.mapping() if checked else None,
        issues=_issues(checked) if checked else None,
        error_file_id=save_workbook(request.scope, request.batch, checked) if checked else None,
    )
    return result_of(request.scope, batch)


def _issues(checked: Checked) -> list[dict[str, Any]]:
    members = describe_issues(
        checked.file.members,
        checked.member_issues,
        columns.types_of(columns.MEMBER),
        ISSUES_KEPT,
    )
    households = describe_issues(
        checked.file.households,
        checked.household_issues,
        columns.types_of(columns.HOUSEHOLD),
        ISSUES_KEPT,
    )
    return sorted([*members, *households], key=lambda issue: issue["row"])[:ISSUES_KEPT]


def _give_up(request: Request, error: BaseException) -> None:
    """Leave nothing half behind when the work was cancelled or broke."""
    staging.remove(staging.path_of(Path(settings.BANGFU_HOME), request.batch.id))
    current = batches.get_batch(request.scope, request.batch.id)
    if current.state in (BatchState.RECEIVED, BatchState.STAGED):
        code = error.code if isinstance(error, BangfuError) else type(error).__name__
        intake.cancel(scope=request.scope, at=request.at, batch_id=request.batch.id, reason=code)


def commit_batch(
    *,
    scope: Scope,
    at: datetime,
    batch_id: UUID,
    progress: Progress = _unwatched,
    check_cancelled: Callable[[], None] = _uncancelled,
) -> ImportResult:
    """Put a staged list in force (生效): all of it or nothing, one transaction, one audit row.

    New rows are added, differing ones updated with the old kept as a version, equal ones noted as
    confirmed. What the register knows from a later day stays. People who belong to another
    household by now, and what collides with rows outside the scope, are listed under `held`.
    Raises NotFound; Conflict E-INTAKE-STATE, E-INTAKE-DUPLICATE, E-REGISTRY-STAGED-GONE.
    """
    require(scope, "REGISTRY_IMPORT")
    with activate(scope), transaction.atomic():
        batch = intake.lock_for_commit(scope=scope, batch_id=batch_id)
        if batch.duplicate_of is not None:
            return result_of(scope, batch)
        path = Path(settings.BANGFU_HOME) / batch.staged_path
        merged = _merge(scope, at, batch, path, progress, check_cancelled)
        done = intake.mark_committed(
            scope=scope, at=at, batch_id=batch.id, counts={**batch.counts, **merged.counts}
        )
        audit.record(
            scope,
            "registry.households.imported",
            at=at,
            subject_kind="registry.batch",
            subject_id=str(batch.id),
            region_code=batch.region_code,
            detail={"sm3": batch.file_sm3, "as_of": str(batch.as_of), "counts": merged.counts},
        )
        transaction.on_commit(lambda: staging.remove(path))
    progress(len(STEPS) - 1, len(STEPS) - 1, "done")
    return result_of(scope, done, merged)


def _merge(
    scope: Scope,
    at: datetime,
    batch: BatchRecord,
    path: Path,
    progress: Progress,
    check_cancelled: Callable[[], None],
) -> Merged:
    as_of = batch.as_of
    assert as_of is not None, "a list of households always has its day"
    region = RegionCode(batch.region_code)

    def on_step(name: str) -> None:
        check_cancelled()
        progress(STEPS.index(name), len(STEPS) - 1, name)

    def source_of(county: str) -> UUID:
        return _add_source(scope, at, batch, as_of, county)

    staged = staging.load(path)
    stamp = Stamp(as_of=as_of, at=at, by=scope.actor.label[:120])
    with connection.cursor() as cursor:
        return Merger(cursor, stamp, on_step=on_step).run(staged, region.bounds, source_of)


def _add_source(scope: Scope, at: datetime, batch: BatchRecord, as_of: date, county: str) -> UUID:
    region = RegionCode(batch.region_code)
    place = region if region.level >= COUNTY else RegionCode.parse(county)
    source = Source.objects.create(
        id=uuid7(),
        region_code=str(place),
        kind=SourceKind.FILE,
        label=batch.file_name,
        file_sm3=batch.file_sm3,
        batch_id=batch.id,
        as_of=as_of,
        committed_at=at,
        committed_by=scope.actor.label[:120],
    )
    return source.id


def cancel_batch(*, scope: Scope, at: datetime, batch_id: UUID, reason: str = "") -> ImportResult:
    """Give up a staged list; its staged data are removed. Raises NotFound, Conflict."""
    require(scope, "REGISTRY_IMPORT")
    with activate(scope), transaction.atomic():
        staged = batches.get_batch(scope, batch_id)
        done = intake.cancel(scope=scope, at=at, batch_id=batch_id, reason=reason)
        path = staging.path_of(Path(settings.BANGFU_HOME), staged.id)
        transaction.on_commit(lambda: staging.remove(path))
    return result_of(scope, done)


def result_of(scope: Scope, batch: BatchRecord, merged: Merged | None = None) -> ImportResult:
    """Return what is known of an import from its batch and, right after it, from the merge."""
    found = merged or Merged()
    return ImportResult(
        state=str(batch.state),
        region_code=batch.region_code,
        as_of=batch.as_of or date.min,
        batch_id=batch.id,
        duplicate_of=batch.duplicate_of,
        is_committed=batch.state == BatchState.COMMITTED,
        counts=batch.counts,
        mapping=batch.mapping,
        repairs=batch.detail.get("repairs", {}),
        warnings=batch.detail.get("warnings", []),
        issues=batch.issues,
        errors=batch.errors,
        error_file_id=batch.error_file_id,
        missing=found.missing,
        held=found.held,
        older=found.older,
        renamed=found.renamed,
    )
