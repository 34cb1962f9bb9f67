"""The OpenID Connect client: allauth's, made stricter where the standard says so.

OpenID Connect Core 1.0: 3.1.3.7 (checks of the ID token), 5.3.2 (`sub` of both must agree).
"""

from __future__ import annotations

from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from django.urls import reverse

# Signatures with a public key; anything else, "none" first of all, is refused (ASVS 5.0 9.1.2).
_SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")


class SsoAdapter(OpenIDConnectOAuth2Adapter):
    """Talks to the province's servers."""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return str(request.build_absolute_uri(reverse("sso_callback")))

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Return the sign-in that the province vouches for. Raises OAuth2Error."""
        written = kwargs["response"].get("id_token")
        if not written:
            raise OAuth2Error("no ID token")
        claims = self._decode_id_token(app, written)
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


class SsoProvider(OpenIDConnectProvider):
    """The province's sign-in, of which only the person's number is kept."""

    id = "sso"
    oauth2_adapter_class = SsoAdapter
    supports_token_authentication = False

    def get_default_scope(self) -> list[str]:
        return ["openid", "profile"]

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        return {}

    def extract_common_fields(self, data: Any) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: Any) -> list[Any]:
        return []


provider_classes = [SsoProvider]
