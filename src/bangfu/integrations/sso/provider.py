"""The OpenID Connect client: allauth's, made stricter where the standard says so.

OpenID Connect Core 1.0: 3.1.3.7 (checks of the ID token, with the nonce of 3.1.2.1), 5.3.2 (`sub`
of both must agree). OpenID Connect Discovery 1.0: 4.3 (the issuer is the one that was set).
"""

from __future__ import annotations

import secrets
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from django.urls import reverse

from bangfu.integrations.sso.configuration import issuer_of
from bangfu.kernel.addresses import is_safe

# Signatures with a public key; anything else, "none" first of all, is refused (ASVS 5.0 9.1.2).
_SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")


# Of the description that the province publishes, the addresses that we talk to.
_ENDPOINTS = ("token_endpoint", "userinfo_endpoint", "jwks_uri", "authorization_endpoint")


class OtherIssuer(OAuth2Error):
    """The description at the address that was set is another issuer's, or names unsafe places."""


class SsoAdapter(OpenIDConnectOAuth2Adapter):
    """Talks to the province's servers."""

    # What this browser's start sent along and the ID token must bring back.
    nonce = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Return the description of the issuer that was set. Raises OtherIssuer."""
        found: dict[str, Any] = super().openid_config
        wanted = issuer_of(self.get_provider().app.settings["server_url"])
        if issuer_of(str(found.get("issuer", ""))) != wanted:
            raise OtherIssuer("another issuer")
        if not all(is_safe(str(found.get(name, ""))) for name in _ENDPOINTS):
            raise OtherIssuer("an address that is not https")
        return found

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return str(request.build_absolute_uri(reverse("sso_callback")))

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Return the sign-in that the province vouches for. Raises OAuth2Error."""
        written = kwargs["response"].get("id_token")
        if not written:
            raise OAuth2Error("no ID token")
        claims = self._decode_id_token(app, written)
        if not self.nonce or not secrets.compare_digest(str(claims.get("nonce", "")), self.nonce):
            raise OAuth2Error("the ID token answers another start")
        told = self._fetch_user_info(token.token)
        if not told.get("sub") or told["sub"] != claims.get("sub"):
            raise OAuth2Error("ID token and user information speak of two people")
        if not str(told.get(app.settings["uid_field"]) or ""):
            raise OAuth2Error("the person's number is missing")
        return self.get_provider().sociallogin_from_response(request, {"userinfo": told})

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            head = jwt.get_unverified_header(id_token)
            if head.get("alg") not in _SIGNATURES:
                raise OAuth2Error("unsigned ID token")
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=self._key(head.get("kid")),
                algorithms=[head["alg"]],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("invalid ID token") from error
        return claims

    def _key(self, number: str | None) -> Any:
        """Return the province's key of that number; a lone key need not be numbered."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        fitting = [one for one in keys if number is None or one.key_id == number]
        if len(fitting) != 1:
            raise OAuth2Error("no such key")
        return fitting[0].key


class SsoCallback(OAuth2CallbackView):
    """Takes the province's answer, for the start that this browser made."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, answer = super()._get_state(request, provider)
        if state is not None:
            self.adapter.nonce = state.get("nonce", "")
        return state, answer


class SsoProvider(OpenIDConnectProvider):
    """The province's sign-in, of which only the person's number is kept."""

    id = "sso"
    oauth2_adapter_class = SsoAdapter
    supports_token_authentication = False

    def redirect(
        self,
        request: HttpRequest,
        process: Any,
        next_url: Any = None,
        data: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Send the browser to the province, with a nonce that its answer must bring back."""
        nonce = secrets.token_urlsafe(24)
        kwargs["auth_params"] = {**self.get_auth_params(), "nonce": nonce}
        return super().redirect(request, process, next_url, data, nonce=nonce, **kwargs)

    def get_default_scope(self) -> list[str]:
        return ["openid", "profile"]

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        return {}

    def extract_common_fields(self, data: Any) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: Any) -> list[Any]:
        return []


provider_classes = [SsoProvider]
