"""The one shape of a refusal, in the reader's language, and its row in the audit log.

What does not exist and what lies outside the scope get the same answer, byte for byte but for the
request's number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone

from bangfu.foundation import audit
from bangfu.foundation.http.language import language_of
from bangfu.server.private import holds_number
from bangfu.standards import errors

_READING = ("GET", "HEAD", "OPTIONS")
_UNIFORM = "E-API-NOT-FOUND"
# A division in full or short; neither a telephone nor an ID number has so many digits.
_CODE = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}")
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
    if _is_for_the_audit_log(request, status, code):
        _record(request, status, code)
    written = json.dumps(body, ensure_ascii=False).encode()
    return HttpResponse(written, status=status, content_type="application/json; charset=utf-8")


def _is_for_the_audit_log(request: HttpRequest, status: int, code: str) -> bool:
    """Whether somebody was kept from something: no session, no permission, not their record.

    A 404 counts where the address or the body names a record or a place, and where a filter names
    a place that is not theirs. Spent budgets are recorded where they are refused, once a window, or
    a flood would fill the log.
    """
    match = request.resolver_match
    if status == 401:
        return request.path not in _ASKED_BEFORE_SIGN_IN
    if status != 404 or match is None:
        return status == 403
    return bool(match.kwargs) or request.method not in _READING or code == _UNIFORM


def _match(request: HttpRequest) -> ResolverMatch | None:
    """Return which route was asked for, also before the request got there."""
    try:
        return request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return None


def _record(request: HttpRequest, status: int, code: str) -> None:
    match = _match(request)
    scope = getattr(request, "scope", None)
    named = tuple(match.kwargs.values()) if match is not None else ()
    named = named or _place_named(request)
    audit.record_refusal(
        at=timezone.now(),
        code=code,
        status=status,
        method=request.method or "",
        route=match.route if match is not None else "",
        request_id=getattr(request, "request_id", ""),
        actor=scope.actor if scope is not None else None,
        region_code=str(scope.region) if scope is not None else None,
        subject="/".join("*" if holds_number(str(one)) else str(one) for one in named),
    )


def _place_named(request: HttpRequest) -> tuple[str, ...]:
    """Return the division code that a filter, a form or a body names; nothing else of them."""
    given: Any = request.GET or request.POST
    if request.content_type == "application/json":
        try:
            given = json.loads(request.body)
        except (ValueError, RawPostDataException):
            return ()
    found = given.get("region") if isinstance(given, Mapping) else None
    return (found,) if isinstance(found, str) and _CODE.fullmatch(found) else ()


def refuse_spent(request: HttpRequest, seconds: int, *, is_first: bool) -> HttpResponse:
    """Return 429 with how long to wait; the first refusal of a window goes to the audit log."""
    if is_first:
        _record(request, 429, "E-API-BUDGET")
    response = refuse(request, 429, "E-API-BUDGET", {"seconds": seconds})
    response["Retry-After"] = str(seconds)
    return response
