"""The ledger of signed authorisations (承诺授权书): import, list, revoke.

Asset data of a person are compared only while a paper is in force. The ledger keeps the paper's
number, dates and witness; ID number and name are encrypted; a handprint is never kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bangfu.domains.feeds.models import Authorization
from bangfu.domains.feeds.results import ImportResult
from bangfu.domains.feeds.staging import describe_issues, digest, save_error_workbook
from bangfu.domains.registry import selectors as registry
from bangfu.foundation import audit, files
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate, in_scope
from bangfu.foundation.crypto.tokens import tokens
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.foundation.intake import selectors as batches
from bangfu.foundation.intake import services as intake
from bangfu.foundation.intake.domain import BatchRecord, BatchState
from bangfu.foundation.sheets import matching, reader, validation
from bangfu.foundation.sheets.types import RawSheet, SheetMapping, ValidatedSheet
from bangfu.kernel.errors import NotFound, Refused
from bangfu.kernel.masks import mask_id, mask_name
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import datasets

DATASET = "feeds/authorization"
CHANGEABLE = ("signed_on", "expires_on", "witness")
WRITTEN_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class _Read:
    raw: RawSheet
    mapping: SheetMapping
    sheet: ValidatedSheet


def import_authorizations(
    *,
    scope: Scope,
    at: datetime,
    file: Path,
    region: RegionCode,
    commit: bool = False,
    file_name: str | None = None,
    file_id: UUID | None = None,
    job_id: UUID | None = None,
) -> ImportResult:
    """Check a list of papers; with `commit` write them: new ones, changed ones, nothing else.

    The counts say new, changed, unchanged, bad, matched and unmatched (people in the register or
    not). A paper is known by person and number; the same file again changes nothing.
    """
    require(scope, "FEEDS_IMPORT")
    digests, size = digest(file)
    batch = intake.open_batch(
        scope=scope,
        at=at,
        dataset=DATASET,
        region=region,
        file=intake.IncomingFile(file_name or file.name, size, digests["sm3"], file_id),
        as_of=timezone.localdate(at),
        job_id=job_id,
    )
    if batch.duplicate_of is not None:
        return ImportResult.of(batch)
    try:
        found = _read(file, at)
    except Refused as error:
        errors = [{"code": error.code, "params": error.params}]
        return ImportResult.of(intake.refuse(scope=scope, at=at, batch_id=batch.id, errors=errors))
    staged = _stage(scope, at, batch, region, found)
    if not commit or staged.state != BatchState.STAGED:
        return ImportResult.of(staged)
    return _write(scope, at, staged, found.sheet)


def commit_authorizations(*, scope: Scope, at: datetime, batch_id: UUID) -> ImportResult:
    """Write a staged list, read again from the stored file. Raises Refused E-INTAKE-STATE."""
    require(scope, "FEEDS_IMPORT")
    batch = batches.get_batch(scope, batch_id)
    if batch.file_id is None:
        raise Refused("E-INTAKE-STATE", state=str(batch.state), wanted="COMMITTED")
    with scratch_folder() as folder:
        path = folder / f"file{Path(batch.file_name).suffix.lower()}"
        files.copy_file(scope, batch.file_id, path)
        return _write(scope, at, batch, _read(path, at).sheet)


def _read(file: Path, at: datetime) -> _Read:
    contract = datasets.get(DATASET)
    raw, mapping = matching.find_sheet(reader.read_workbook(file), contract)
    sheet = validation.validate_rows(raw, mapping, contract, today=timezone.localdate(at))
    return _Read(raw, mapping, sheet)


def _stage(
    scope: Scope, at: datetime, batch: BatchRecord, region: RegionCode, found: _Read
) -> BatchRecord:
    issues = found.sheet.issues
    counts = found.sheet.counts()
    workbook = save_error_workbook(scope, at, batch, found.raw, found.mapping, issues)
    described = describe_issues(datasets.get(DATASET), issues)
    if not counts["good"]:
        return intake.refuse(
            scope=scope,
            at=at,
            batch_id=batch.id,
            errors=[{"code": "E-FEED-NO-GOOD-ROW", "params": {"rows": counts["rows"]}}],
            counts=counts,
            mapping=found.mapping.as_dict(),
            issues=described,
            error_file_id=workbook,
        )
    good = _papers(found.sheet)
    known = registry.known_tokens(scope, region)
    matched = sum(paper["person_token"] in known for paper in good)
    _, changes = _compare(scope, batch, good)
    return intake.record_staging(
        scope=scope,
        at=at,
        batch_id=batch.id,
        counts={**counts, **changes, "matched": matched, "unmatched": len(good) - matched},
        mapping=found.mapping.as_dict(),
        issues=described,
        error_file_id=workbook,
    )


def _papers(sheet: ValidatedSheet) -> list[dict[str, Any]]:
    rows = [row for _, row in sheet.iter_good_rows()]
    for row, token in zip(rows, tokens([row["id_number"] for row in rows]), strict=True):
        row["person_token"] = token
    return rows


def _compare(
    scope: Scope, batch: BatchRecord, papers: list[dict[str, Any]]
) -> tuple[list[tuple[Authorization | None, dict[str, Any]]], dict[str, int]]:
    """Pair each paper that differs from the ledger with its row there, and count the kinds."""
    with activate(scope):
        known = {
            (row.person_token, row.paper_no): row
            for row in in_scope(Authorization.objects.all(), scope).filter(
                region_code=batch.region_code,
                person_token__in=[paper["person_token"] for paper in papers],
            )
        }
    pairs: list[tuple[Authorization | None, dict[str, Any]]] = []
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    for paper in papers:
        row = known.get((paper["person_token"], paper["paper_no"]))
        if row is None:
            counts["new"] += 1
        elif any(getattr(row, name) != paper[name] for name in CHANGEABLE):
            counts["changed"] += 1
        else:
            counts["unchanged"] += 1
            continue
        pairs.append((row, paper))
    return pairs, counts


def _write(scope: Scope, at: datetime, batch: BatchRecord, sheet: ValidatedSheet) -> ImportResult:
    with activate(scope), transaction.atomic():
        locked = intake.lock_for_commit(scope=scope, batch_id=batch.id)
        if locked.duplicate_of is not None:
            return ImportResult.of(locked)
        pairs, counts = _compare(scope, locked, _papers(sheet))
        new = [
            Authorization(
                region_code=locked.region_code,
                person_token=paper["person_token"],
                id_number=paper["id_number"],
                person_name=paper["name"],
                paper_no=paper["paper_no"],
                batch_id=locked.id,
                recorded_at=at,
                **{name: paper[name] for name in CHANGEABLE},
            )
            for row, paper in pairs
            if row is None
        ]
        Authorization.objects.bulk_create(new, batch_size=WRITTEN_AT_ONCE)
        for row, paper in pairs:
            if row is not None:
                for name in CHANGEABLE:
                    setattr(row, name, paper[name])
                row.batch_id, row.recorded_at = locked.id, at
                row.save(update_fields=[*CHANGEABLE, "batch_id", "recorded_at"])
        done = intake.mark_committed(
            scope=scope, at=at, batch_id=locked.id, counts={**locked.counts, **counts}
        )
    return ImportResult.of(done)


def revoke_authorization(
    *, scope: Scope, at: datetime, paper_no: str, region: RegionCode, on: date, reason: str
) -> int:
    """End a paper on a day, for everybody who signed it; returns how many rows it ended.

    Raises Refused E-FEED-REASON, NotFound E-FEED-PAPER-NOT-FOUND.
    """
    require(scope, "FEEDS_IMPORT")
    if not reason.strip():
        raise Refused("E-FEED-REASON")
    lower, upper = region.bounds
    with activate(scope), transaction.atomic():
        ended = (
            in_scope(Authorization.objects.all(), scope)
            .filter(region_code__gte=lower, region_code__lt=upper)
            .filter(paper_no=paper_no, revoked_on__isnull=True)
            .update(revoked_on=on, revoked_reason=reason.strip(), recorded_at=at)
        )
        if not ended:
            raise NotFound("E-FEED-PAPER-NOT-FOUND", paper_no=paper_no)
        audit.record(
            scope,
            "feeds.authorization.revoked",
            at=at,
            subject_kind="feeds.authorization",
            subject_id=paper_no,
            region_code=str(region),
            detail={"rows": ended, "on": on.isoformat(), "reason": reason.strip()},
        )
    return ended


def list_authorizations(
    scope: Scope, region: RegionCode, *, on: date, limit: int = 200
) -> list[dict[str, Any]]:
    """Return papers of a region, newest signature first, masked, and whether each is live."""
    lower, upper = region.bounds
    with activate(scope):
        rows = list(
            in_scope(Authorization.objects.all(), scope)
            .filter(region_code__gte=lower, region_code__lt=upper)
            .order_by("-signed_on", "paper_no", "id")[:limit]
        )
    return [
        {
            "paper_no": row.paper_no,
            "name": mask_name(str(row.person_name)),
            "id_number": mask_id(str(row.id_number)),
            "signed_on": row.signed_on.isoformat(),
            "expires_on": row.expires_on.isoformat(),
            "witness": row.witness,
            "revoked_on": row.revoked_on.isoformat() if row.revoked_on else None,
            "live": row.signed_on <= on <= row.expires_on
            and (row.revoked_on is None or row.revoked_on > on),
        }
        for row in rows
    ]
