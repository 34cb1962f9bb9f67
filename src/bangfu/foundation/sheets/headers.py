"""Finds the header of a list among title rows, and reads heads of one, two or three rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from bangfu.foundation.sheets.types import Cell, RawSheet

if TYPE_CHECKING:
    from bangfu.standards.datasets import Dataset

_SEARCHED_ROWS = 30
_DEEPEST = 3
_NOISE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff*※#]+")
_BRACKETS = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]")
_DATA_LIKE = re.compile(r"^[\d.,\-/]{5,}[xX]?$")


@dataclass(frozen=True)
class Names:
    """Normalised header text → contract columns, by the contract's own name and by synonym."""

    exact: dict[str, set[str]]
    synonyms: dict[str, set[str]]

    def find(self, text: str) -> tuple[set[str], str]:
        """The columns a header may mean, and how we know: EXACT, SYNONYM or nothing."""
        whole = normalise_header(text)
        for candidate in (whole, _BRACKETS.sub("", whole)):
            if candidate in self.exact:
                return self.exact[candidate], "EXACT"
            if candidate in self.synonyms:
                return self.synonyms[candidate], "SYNONYM"
        return set(), ""


@dataclass(frozen=True)
class Header:
    """A header found at ``rows``: per sheet column the text shown, the columns meant, and how."""

    rows: tuple[int, ...]
    texts: tuple[str, ...]
    meanings: tuple[tuple[frozenset[str], str], ...]

    @property
    def score(self) -> int:
        """How many contract columns the header names."""
        return len({name for names, _ in self.meanings for name in names})


def normalise_header(text: str) -> str:
    """Header text for comparison: width, spaces, line breaks, stars, colons do not count."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    return plain.strip(":：、,.。").lower()


def index_names(dataset: Dataset) -> Names:
    """The names a contract's columns may stand under."""
    exact: dict[str, set[str]] = {}
    synonyms: dict[str, set[str]] = {}
    for column in dataset.columns:
        for text in (column.zh, column.name):
            exact.setdefault(normalise_header(text), set()).add(column.name)
        for text in column.synonyms:
            synonyms.setdefault(normalise_header(text), set()).add(column.name)
    return Names(exact, synonyms)


def find_header(raw: RawSheet, names: Names) -> Header | None:
    """The best header among the first rows, or None when no row names two columns.

    Of equals the shallowest and then the topmost wins. A deeper head must earn its rows, because
    a title above or data below can look like a part of it by chance.
    """
    found: list[Header] = []
    for top in range(min(_SEARCHED_ROWS, raw.row_count)):
        for depth in range(1, min(_DEEPEST, raw.row_count - top) + 1):
            if depth > 1 and not _may_be_header(raw.row(top + depth - 1)):
                break
            header = _read_header(raw, names, tuple(range(top, top + depth)))
            if header.score >= 2:
                found.append(header)
    return max(found, key=_rank, default=None)


def _rank(header: Header) -> tuple[int, int, int]:
    depth = len(header.rows)
    return header.score - (depth - 1), -depth, -header.rows[0]


def _may_be_header(row: list[Cell]) -> bool:
    """No header cell is a number, a date or a long run of digits."""
    present = [cell for cell in row if cell is not None]
    return bool(present) and not any(
        not isinstance(cell, str) or _DATA_LIKE.match(cell.strip()) for cell in present
    )


def _read_header(raw: RawSheet, names: Names, rows: tuple[int, ...]) -> Header:
    grid = [[_text(cell) for cell in raw.row(row)] for row in rows]
    _spread_groups(raw, grid, rows)
    texts, meanings = [], []
    for index in range(len(raw.columns)):
        path = _without_repeats(line[index] for line in grid)
        texts.append(" / ".join(path))
        meanings.append(_meaning(path, names))
    return Header(rows, tuple(texts), tuple(meanings))


def _meaning(path: list[str], names: Names) -> tuple[frozenset[str], str]:
    """The whole path first (户主 + 姓名 = 户主姓名), then ever shorter ends of it."""
    for start in range(len(path)):
        found, how = names.find("".join(path[start:]))
        if found:
            return frozenset(found), how if len(path) == 1 else "GROUP"
    return frozenset(), ""


def _without_repeats(texts: Iterable[str]) -> list[str]:
    path: list[str] = []
    for text in texts:
        if text and (not path or path[-1] != text):
            path.append(text)
    return path


def _spread_groups(raw: RawSheet, grid: list[list[str]], rows: tuple[int, ...]) -> None:
    """Write a group's title over each of its columns: by its merge, else over the blanks beside."""
    merged: set[tuple[int, int]] = set()
    for top, left, _, right in raw.merges:
        if top in rows[:-1]:
            line = top - rows[0]
            grid[line][left : right + 1] = [grid[line][left]] * (right + 1 - left)
            merged.update((line, index) for index in range(left, right + 1))
    for line, (upper, lower) in enumerate(pairwise(grid)):
        group = ""
        for index, text in enumerate(upper):
            if text:
                group = text if lower[index] and (line, index) not in merged else ""
            elif lower[index] and group:
                upper[index] = group


def _text(cell: Cell) -> str:
    return "" if cell is None else _NOISE.sub("", str(cell))
