"""Addresses of other services: which of them nobody on the line can answer for."""

from __future__ import annotations

from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_safe(address: str) -> bool:
    """Return whether nobody on the line can answer for that address: https, or this machine."""
    parts = urlsplit(address)
    is_here = parts.scheme == "http" and parts.hostname in _LOOPBACK
    return bool(parts.hostname) and (parts.scheme == "https" or is_here)


def is_loopback(address: str) -> bool:
    """Return whether the address is this machine."""
    return urlsplit(address).hostname in _LOOPBACK
