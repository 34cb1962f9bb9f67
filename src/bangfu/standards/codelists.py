"""Code lists (代码表): our codes, the strings of the national export, and the GB codes.

Each list is `standards/codelists/<name>.csv` (code, zh, en, gb, synonyms separated by |) with a
`<name>.yaml` beside it that says where it comes from and how sure that is. The crosswalk between
systems goes by label, never by number: numbers shift between systems, labels do not.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bangfu.kernel.errors import NotFound
from bangfu.kernel.text import normalise_label
from bangfu.standards.paths import standards_root
from bangfu.standards.reading import Block, malformed, read_block

STATUSES = ("verified", "unverified")
_HEADER = ["code", "zh", "en", "gb", "synonyms"]
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One value: our code, its labels, its code in the GB standard if that has one."""

    code: str
    zh: str
    en: str
    gb: str | None
    synonyms: tuple[str, ...]

    def label(self, language: str = "zh") -> str:
        """Return the label in `language` (zh or en)."""
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True)
class CodeList:
    """A list with its source; `entries` keep the order of the file."""

    name: str
    title: dict[str, str]
    source: str
    status: str
    valid_from: str | None
    gb_standard: str | None
    note: dict[str, str] | None
    entries: tuple[CodeEntry, ...]
    _by_code: dict[str, CodeEntry] = field(repr=False, default_factory=dict)
    _by_national: dict[str, CodeEntry] = field(repr=False, default_factory=dict)
    _by_gb: dict[str, CodeEntry] = field(repr=False, default_factory=dict)

    def by_code(self, code: str) -> CodeEntry | None:
        """Return the entry of one of our codes."""
        return self._by_code.get(code)

    def by_label(self, text: str, system: str = "national") -> CodeEntry | None:
        """Return the entry that a text means, or None.

        `system` national: the label, its English or a synonym, compared without spaces, width
        and case. `system` gb: the code of the GB standard.
        """
        if system == "gb":
            return self._by_gb.get(text.strip())
        return self._by_national.get(normalise_label(text))

    def label(self, code: str, language: str = "zh") -> str:
        """Return the label of a code; raises NotFound E-CODELIST-CODE."""
        entry = self._by_code.get(code)
        if entry is None:
            raise NotFound("E-CODELIST-CODE", name=self.name, code=code)
        return entry.label(language)

    @property
    def codes(self) -> frozenset[str]:
        """All codes."""
        return frozenset(self._by_code)


def names() -> tuple[str, ...]:
    """Return the names of all lists, sorted."""
    return tuple(sorted(path.stem for path in (standards_root() / "codelists").glob("*.csv")))


@cache
def get(name: str) -> CodeList:
    """Return a list. Raises NotFound E-CODELIST-UNKNOWN, Refused E-STANDARD-MALFORMED."""
    path = standards_root() / "codelists" / f"{name}.csv"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or not path.exists():
        raise NotFound("E-CODELIST-UNKNOWN", name=name)
    about = read_block(path.with_suffix(".yaml"))
    about.allow(("name", "title", "source", "status", "valid_from", "gb_standard", "note"))
    if about.text("name") != name:
        raise about.fail("name", "differs from the file's name", f"write name: {name}")
    entries = tuple(_read_entries(path))
    by_code, by_national, by_gb = _index(path, entries)
    return CodeList(
        name=name,
        title=about.bilingual("title"),
        source=about.text("source"),
        status=about.choice("status", STATUSES),
        valid_from=_day(about),
        gb_standard=about.optional("gb_standard"),
        note=about.bilingual("note") if "note" in about.values else None,
        entries=entries,
        _by_code=by_code,
        _by_national=by_national,
        _by_gb=by_gb,
    )


def _day(about: Block) -> str | None:
    value = about.values.get("valid_from")
    return None if value is None else str(value)


def _read_entries(path: Path) -> Iterable[CodeEntry]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        if next(rows, None) != _HEADER:
            raise malformed(path, 1, "", "wrong heading", "write " + ",".join(_HEADER))
        for row in rows:
            line = rows.line_num
            if len(row) != len(_HEADER) or not all(row[:3]):
                raise malformed(path, line, "", "code, zh and en are needed", "fill the cells")
            if not _CODE.fullmatch(row[0]):
                raise malformed(path, line, "code", f"{row[0]!r} is no code", "use A-Z 0-9 _")
            synonyms = tuple(part for part in row[4].split("|") if part)
            yield CodeEntry(row[0], row[1], row[2], row[3] or None, synonyms)


def _index(
    path: Path, entries: tuple[CodeEntry, ...]
) -> tuple[dict[str, CodeEntry], dict[str, CodeEntry], dict[str, CodeEntry]]:
    by_code: dict[str, CodeEntry] = {}
    by_national: dict[str, CodeEntry] = {}
    by_gb: dict[str, CodeEntry] = {}
    for line, entry in enumerate(entries, start=2):
        if by_code.setdefault(entry.code, entry) is not entry:
            raise malformed(path, line, "code", f"{entry.code} twice", "keep one of the two")
        for label in (entry.zh, entry.en, *entry.synonyms):
            if by_national.setdefault(normalise_label(label), entry) is not entry:
                raise malformed(path, line, "zh", f"{label} twice", "keep one of the two")
        if entry.gb is not None:
            # Several of our codes may share a GB code; reading one back takes the first.
            by_gb.setdefault(entry.gb, entry)
    return by_code, by_national, by_gb
