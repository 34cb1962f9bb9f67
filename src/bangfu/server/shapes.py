"""Requests of a form that no client of ours sends are refused before anything reads them (F55).

Two readers of one request — a front proxy, the address table, a route — must not take it for
different things: hence no second spelling of an address, of a method or of a length.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from bangfu.foundation.http.parsing import is_text
from bangfu.server.headers import API, SIGN_IN
from bangfu.server.private import is_private
from bangfu.server.refusals import refuse
from bangfu.standards.limits import limits

GetResponse = Callable[[HttpRequest], HttpResponse]

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
SAFE = ("GET", "HEAD", "OPTIONS")
_OVERRIDES = ("HTTP_X_HTTP_METHOD_OVERRIDE", "HTTP_X_HTTP_METHOD", "HTTP_X_METHOD_OVERRIDE")
_REWRITES = ("HTTP_X_ORIGINAL_URL", "HTTP_X_REWRITE_URL")
# No empty or dotted part, no backslash, no parameter of a part, nothing that cannot be seen.
_ODD_PATH = re.compile(r"//|/\.{1,2}(/|$)|[\\;\x00-\x1f\x7f]|\.$")
_TYPES = ("application/json", "multipart/form-data")


def request_shape(get_response: GetResponse) -> GetResponse:
    """Refuse odd addresses, methods, lengths and kinds of body; give a 405 our shape."""

    def handle(request: HttpRequest) -> HttpResponse:
        found = _address(request) or _method(request) or _body(request) or _origin(request)
        if found is not None:
            return refuse(request, *found)
        response = get_response(request)
        if response.status_code == 405 and not response.get("Content-Type", "").startswith(_TYPES):
            refused = refuse(request, 405, "E-API-METHOD")
            refused["Allow"] = response.get("Allow", "")
            return refused
        return response

    return handle


def _address(request: HttpRequest) -> tuple[int, str] | None:
    path, query = request.path, request.META.get("QUERY_STRING", "")
    allowed = limits()
    if len(path.encode("utf-8", "replace")) > allowed.path_bytes or (
        len(query) > allowed.query_bytes
    ):
        return 400, "E-API-SIZE"
    if _ODD_PATH.search(path) or not is_text(path) or "\ufffd" in path:
        return 404, "E-API-NOT-FOUND"
    named = path.lower()
    if named != path and named.startswith((API, SIGN_IN)) and not path.startswith((API, SIGN_IN)):
        return 404, "E-API-NOT-FOUND"
    if "%00" in query or (query and not all(map(is_text, (*request.GET, *_values(request))))):
        return 400, "E-API-REQUEST"
    if query and path.startswith(API) and is_private(request):
        return 400, "E-API-PRIVATE-ADDRESS"
    return None


def _values(request: HttpRequest) -> list[str]:
    return [value for _, values in request.GET.lists() for value in values]


def _method(request: HttpRequest) -> tuple[int, str] | None:
    if request.method not in METHODS:
        return 405, "E-API-METHOD"
    if any(name in request.META for name in (*_OVERRIDES, *_REWRITES)):
        return 400, "E-API-REQUEST"
    return None


def _body(request: HttpRequest) -> tuple[int, str] | None:
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return 411, "E-API-REQUEST"
    stated = request.META.get("CONTENT_LENGTH") or "0"
    if not (stated.isascii() and stated.isdigit()):
        return 400, "E-API-REQUEST"
    length = int(stated)
    if length > limits().body_bytes(request.method or "", request.path):
        return 413, "E-API-SIZE"
    if length and request.path.startswith(API):
        if request.content_type not in _TYPES or "HTTP_CONTENT_ENCODING" in request.META:
            return 415, "E-API-TYPE"
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.strip('"').lower() not in ("utf-8", "utf8"):
            return 415, "E-API-TYPE"
    return None


def _origin(request: HttpRequest) -> tuple[int, str] | None:
    """A browser says whose page asks: another site's gets nothing, not even a read."""
    site = request.META.get("HTTP_SEC_FETCH_SITE", "")
    if request.path.startswith(API) and site in ("cross-site", "same-site"):
        return 403, "E-API-CSRF"
    return None
