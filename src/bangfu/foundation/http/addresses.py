"""The network address a request came from."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the client's address, or "" when it cannot be told.

    Behind BANGFU_PROXIES proxies of our own it is the entry that the outermost of them wrote into
    X-Forwarded-For, counted from the right; whatever a client wrote stands further left and is
    not read. Without proxies the header is not read at all.
    """
    found = request.META.get("REMOTE_ADDR", "")
    if settings.BANGFU_PROXIES:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        is_short = len(hops) < settings.BANGFU_PROXIES
        found = "" if is_short else hops[-settings.BANGFU_PROXIES].strip()
    try:
        return str(ip_address(found))
    except ValueError:
        return ""


def network_of(address: str) -> str:
    """Return what a budget counts as one: an IPv4 address, or the /64 that an IPv6 user owns."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return f"{int(parsed) >> 64:x}/64"
    return str(parsed)
