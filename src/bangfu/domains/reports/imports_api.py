"""Routes of datasets and imports: hand in a file, see what was found, commit or cancel it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from bangfu.domains.reports import imports
from bangfu.domains.reports.imports_schemas import (
    DatasetOut,
    ImportForm,
    ImportList,
    ImportOut,
    ImportStarted,
)
from bangfu.foundation.exports.sending import send
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import Permit, scope_of
from bangfu.foundation.http.schemas import REFUSALS
from bangfu.foundation.jobs.schemas import JobStarted

router = Router(tags=["imports"])

IMPORTERS = ("REGISTRY_IMPORT", "FEEDS_IMPORT")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY = {
    "responses": {200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}}
}


@router.get(
    "/datasets",
    auth=Permit(*IMPORTERS, "REGISTRY_READ"),
    response={200: list[DatasetOut], **REFUSALS},
)
def list_datasets(request: HttpRequest) -> Any:
    """Return the dataset contracts, and which of them the active post may import."""
    return imports.list_datasets(scope_of(request))


@router.get(
    "/datasets/{department}/{table}/template.xlsx",
    auth=Permit(*IMPORTERS),
    openapi_extra=BINARY,
)
def get_template(request: HttpRequest, department: str, table: str) -> Any:
    """Return the empty workbook of a dataset, with notes, drop-downs and an example."""
    content = imports.make_template(f"{department}/{table}", language_of(request))
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{department}-{table}.xlsx"'
    return response


@router.post("/imports", auth=Permit(*IMPORTERS), response={202: ImportStarted, **REFUSALS})
def start_import(request: HttpRequest, form: Form[ImportForm], file: File[UploadedFile]) -> Any:
    """Hand in a file; a job reads and checks it. Nothing is in force until it is committed."""
    started = imports.start(scope=scope_of(request), form=form, file=file, at=timezone.now())
    return Status(202, started)


@router.get("/imports", auth=Permit(*IMPORTERS), response={200: ImportList, **REFUSALS})
def list_imports(
    request: HttpRequest,
    cursor: str | None = Query(None, max_length=60),
    limit: int = Query(30, ge=1, le=100),
) -> Any:
    """Return the imports of the scope, newest first."""
    return imports.list_imports(scope_of(request), cursor=cursor, limit=limit)


@router.get("/imports/{batch_id}", auth=Permit(*IMPORTERS), response={200: ImportOut, **REFUSALS})
def get_import(request: HttpRequest, batch_id: UUID) -> Any:
    """Return one import: mapping, counts, the first issues, its job."""
    return imports.get_import(scope_of(request), batch_id, language_of(request))


@router.post(
    "/imports/{batch_id}/commit",
    auth=Permit(*IMPORTERS),
    response={202: JobStarted, **REFUSALS},
)
def commit_import(request: HttpRequest, batch_id: UUID) -> Any:
    """Put the good rows of a staged import in force."""
    job_id = imports.commit(scope=scope_of(request), batch_id=batch_id, at=timezone.now())
    return Status(202, {"job_id": job_id})


@router.post(
    "/imports/{batch_id}/cancel",
    auth=Permit(*IMPORTERS),
    response={200: ImportOut, **REFUSALS},
)
def cancel_import(request: HttpRequest, batch_id: UUID) -> Any:
    """Give up a staged import; nothing of it will be in force."""
    scope = scope_of(request)
    imports.cancel(scope=scope, batch_id=batch_id, at=timezone.now())
    return imports.get_import(scope, batch_id, language_of(request))


@router.get("/imports/{batch_id}/errors.xlsx", auth=Permit(*IMPORTERS), openapi_extra=BINARY)
def get_error_workbook(request: HttpRequest, batch_id: UUID) -> Any:
    """Return the bad rows as a workbook: the cell marked, the reason and remedy beside it."""
    stream, name = imports.open_error_workbook(scope_of(request), batch_id)
    return send(request, stream, file_name=name, content_type=XLSX)
