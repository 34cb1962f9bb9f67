"""Going to the province's sign-in and coming back from it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from allauth.headless.constants import Client
from allauth.headless.internal.decorators import mark_request_as_headless
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router
from requests import RequestException

from bangfu.foundation.http.permits import Open
from bangfu.foundation.http.schemas import REFUSALS, Body, Schema
from bangfu.integrations.sso.configuration import PROVIDER
from bangfu.integrations.sso.provider import OtherIssuer, SsoAdapter, SsoCallback
from bangfu.kernel.errors import NotFound, Refused

router = Router(tags=["session"])
# A path of this site only: never another host's address.
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x1f]*")


class SsoOut(Schema):
    """The province's sign-in, or null where the installation has none."""

    name: str | None


class SsoStartIn(Body):
    """The page of the console to come back to."""

    next: str = "/"


class SsoStartOut(Schema):
    """The address at the province to send the browser to."""

    url: str


@router.get(
    "/sign-in/sso",
    auth=Open("says whether the sign-in page shows the province's button"),
    response={200: SsoOut, **REFUSALS},
)
def get_sso(request: HttpRequest) -> Any:
    """Say what the province's sign-in is called."""
    provider = _provider(request)
    return {"name": provider.name if provider else None}


@router.post(
    "/sign-in/sso",
    auth=Open("begins a sign-in, which proves nothing until the province has answered"),
    response={200: SsoStartOut, **REFUSALS},
)
def start_sso(request: HttpRequest, body: SsoStartIn) -> Any:
    """Begin signing in by the province; the state of it is kept in this browser's session."""
    provider = _provider(request)
    if provider is None:
        raise NotFound("E-API-NOT-FOUND")
    where = body.next if _OWN_PATH.fullmatch(body.next) else "/"
    mark_request_as_headless(request, Client.BROWSER)
    try:
        answer = provider.redirect(
            request, AuthProcess.LOGIN, next_url=f"/sign-in?next={quote(where)}", headless=True
        )
    except OtherIssuer as error:
        raise Refused("E-SSO-OTHER-ISSUER") from error
    except (RequestException, OAuth2Error, KeyError, ValueError) as error:
        raise Refused("E-SSO-UNREACHABLE") from error
    return {"url": answer["Location"]}


def callback(request: HttpRequest) -> HttpResponse:
    """Take the province's answer and go on to the console, signed in or with an error's name."""
    if _provider(request) is None:
        raise Http404
    view = SsoCallback.adapter_view(SsoAdapter(request, PROVIDER))
    answer: HttpResponse = view(request)
    return answer


def _provider(request: HttpRequest) -> Any:
    try:
        return get_adapter(request).get_provider(request, PROVIDER)
    except SocialApp.DoesNotExist:
        return None
