"""The language of an answer."""

from __future__ import annotations

from django.http import HttpRequest


def language_of(request: HttpRequest) -> str:
    """Return "zh" or "en": what Accept-Language asks for first; Chinese unless it says English."""
    wanted = request.headers.get("Accept-Language", "").strip().lower()
    return "en" if wanted.startswith("en") else "zh"
