"""The engine's own words, read once from words.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parents[1] / "words.yaml"


@cache
def _words() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return found


def word(group: str, key: str, language: str) -> str:
    """Return a text of words.yaml in "zh" or "en"; KeyError when there is none."""
    return str(_words()[group][key][language])


def find_word(group: str, key: str, language: str) -> str | None:
    """Return a text, or None when there is none."""
    found = _words()[group].get(key)
    return None if found is None else str(found[language])


def joiner(language: str) -> str:
    """Return what stands between two sentences of a list."""
    return str(_words()["join"][language])
