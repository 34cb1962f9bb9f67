"""Sensitive reads: each answer of a route in standards/audit.yaml gets a row before it is sent.

An answer whose row cannot be written is not given. The row says which list or page, by which kinds
of filter; neither what was searched for nor what was found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bangfu.foundation import audit
from bangfu.standards.audit import Read, reads

GetResponse = Callable[[HttpRequest], HttpResponse]

_PREFIX = "api/v1"
_PART = re.compile(r"<(?:\w+:)?(\w+)>")


def recorded_reads(get_response: GetResponse) -> GetResponse:
    """Write down what the request was given to read."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        read = _find(request) if response.status_code == 200 else None
        if read is not None and request.method == read.method:
            _record(request, read)
        return response

    return handle


def _find(request: HttpRequest) -> Read | None:
    match = request.resolver_match
    if match is None or not match.route.startswith(_PREFIX):
        return None
    return reads().get(_PART.sub(r"{\1}", match.route.removeprefix(_PREFIX)))


def _record(request: Any, read: Read) -> None:
    scope = request.scope
    if scope is None:
        return
    named = request.resolver_match.kwargs.get(read.subject, "")
    given = request.GET if read.method == "GET" else json.loads(request.body)
    asked = sorted(name for name in given if given[name])
    audit.record_read(
        scope,
        read.action,
        at=timezone.now(),
        subject_kind=read.kind,
        subject_id=str(named)[:120],
        region_code=str(scope.region),
        detail={"filters": asked} if asked else {},
    )
