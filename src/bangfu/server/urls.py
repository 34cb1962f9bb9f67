"""Addresses: the interface, sign-in, and the console for everything else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path

from bangfu.server.api import api, refuse
from bangfu.server.spa import console


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an unknown address like an unknown record."""
    return refuse(request, 404, "E-API-NOT-FOUND")


def fault(request: HttpRequest) -> HttpResponse:
    """Answer an unforeseen error outside the interface's own handlers."""
    return refuse(request, 500, "E-API-FAULT")


handler404 = not_found
handler500 = fault

urlpatterns = [
    path("api/v1/", api.urls),
    path("_allauth/", include("allauth.headless.urls")),
    re_path(r"^(?!api/|_allauth/|assets/|static/)(?P<path>.*)$", console),
]
