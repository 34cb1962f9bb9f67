"""The first half of an import: from a file to a staged Parquet file, or to a refusal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from django.utils import timezone

from bangfu.domains.feeds import lake
from bangfu.domains.feeds.checking import Checked, file_totals, read_feed
from bangfu.domains.feeds.domain import Reason, check_people, check_totals
from bangfu.domains.feeds.landing import LakeRows, to_lake
from bangfu.domains.feeds.preview import compare, compared_with
from bangfu.domains.feeds.results import ImportResult, Request
from bangfu.domains.feeds.selectors import list_landings
from bangfu.domains.registry import selectors as registry
from bangfu.foundation import files
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.foundation.intake import services as intake
from bangfu.foundation.intake.domain import ISSUES_KEPT, BatchRecord
from bangfu.foundation.sheets import annotation
from bangfu.foundation.sheets.types import CellIssue, RawSheet, SheetMapping
from bangfu.kernel.errors import Refused
from bangfu.kernel.masks import mask_account, mask_id, mask_name, mask_phone
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards.datasets import Dataset

STEPS = ("reading", "matching", "checking", "tokens", "writing", "marking")
# A parameter at least this long may be the ID number or the phone itself.
SHORTEST_NUMBER = 7
_MASKS = {
    "id_number": mask_id,
    "name": mask_name,
    "phone": mask_phone,
    "account": mask_account,
}


def digest(path: Path) -> tuple[dict[str, str], int]:
    """Return the SM3 and SHA-256 of a file as lower-case hex, and its size in bytes."""
    running = {"sm3": hashes.Hash(hashes.SM3()), "sha256": hashes.Hash(hashes.SHA256())}
    size = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            size += len(block)
            for each in running.values():
                each.update(block)
    return {name: each.finalize().hex() for name, each in running.items()}, size


def refuse(request: Request, reasons: list[Reason], checked: Checked | None = None) -> ImportResult:
    """Refuse the file whole; if it was read, with its counts and an error workbook."""
    mapping = counts = issues = error_file = None
    if checked is not None:
        counts, mapping = checked.counts(), checked.mapping.as_dict()
        issues = describe_issues(request.contract, checked.sheet.issues)
        error_file = _error_workbook(request, checked)
    batch = intake.refuse(
        scope=request.scope,
        at=request.at,
        batch_id=request.batch.id,
        errors=[reason.as_dict() for reason in reasons],
        counts=counts,
        mapping=mapping,
        issues=issues,
        error_file_id=error_file,
    )
    return ImportResult.of(batch)


def read_and_stage(request: Request) -> ImportResult:
    """Read, check, compare with the manifest, and write the good rows where they wait."""
    try:
        checked = read_feed(
            request.file,
            request.contract,
            period=request.period,
            today=timezone.localdate(request.at),
            step=lambda name: _step(request, name),
        )
    except Refused as error:
        return refuse(request, [Reason(error.code, error.params)])
    totals = file_totals(request.contract, checked)
    reasons = list(checked.reasons)
    if request.manifest is not None:
        reasons += check_totals(request.manifest, len(checked.sheet), totals)
    if reasons:
        return refuse(request, reasons, checked)
    return _stage(request, checked)


def _stage(request: Request, checked: Checked) -> ImportResult:
    _step(request, "tokens")
    rows = to_lake(
        request.contract,
        checked,
        period=request.period,
        batch_id=request.batch.id,
        as_of=request.as_of,
    )
    known = registry.known_tokens(request.scope, request.region)
    matched = sum(token in known for token in rows.row_tokens)
    strangers = check_people(len(rows.row_tokens), matched, len(known))
    if strangers:
        return refuse(request, strangers, checked)
    _step(request, "writing")
    path = lake.staged_path(request.batch.id)
    lake.write_parquet(lake.lake_root() / path, rows.table)
    digests, _ = digest(lake.lake_root() / path)
    _step(request, "marking")
    landed = rows.table.num_rows
    unmatched = landed - matched
    changes = _preview(request, rows)
    facts = {
        "as_of": request.as_of.isoformat(),
        "content_sm3": digests["sm3"],
        "rows": landed,
        "matched": matched,
        "unmatched": unmatched,
        "sums": landed_sums(request.contract, checked),
    }
    batch = intake.record_staging(
        scope=request.scope,
        at=request.at,
        batch_id=request.batch.id,
        counts={
            **checked.counts(),
            "landed": landed,
            "matched": matched,
            "unmatched": unmatched,
            **changes,
        },
        mapping=checked.mapping.as_dict(),
        issues=describe_issues(request.contract, checked.sheet.issues),
        staged_path=path,
        error_file_id=_error_workbook(request, checked),
        detail={
            "landing": facts,
            "supersede": request.supersede,
            "reason": request.reason,
            "warnings": _warnings(checked),
        },
    )
    return ImportResult.of(batch)


def _warnings(checked: Checked) -> list[dict[str, Any]]:
    """Return what is odd without being wrong, such as amounts that look like 万元 (F21)."""
    return [{"code": found.code, "params": found.params} for found in checked.sheet.warnings]


def _preview(request: Request, rows: LakeRows) -> dict[str, int]:
    """Count the people whom the file would add, change, leave as they are, or no longer list."""
    live = list_landings(request.scope, county=request.region, dataset=request.contract.id)
    earlier = compared_with(request.contract, live, request.period)
    return compare(rows.table, lake.lake_root() / earlier.path if earlier else None)


def landed_sums(contract: Dataset, checked: Checked) -> dict[str, str]:
    """Return the exact totals of the money columns over the rows that land, in yuan."""
    kept = checked.kept
    sums = {}
    for column in contract.columns:
        values = checked.sheet.columns.get(column.name)
        if column.type == "money" and values is not None:
            sums[column.name] = f"{sum(values[i] for i in kept if values[i] is not None):.2f}"
    return sums


def describe_issues(
    contract: Dataset, issues: list[CellIssue], limit: int = ISSUES_KEPT
) -> list[dict[str, Any]]:
    """Return the first row findings for the screen; the value is masked or left out."""
    types = {column.name: column.type for column in contract.columns}
    return [
        {
            "row": issue.row_no,
            "column": issue.column,
            "code": issue.code,
            "params": _safe_params(types.get(issue.column, ""), issue.params),
            "value_masked": _masked(types.get(issue.column, ""), issue.value),
        }
        for issue in issues[:limit]
    ]


def _safe_params(kind: str, params: dict[str, object]) -> dict[str, str]:
    """Return what the text of a finding needs, with anything that repeats the value masked."""
    return {
        name: _masked(kind, value) if len(str(value)) >= SHORTEST_NUMBER else str(value)
        for name, value in params.items()
    }


def _masked(kind: str, value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    if kind in _MASKS:
        return _MASKS[kind](text)
    return text if len(text) <= 40 else text[:40] + "…"


def _error_workbook(request: Request, checked: Checked) -> UUID | None:
    return save_error_workbook(
        request.scope,
        request.at,
        request.batch,
        checked.raw,
        checked.mapping,
        checked.sheet.issues,
    )


def save_error_workbook(
    scope: Scope,
    at: datetime,
    batch: BatchRecord,
    raw: RawSheet,
    mapping: SheetMapping,
    issues: list[CellIssue],
) -> UUID | None:
    """Keep the bad rows, marked cell by cell, as a stored file; None when there are none."""
    if not issues:
        return None
    name = f"{Path(batch.file_name).stem}-待修改.xlsx"
    with scratch_folder() as folder:
        path = folder / "errors.xlsx"
        annotation.write_error_workbook(path, raw, mapping, issues, only_bad_rows=True)
        region = RegionCode(batch.region_code)
        return files.save(scope, name, path, "import.errors", at=at, region=region).id


def _step(request: Request, name: str) -> None:
    request.check_cancelled()
    request.progress(STEPS.index(name), len(STEPS), name)
