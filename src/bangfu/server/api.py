"""The HTTP interface: assembles the routers and turns every refusal into one shape.

What does not exist and what lies outside the scope get the same answer, byte for byte but for the
request's number. Errors that nobody foresaw are logged with that number and without personal data.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from bangfu.domains.changes.api import router as changes_router
from bangfu.domains.changes.ports import Ports as ChangePorts
from bangfu.domains.feeds.api import router as feeds_router
from bangfu.domains.feeds.feedback_api import router as feedback_router
from bangfu.domains.quality.api import router as quality_router
from bangfu.domains.reconciliation.api import router as reconciliation_router
from bangfu.domains.reports.api import router as reports_router
from bangfu.domains.reports.imports_api import router as imports_router
from bangfu.domains.screening import selectors as screening
from bangfu.domains.screening.api import router as screening_router
from bangfu.foundation.accounts import api as accounts
from bangfu.foundation.http.language import language_of
from bangfu.foundation.http.permits import NotSignedIn, PermissionMissing
from bangfu.foundation.jobs.api import router as jobs_router
from bangfu.foundation.regions.api import router as regions_router
from bangfu.kernel.errors import BangfuError, Conflict, NotAllowed, NotFound
from bangfu.server import health
from bangfu.server.lines import income_line
from bangfu.standards import errors

log = logging.getLogger("bangfu.api")


class BangfuAPI(NinjaAPI):
    """Operation ids are the function names: they are unique, and the client reads well."""

    def get_openapi_operation_id(self, operation: Any) -> str:
        return str(operation.view_func.__name__)


api = BangfuAPI(
    title="Bangfu", version="1", description="帮扶 Bangfu", docs_url=None, openapi_url=None
)
for _router in (
    health.router,
    accounts.router,
    regions_router,
    changes_router,
    feeds_router,
    feedback_router,
    reports_router,
    imports_router,
    reconciliation_router,
    screening_router,
    quality_router,
    jobs_router,
):
    api.add_router("", _router)

accounts.Ports.latest_period = staticmethod(screening.find_latest_period)
ChangePorts.income_line = staticmethod(income_line)


def refuse(
    request: HttpRequest,
    status: int,
    code: str,
    params: dict[str, Any] | None = None,
    fields: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    """Return the one shape of a refusal, in the reader's language."""
    text = errors.text(code, params or {}, language_of(request))
    body: dict[str, Any] = {
        "code": code,
        "message": text.message,
        "remedy": text.remedy,
        "request_id": getattr(request, "request_id", ""),
    }
    if fields is not None:
        body["fields"] = fields
    return api.create_response(request, body, status=status)


def _on_bangfu_error(request: HttpRequest, error: Any) -> HttpResponse:
    assert isinstance(error, BangfuError)
    if isinstance(error, NotSignedIn):
        return refuse(request, 401, error.code)
    if isinstance(error, PermissionMissing) or error.code == "E-ACCESS-PERMISSION":
        return refuse(request, 403, error.code, error.params)
    if isinstance(error, NotFound | NotAllowed):
        return refuse(request, 404, "E-API-NOT-FOUND")
    status = 409 if isinstance(error, Conflict) else 400
    return refuse(request, status, error.code, error.params)


def _on_missing(request: HttpRequest, error: Any) -> HttpResponse:
    return refuse(request, 404, "E-API-NOT-FOUND")


def _on_invalid(request: HttpRequest, error: Any) -> HttpResponse:
    # The rejected input itself is not echoed: it may be somebody's ID number.
    fields = [
        {"at": [str(part) for part in one["loc"]], "kind": one["type"]} for one in error.errors
    ]
    return refuse(request, 422, "E-API-INPUT", fields=fields)


def _on_http_error(request: HttpRequest, error: Any) -> HttpResponse:
    status = error.status_code
    code = {403: "E-API-CSRF", 404: "E-API-NOT-FOUND"}.get(status, "E-API-REQUEST")
    return refuse(request, status, code)


def _on_unknown(request: HttpRequest, error: Any) -> HttpResponse:
    # The text of an exception may quote data; its kind and place are enough to find the fault.
    places = traceback.extract_tb(error.__traceback__)[-6:]
    log.error(
        "request %s failed: %s at %s",
        getattr(request, "request_id", ""),
        type(error).__name__,
        " < ".join(f"{place.filename}:{place.lineno}" for place in reversed(places)),
    )
    return refuse(request, 500, "E-API-FAULT")


api.add_exception_handler(BangfuError, _on_bangfu_error)
api.add_exception_handler(Http404, _on_missing)
api.add_exception_handler(ValidationError, _on_invalid)
api.add_exception_handler(HttpError, _on_http_error)
api.add_exception_handler(Exception, _on_unknown)
