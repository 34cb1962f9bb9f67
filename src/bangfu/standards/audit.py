"""What the audit log writes down and the words for it: standards/audit.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from bangfu.standards.paths import standards_root


@dataclass(frozen=True, slots=True)
class Word:
    """A code of the log with its names."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Read:
    """A route whose answers are written down, and as what; `subject` is a part of its address.

    `method` is GET, or POST where a search comes in the body.
    """

    route: str
    action: str
    kind: str
    subject: str
    method: str


@cache
def _table() -> dict[str, Any]:
    text = (standards_root() / "audit.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@cache
def reads() -> dict[str, Read]:
    """Return the reads that get a row, by route (`/households/{household_no}`)."""
    return {
        route: Read(
            route, one["action"], one["kind"], one.get("subject", ""), one.get("method", "GET")
        )
        for route, one in _table()["reads"].items()
    }


@cache
def actions() -> dict[str, Word]:
    """Return the words of all actions by code, in the order of the table."""
    return _words("actions")


@cache
def subjects() -> dict[str, Word]:
    """Return the words of all kinds of subject by code."""
    return _words("subjects")


def action_word(code: str) -> Word:
    """Return the words of an action; its code stands for one that the table does not know."""
    return actions().get(code) or Word(code, code, code)


def subject_word(code: str) -> Word:
    """Return the words of a kind of subject, likewise."""
    return subjects().get(code) or Word(code, code, code)


def _words(part: str) -> dict[str, Word]:
    return {code: Word(code, one["zh"], one["en"]) for code, one in _table()[part].items()}
