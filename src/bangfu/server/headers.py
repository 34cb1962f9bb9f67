"""The headers of every answer (OWASP ASVS 5.0 V3.4): what a browser may do with it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]

API = "/api/"
SIGN_IN = "/_allauth/"
SIGN_OUT = "/_allauth/browser/v1/auth/session"

# The console: everything from our own files; scripts written into a page do not run.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
# Answers are read by programs; opened as a page they may do nothing at all.
DATA_POLICY = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
)
_ALWAYS = {
    # Instead of the server program's name, which granian adds where there is none.
    "Server": "bangfu",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), serial=(), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
}
# Two years, as ASVS 5.0 V3.4.1 asks for one at least.
_TLS_ONLY = "max-age=63072000; includeSubDomains"


def security_headers(get_response: GetResponse) -> GetResponse:
    """Add the headers to whatever is answered, refusals and files included."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_data = request.path.startswith((API, SIGN_IN))
        response.setdefault("Content-Security-Policy", DATA_POLICY if is_data else PAGE_POLICY)
        for name, value in _ALWAYS.items():
            response[name] = value
        if settings.SESSION_COOKIE_SECURE:
            response["Strict-Transport-Security"] = _TLS_ONLY
        if is_data:
            response["Cache-Control"] = "no-store"
        if request.method == "DELETE" and request.path == SIGN_OUT:
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return handle
