"""What an installation says about its province's sign-in, in the form that allauth reads."""

from __future__ import annotations

from typing import Any

from bangfu.kernel.addresses import is_safe
from bangfu.kernel.errors import Refused

PROVIDER = "province"


def providers(
    *, issuer: str, client_id: str, secret: str, name: str, claim: str
) -> dict[str, dict[str, Any]]:
    """Return SOCIALACCOUNT_PROVIDERS; empty without an issuer.

    Raises Refused E-SSO-SETTINGS when the rest is missing, E-SSO-ISSUER for an address that is
    not https: whoever sits on the line would sign in as anybody.
    """
    if not issuer:
        return {}
    if not client_id or not secret:
        raise Refused("E-SSO-SETTINGS")
    if not is_safe(issuer):
        raise Refused("E-SSO-ISSUER", issuer=issuer)
    app = {
        "provider_id": PROVIDER,
        "name": name,
        "client_id": client_id,
        "secret": secret,
        "settings": {
            "server_url": issuer_of(issuer),
            "uid_field": claim,
            "oauth_pkce_enabled": True,
        },
    }
    return {"sso": {"APPS": [app]}}


def issuer_of(address: str) -> str:
    """Return the issuer of an address as the setting or the description gives it: without the
    well-known part and without a slash at its end."""
    return address.partition("/.well-known/")[0].rstrip("/")
