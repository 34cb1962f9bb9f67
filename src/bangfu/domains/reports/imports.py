"""Imports as the console sees them, whether of the register or of a department's data."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.db.models import Q
from ninja.files import UploadedFile

from bangfu.domains.feeds.domain import Manifest
from bangfu.domains.registry import services as registry
from bangfu.domains.reports.imports_schemas import ImportForm
from bangfu.domains.reports.imports_view import describe_batch, describe_pending
from bangfu.domains.reports.places import read_region
from bangfu.foundation import files, jobs
from bangfu.foundation.access.departments import covers_dataset, require_dataset
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.foundation.http.permits import demand
from bangfu.foundation.intake import selectors as batches
from bangfu.foundation.intake import services as intake
from bangfu.foundation.intake.domain import BatchRecord, BatchState, check_step
from bangfu.foundation.jobs.domain import JobRecord
from bangfu.foundation.sheets.templates import write_template
from bangfu.kernel.errors import InvalidValue, NotFound, Refused
from bangfu.kernel.period import Period
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import codelists, datasets
from bangfu.standards.datasets import Dataset

REGISTRY = ("registry/household", "registry/member")
AUTHORIZATION = "feeds/authorization"
ORIGINAL = "import.original"


def permission_for(dataset: str) -> str:
    """Return the permission that importing a dataset needs."""
    return "REGISTRY_IMPORT" if dataset in REGISTRY else "FEEDS_IMPORT"


def importable() -> list[Dataset]:
    """Return the contracts that a file can be handed in for, the list of households first.

    Members come with their households. Departments' lists follow, the ledger of papers last.
    """
    found = [one for one in datasets.list_datasets() if one.id != "registry/member"]
    return sorted(found, key=lambda one: (one.id not in REGISTRY, one.id == AUTHORIZATION, one.id))


def find_contract(dataset: str) -> Dataset:
    """Return a contract. Raises InvalidValue E-REPORTS-DATASET."""
    known = {one.id: one for one in datasets.list_datasets()}
    if dataset not in known:
        raise InvalidValue("E-REPORTS-DATASET", dataset=dataset[:80])
    return known[dataset]


def list_datasets(scope: Scope) -> list[dict[str, Any]]:
    """Return the contracts with their columns, and which of them the scope may import."""
    return [
        {
            "id": one.id,
            "title_zh": one.title["zh"],
            "title_en": one.title["en"],
            "department": one.department,
            **_owner(one),
            "basis": one.basis,
            "coverage": one.coverage,
            "cadence": one.cadence,
            "valid_months": one.valid_months,
            "has_period": one.coverage != "REGISTER",
            "may_import": _may(scope, one.id),
            "columns": [
                {
                    "name": column.name,
                    "zh": column.zh,
                    "en": column.en,
                    "type": column.type,
                    "required": column.required,
                    "unit": column.unit,
                    "code_list": column.code_list,
                    "synonyms": list(column.synonyms),
                }
                for column in one.columns
            ],
        }
        for one in importable()
    ]


def _owner(contract: Dataset) -> dict[str, str]:
    entry = codelists.get("department").by_code(contract.department.upper())
    zh, en = (entry.zh, entry.en) if entry else (contract.department, contract.department)
    return {"department_zh": zh, "department_en": en}


def make_template(dataset: str, language: str) -> bytes:
    """Return the template workbook of a dataset. Raises InvalidValue E-REPORTS-DATASET."""
    contract = find_contract(dataset)
    with scratch_folder() as folder:
        path = folder / "template.xlsx"
        write_template(path, contract, language=language)
        return path.read_bytes()


def start(*, scope: Scope, form: ImportForm, file: UploadedFile, at: datetime) -> dict[str, str]:
    """Keep the file and start the job that checks it.

    The batch is opened by the job; until then the import answers under the job's id.
    Raises NotAllowed, NotFound for a place outside the scope, InvalidValue.
    """
    contract = find_contract(form.dataset)
    demand(scope, permission_for(contract.id))
    require_dataset(scope, contract.id)
    region = read_region(scope, form.region)
    args: dict[str, Any] = {"region": str(region)}
    if contract.coverage != "REGISTER":
        if not form.period:
            raise InvalidValue("E-REPORTS-PERIOD", dataset=contract.title["zh"])
        period = Period.parse(form.period)
        args |= {"dataset": contract.id, "period": str(period)}
        args |= _handover(form, region, period)
    elif form.supersede or form.rows is not None or form.sums:
        raise InvalidValue("E-REPORTS-NO-MANIFEST", dataset=contract.title["zh"])
    elif contract.id in REGISTRY and form.as_of is None:
        raise InvalidValue("E-REPORTS-AS-OF")
    if form.as_of is not None:
        args["as_of"] = form.as_of.isoformat()
    name = Path(file.name or "file").name[:200]
    stored = files.save(scope, name, _content(file), ORIGINAL, at=at, region=region)
    args |= {"file_id": str(stored.id), "file_name": name}
    job = jobs.start(scope, _kind(contract.id, "import"), args, at=at)
    return {"batch_id": str(job.id), "job_id": str(job.id)}


def _handover(form: ImportForm, region: RegionCode, period: Period) -> dict[str, Any]:
    """Return what the sender says about a department's file, checked before the file is kept.

    Raises InvalidValue E-FEED-MANIFEST with the field at fault, Refused E-FEED-REASON.
    """
    found: dict[str, Any] = {}
    if form.supersede:
        if not form.reason.strip():
            raise Refused("E-FEED-REASON")
        found |= {"supersede": True, "reason": form.reason.strip()}
    if form.rows is None and not form.sums:
        return found
    said = {"dataset": form.dataset, "county": str(region), "period": str(period)}
    manifest = json.dumps({**said, "rows": form.rows, "sums": _sums(form.sums)})
    Manifest.parse(manifest)
    return {**found, "manifest": manifest}


def _sums(text: str | None) -> Any:
    """Read the totals; a number is kept by its digits, never through a binary float."""
    try:
        return json.loads(text or "{}", parse_float=str)
    except ValueError as error:
        raise InvalidValue("E-FEED-MANIFEST", field="sums") from error


def _content(file: UploadedFile) -> BinaryIO:
    if file.file is None:
        raise InvalidValue("E-API-INPUT")
    return cast(BinaryIO, file.file)


def _kind(dataset: str, step: str) -> str:
    if dataset == AUTHORIZATION:
        return f"authorizations.{step}"
    return f"registry.{step}" if dataset in REGISTRY else f"feeds.{step}"


def list_imports(scope: Scope, *, cursor: str | None, limit: int) -> dict[str, Any]:
    """Return the imports that the scope's permissions concern, newest first."""
    wanted = [one.id for one in datasets.list_datasets() if _may(scope, one.id)]
    page = batches.list_batches(scope, cursor=cursor, limit=limit, datasets=wanted)
    return {
        "items": [describe_batch(one, None, "zh") for one in page.items],
        "next_cursor": page.next_cursor,
    }


def _may(scope: Scope, dataset: str) -> bool:
    return permission_for(dataset) in scope.permissions and covers_dataset(scope, dataset)


def find_batch(scope: Scope, import_id: UUID) -> BatchRecord | None:
    """Return the batch of an import by its own id or by the id of the job that opened it."""
    with activate(scope):
        row = batches.visible(scope).filter(Q(id=import_id) | Q(job_id=import_id)).first()
    if row is None:
        return None
    if not _may(scope, row.dataset):
        raise NotFound("E-INTAKE-NOT-FOUND")
    return batches.to_record(row)


def get_import(scope: Scope, import_id: UUID, language: str) -> dict[str, Any]:
    """Return an import with what was found in its file. Raises NotFound."""
    batch = find_batch(scope, import_id)
    if batch is None:
        return describe_pending(_import_job(scope, import_id), language)
    job = jobs.find_job(scope, batch.job_id) if batch.job_id else None
    return describe_batch(batch, job, language)


def _import_job(scope: Scope, job_id: UUID) -> JobRecord:
    job = jobs.get_job(scope, job_id)
    area, _, step = job.kind.partition(".")
    wanted = "REGISTRY_IMPORT" if area == "registry" else "FEEDS_IMPORT"
    if step != "import" or wanted not in scope.permissions:
        raise NotFound("E-INTAKE-NOT-FOUND")
    return job


def _existing(scope: Scope, import_id: UUID) -> BatchRecord:
    batch = find_batch(scope, import_id)
    if batch is None:
        raise NotFound("E-INTAKE-NOT-FOUND")
    return batch


def commit(*, scope: Scope, batch_id: UUID, at: datetime) -> str:
    """Start the job that puts a staged import in force; return the job's id.

    Raises NotFound, Conflict E-INTAKE-STATE when it is not staged.
    """
    batch = _existing(scope, batch_id)
    check_step(batch.state, BatchState.COMMITTED)
    job = jobs.start(scope, _kind(batch.dataset, "commit"), {"batch_id": str(batch.id)}, at=at)
    return str(job.id)


def cancel(*, scope: Scope, batch_id: UUID, at: datetime) -> None:
    """Give up an import that is not in force yet. Raises Conflict E-INTAKE-STATE."""
    batch = _existing(scope, batch_id)
    if batch.dataset in REGISTRY:
        registry.cancel_batch(scope=scope, at=at, batch_id=batch.id)
    else:
        intake.cancel(scope=scope, at=at, batch_id=batch.id)


def open_error_workbook(scope: Scope, batch_id: UUID) -> tuple[BinaryIO, str]:
    """Return the error workbook and its name. Raises NotFound when there is none."""
    batch = _existing(scope, batch_id)
    if batch.error_file_id is None:
        raise NotFound("E-REPORTS-FILE")
    return files.open_file(scope, batch.error_file_id), f"errors-{batch.id}.xlsx"
