"""Codes as {code, zh, en}."""

from __future__ import annotations

from bangfu.standards import codelists


def coded(list_name: str, code: str | None) -> dict[str, str] | None:
    """Return a code with its labels; None for no code."""
    if not code:
        return None
    entry = codelists.get(list_name).by_code(code)
    if entry is None:
        return {"code": code, "zh": code, "en": code}
    return {"code": code, "zh": entry.zh, "en": entry.en}
