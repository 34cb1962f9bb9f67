"""Words of change requests in both languages, from `standards/changes/words.yaml`."""

from __future__ import annotations

from functools import cache
from typing import Any

from bangfu.standards.paths import standards_root
from bangfu.standards.reading import read_block

_GROUPS = ("states", "steps", "decisions", "conflicts", "flags", "parts")


@cache
def _words() -> dict[str, Any]:
    block = read_block(standards_root() / "changes" / "words.yaml")
    block.allow(_GROUPS)
    return dict(block.values)


def word(group: str, code: str, params: dict[str, Any] | None = None) -> tuple[str, str]:
    """Return (Chinese, English) of a code of a group, braces filled from `params`."""
    entry = _words()[group][code]
    zh, en = str(entry["zh"]), str(entry["en"])
    if params is None:
        return zh, en
    return zh.format_map(params), en.format_map(params)


def codes(group: str) -> frozenset[str]:
    """Return the codes of a group."""
    return frozenset(_words()[group])
