"""The table of errors: for each code what happened and what to do, in Chinese and English.

One file an area under `standards/errors/`; all are merged. Braces are filled from the parameters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from string import Formatter
from types import MappingProxyType
from typing import Any

from bangfu.standards.paths import standards_root
from bangfu.standards.reading import Block, malformed, read_block

CODE = re.compile(r"E(-[A-Z0-9]+)+")
_FIELDS = ("zh", "en", "remedy_zh", "remedy_en")


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What happened, and what to do next."""

    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """One row of the table; `area` is the file it stands in."""

    code: str
    area: str
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str

    @property
    def parameters(self) -> frozenset[str]:
        """The names between braces in any of the four texts."""
        texts = (self.zh, self.en, self.remedy_zh, self.remedy_en)
        return frozenset(
            name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None
        )


class _Filled(dict[str, Any]):
    """Leaves a brace as it stands when its parameter is missing: half a message helps still."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@cache
def table() -> Mapping[str, ErrorEntry]:
    """Return every entry by code. Raises Refused E-STANDARD-MALFORMED for a malformed file."""
    entries: dict[str, ErrorEntry] = {}
    for path in sorted((standards_root() / "errors").glob("*.yaml")):
        block = read_block(path)
        for code in block.values:
            if not CODE.fullmatch(code):
                raise block.fail(code, "not an error code", "write E-AREA-WHAT in capitals")
            if code in entries:
                problem = f"stands in {entries[code].area}.yaml too"
                raise block.fail(code, problem, "keep one of the two")
            entries[code] = _entry(block, code)
    return MappingProxyType(entries)


def _entry(block: Block, code: str) -> ErrorEntry:
    texts = block.values[code]
    if not isinstance(texts, dict) or set(texts) != set(_FIELDS):
        raise block.fail(code, "needs " + ", ".join(_FIELDS), "write all four texts and no other")
    for field, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            raise block.fail(code, f"{field} is empty", "write the text")
    try:
        entry = ErrorEntry(code=code, area=block.path.stem, **texts)
        names = entry.parameters
    except ValueError as error:
        raise block.fail(code, str(error), "write a brace of the text as {{ or }}") from error
    if any(not name.isidentifier() for name in names):
        raise malformed(
            block.path, block.lines[code], code, "a brace without a name", "write {name}"
        )
    return entry


def text(code: str, params: Mapping[str, Any], language: str = "zh") -> ErrorText:
    """Return the message and remedy of an error; `language` zh or en (anything else is zh).

    Raises LookupError when the table lacks the code, which a test keeps from happening.
    """
    entry = table().get(code)
    if entry is None:
        raise LookupError(f"{code} is not in standards/errors/: add it to the file of its area")
    values = _Filled(params)
    if language.startswith("en"):
        return ErrorText(entry.en.format_map(values), entry.remedy_en.format_map(values))
    return ErrorText(entry.zh.format_map(values), entry.remedy_zh.format_map(values))
