"""The HTTP interface: assembles the routers and turns every refusal into one shape.

Errors that nobody foresaw are logged with the request's number and without personal data.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from bangfu.domains.assistance.api import router as pairings_router
from bangfu.domains.changes.api import router as changes_router
from bangfu.domains.changes.ports import Ports as ChangePorts
from bangfu.domains.feeds.api import router as feeds_router
from bangfu.domains.feeds.feedback_api import router as feedback_router
from bangfu.domains.monitoring.api import router as proceedings_router
from bangfu.domains.monitoring.cases.api import router as cases_router
from bangfu.domains.monitoring.cases.batches_api import router as batches_router
from bangfu.domains.monitoring.cases.notices_api import router as notices_router
from bangfu.domains.monitoring.clues.api import router as clues_router
from bangfu.domains.monitoring.villagelists.api import router as village_lists_router
from bangfu.domains.quality.api import router as quality_router
from bangfu.domains.reconciliation.api import router as reconciliation_router
from bangfu.domains.reports.api import router as reports_router
from bangfu.domains.reports.desk_api import router as desk_router
from bangfu.domains.reports.imports_api import router as imports_router
from bangfu.domains.reports.learning_api import router as learning_router
from bangfu.domains.rounds.api import router as rounds_router
from bangfu.domains.rounds.corrections import refuse_locked_figure
from bangfu.domains.rounds.window_api import router as windows_router
from bangfu.domains.screening import selectors as screening
from bangfu.domains.screening.api import router as screening_router
from bangfu.foundation.accounts import api as accounts
from bangfu.foundation.accounts.administration_api import router as administration_router
from bangfu.foundation.accounts.guarding_api import router as guarding_router
from bangfu.foundation.accounts.sign_in_api import router as sign_in_router
from bangfu.foundation.exports.api import router as exports_router
from bangfu.foundation.http import storage
from bangfu.foundation.http.parsing import StrictParser
from bangfu.foundation.http.permits import NotSignedIn, PermissionMissing
from bangfu.foundation.http.schemas import REFUSED_WITH, ErrorOut
from bangfu.foundation.inspection.api import router as audit_router
from bangfu.foundation.jobs.api import router as jobs_router
from bangfu.foundation.logs.lines import describe
from bangfu.foundation.notifications.api import router as messages_router
from bangfu.foundation.regions.api import router as regions_router
from bangfu.integrations.sso.api import router as sso_router
from bangfu.kernel.errors import BangfuError, Conflict, NotAllowed, NotFound
from bangfu.server import health
from bangfu.server.lines import income_line
from bangfu.server.refusals import refuse

log = logging.getLogger("bangfu.api")


class BangfuAPI(NinjaAPI):
    """Operation ids are the function names: they are unique, and the client reads well."""

    def get_openapi_operation_id(self, operation: Any) -> str:
        return str(operation.view_func.__name__)

    def get_openapi_schema(self, *arguments: Any, **options: Any) -> Any:
        """Return the description; what every request may be refused with stands at every route,
        for those too that answer with a file."""
        found = super().get_openapi_schema(*arguments, **options)
        shapes = found.setdefault("components", {}).setdefault("schemas", {})
        shapes.setdefault("ErrorOut", ErrorOut.json_schema())
        refused = {"$ref": "#/components/schemas/ErrorOut"}
        answer = {"description": "Refused", "content": {"application/json": {"schema": refused}}}
        for methods in found["paths"].values():
            for operation in methods.values():
                stated = {str(code): one for code, one in operation["responses"].items()}
                for status in REFUSED_WITH:
                    stated.setdefault(str(status), answer)
                operation["responses"] = stated
        return found


api = BangfuAPI(
    title="Bangfu",
    version="1",
    description="帮扶 Bangfu",
    docs_url=None,
    openapi_url=None,
    parser=StrictParser(),
)
for _router in (
    health.router,
    accounts.router,
    sign_in_router,
    sso_router,
    regions_router,
    changes_router,
    pairings_router,
    feeds_router,
    feedback_router,
    reports_router,
    desk_router,
    learning_router,
    imports_router,
    reconciliation_router,
    rounds_router,
    windows_router,
    screening_router,
    quality_router,
    proceedings_router,
    clues_router,
    village_lists_router,
    cases_router,
    notices_router,
    batches_router,
    jobs_router,
    administration_router,
    guarding_router,
    exports_router,
    audit_router,
    messages_router,
):
    api.add_router("", _router)

accounts.Ports.latest_period = staticmethod(screening.find_latest_period)
ChangePorts.income_line = staticmethod(income_line)
ChangePorts.refuse_locked = staticmethod(refuse_locked_figure)


# A right that the post lacks is said; that something lies elsewhere is not.
_TOLD_AS_FORBIDDEN = frozenset(
    {
        "E-ACCESS-PERMISSION",
        "E-ACCESS-RULE-CLOSED",
        "E-ACCESS-DEPARTMENT",
        "E-PROCEDURE-STEP-OTHERS",
        "E-MONITORING-LEVEL",
    }
)


def _on_bangfu_error(request: HttpRequest, error: Any) -> HttpResponse:
    assert isinstance(error, BangfuError)
    if isinstance(error, NotSignedIn):
        return refuse(request, 401, error.code)
    if isinstance(error, PermissionMissing) or error.code in _TOLD_AS_FORBIDDEN:
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
    # ninja wraps whatever a parser raises.
    if isinstance(error.__cause__, BangfuError):
        return _on_bangfu_error(request, error.__cause__)
    if isinstance(error.__cause__, ValidationError):
        return _on_invalid(request, error.__cause__)
    status = error.status_code
    code = {403: "E-API-CSRF", 404: "E-API-NOT-FOUND"}.get(status, "E-API-REQUEST")
    return refuse(request, status, code)


def _on_unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error, RequestDataTooBig):
        return refuse(request, 413, "E-API-SIZE")
    return refuse(request, 400, "E-API-REQUEST")


def _on_unknown(request: HttpRequest, error: Any) -> HttpResponse:
    # The text of an exception may quote data; its kind and places are enough to find the fault.
    number, found = getattr(request, "request_id", ""), json.dumps(describe(error))
    log.error("request %s failed: %s", number, found)
    if storage.is_full(error):
        return refuse(request, 507, "E-API-STORAGE")
    return refuse(request, 500, "E-API-FAULT")


api.add_exception_handler(BangfuError, _on_bangfu_error)
api.add_exception_handler(Http404, _on_missing)
api.add_exception_handler(ValidationError, _on_invalid)
api.add_exception_handler(HttpError, _on_http_error)
for _kind in (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError):
    api.add_exception_handler(_kind, _on_unreadable)
api.add_exception_handler(Exception, _on_unknown)
