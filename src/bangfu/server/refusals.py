"""The one shape of a refusal, in the reader's language, and its row in the audit log.

What does not exist and what lies outside the scope get the same answer, byte for byte but for the
request's number.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone

from bangfu.foundation import audit
from bangfu.foundation.http.language import language_of
from bangfu.standards import errors

# Asked by every page before anybody has signed in: no refusal that an auditor looks for.
_ASKED_BEFORE_SIGN_IN = ("/api/v1/session", "/_allauth/browser/v1/auth/session")


def refuse(
    request: HttpRequest,
    status: int,
    code: str,
    params: dict[str, Any] | None = None,
    fields: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    """Return a refusal `{code, message, remedy, request_id}`, with `fields` for wrong input."""
    text = errors.text(code, params or {}, language_of(request))
    body: dict[str, Any] = {
        "code": code,
        "message": text.message,
        "remedy": text.remedy,
        "request_id": getattr(request, "request_id", ""),
    }
    if fields is not None:
        body["fields"] = fields
    if _is_for_the_audit_log(request, status):
        _record(request, status, code)
    written = json.dumps(body, ensure_ascii=False).encode()
    return HttpResponse(written, status=status, content_type="application/json; charset=utf-8")


def _is_for_the_audit_log(request: HttpRequest, status: int) -> bool:
    """Whether somebody was kept from something: no session, no permission, not their record.

    A 404 counts where the address names a record. Spent budgets are recorded where they are
    refused, once a window, or a flood would fill the log.
    """
    match = request.resolver_match
    if status == 401:
        return request.path not in _ASKED_BEFORE_SIGN_IN
    return status == 403 or (status == 404 and match is not None and bool(match.kwargs))


def _match(request: HttpRequest) -> ResolverMatch | None:
    """Return which route was asked for, also before the request got there."""
    try:
        return request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return None


def _record(request: HttpRequest, status: int, code: str) -> None:
    match = _match(request)
    scope = getattr(request, "scope", None)
    named = match.kwargs.values() if match is not None else ()
    audit.record_refusal(
        at=timezone.now(),
        code=code,
        status=status,
        method=request.method or "",
        route=match.route if match is not None else "",
        request_id=getattr(request, "request_id", ""),
        actor=scope.actor if scope is not None else None,
        region_code=str(scope.region) if scope is not None else None,
        subject="/".join(str(one) for one in named),
    )


def refuse_spent(request: HttpRequest, seconds: int, *, is_first: bool) -> HttpResponse:
    """Return 429 with how long to wait; the first refusal of a window goes to the audit log."""
    if is_first:
        _record(request, 429, "E-API-BUDGET")
    response = refuse(request, 429, "E-API-BUDGET", {"seconds": seconds})
    response["Retry-After"] = str(seconds)
    return response
