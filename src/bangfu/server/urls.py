"""Addresses: the interface, sign-in, and the console for everything else."""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path

from bangfu.foundation.http import storage
from bangfu.integrations.sso import api as sso
from bangfu.server.api import api
from bangfu.server.refusals import refuse
from bangfu.server.spa import console


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an unknown address like an unknown record."""
    return refuse(request, 404, "E-API-NOT-FOUND")


def fault(request: HttpRequest) -> HttpResponse:
    """Answer an unforeseen error outside the interface's own handlers."""
    error = sys.exc_info()[1]
    if error is not None and storage.is_full(error):
        return refuse(request, 507, "E-API-STORAGE")
    return refuse(request, 500, "E-API-FAULT")


def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what cannot be read outside the interface: a wrong host, a long body."""
    if isinstance(exception, RequestDataTooBig):
        return refuse(request, 413, "E-API-SIZE")
    return refuse(request, 400, "E-API-REQUEST")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what Django forbids."""
    return refuse(request, 403, "E-API-CSRF")


def without_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a write without the CSRF token outside the interface, such as signing in."""
    return refuse(request, 403, "E-API-CSRF")


handler400 = unreadable
handler403 = forbidden
handler404 = not_found
handler500 = fault

urlpatterns = [
    path("api/v1/", api.urls),
    path("_allauth/sso/callback", sso.callback, name="sso_callback"),
    path("_allauth/", include("allauth.headless.urls")),
    re_path(r"^(?!api/|_allauth/|assets/|static/)(?P<path>.*)$", console),
]
