"""The built console: one page that answers every address of the console's own routes."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from bangfu.foundation.http.language import language_of
from bangfu.standards import errors


@require_safe
@ensure_csrf_cookie
def console(request: HttpRequest, path: str = "") -> HttpResponse:
    """Return index.html of the console, or say how to build it."""
    index = Path(settings.BANGFU_CONSOLE) / "index.html"
    if not index.is_file():
        text = errors.text("E-API-CONSOLE", {}, language_of(request))
        message = f"{text.message}\n{text.remedy}\n"
        return HttpResponse(message, status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(index.read_bytes(), content_type="text/html; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
