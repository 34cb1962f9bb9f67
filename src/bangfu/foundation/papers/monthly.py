"""Reads a monthly list (本月核查清单) that a village filled in and a town hands back as .docx.

The columns are those of the definition `monthly_list`: the paper that was printed says how it is
read. A row that is left blank is open; a row with a mistake is told by row, column and remedy, and
the others are taken all the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from bangfu.foundation.papers.context import Checklist, ChecklistRow
from bangfu.foundation.papers.definitions import Column, Paper, RowsBlock, TextBlock
from bangfu.foundation.papers.slots import Slot, slots
from bangfu.foundation.returned.apart import open_apart
from bangfu.foundation.returned.opening import OpenedPaper
from bangfu.kernel.errors import Refused
from bangfu.kernel.text import normalise_label, normalise_name, normalise_text

KEY = "clue_no"
_ROWS = "checklist.rows"
_LIST_NO = "checklist.list_no"
_LONGEST = 500
_DAY = re.compile(r"(?:(\d{4})\D)?(\d{1,2})\D(\d{1,2})日?")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one row: its number, the heading of the column, an error of the table."""

    row: int
    column: str
    code: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReturnedList:
    """A list that came back: rows that are in order, rows left open, and every problem."""

    list_no: str | None
    rows: tuple[ChecklistRow, ...]
    still_open: tuple[str, ...]
    problems: tuple[RowProblem, ...]


def read_list(
    content: bytes, paper: Paper, *, today: date, issued: Checklist | None = None
) -> ReturnedList:
    """Return what a filled-in list says; `issued` is the list as it was handed out.

    Raises as `read_opened` and `open_apart`.
    """
    return read_opened(open_apart(content), paper, today=today, issued=issued)


def read_opened(
    opened: OpenedPaper, paper: Paper, *, today: date, issued: Checklist | None = None
) -> ReturnedList:
    """Return what a list says that was opened. Raises Refused E-PAPERS-LIST-NONE,
    E-PAPERS-LIST-OTHER."""
    block = next(b for b in paper.blocks if isinstance(b, RowsBlock) and b.each == _ROWS)
    list_no = _list_no(opened, paper)
    if issued and issued.list_no and list_no != issued.list_no:
        raise Refused("E-PAPERS-LIST-OTHER", found=list_no or "", wanted=issued.list_no)
    reader = _Reader(block, today, issued)
    for number, values in enumerate(_tabled(opened, block), start=1):
        reader.row(number, values)
    reader.absent()
    return ReturnedList(
        list_no, tuple(reader.rows), tuple(reader.still_open), tuple(reader.problems)
    )


def field_of(column: Column) -> str:
    """Return the field of a row that a column shows; "" for the running number."""
    found = slots(column.value)
    return found[0].path if found else ""


class _Reader:
    """Collects rows and problems; knows the list as it was handed out where there is one."""

    def __init__(self, block: RowsBlock, today: date, issued: Checklist | None) -> None:
        self.rows: list[ChecklistRow] = []
        self.still_open: list[str] = []
        self.problems: list[RowProblem] = []
        self._hand = {field_of(column): column for column in block.columns if column.is_hand}
        self._printed = {field_of(column): column for column in block.columns}
        self._today = today
        self._issued = issued
        self._known = {row.clue_no: row for row in issued.rows} if issued else {}
        self._seen: set[str] = set()

    def row(self, number: int, values: Mapping[str, str]) -> None:
        """Take one row of the table."""
        clue = normalise_text(values[KEY]).replace(" ", "")
        if not clue and not any(values.get(field) for field in self._hand):
            return
        before = len(self.problems)
        printed = self._identify(number, clue, values)
        answered = {field: text for field in self._hand if (text := values.get(field, ""))}
        if not answered:
            if len(self.problems) == before:
                self.still_open.append(clue)
            return
        found = self._answers(number, values)
        if len(self.problems) == before:
            known = printed or ChecklistRow(head_name=normalise_name(values.get("head_name", "")))
            self.rows.append(_row(known, clue, found))

    def absent(self) -> None:
        """Tell of rows that were handed out and are no longer in the table."""
        for clue in self._known:
            if clue and clue not in self._seen:
                self._tell(0, KEY, "E-PAPERS-LIST-ABSENT", value=clue)

    def _identify(self, number: int, clue: str, values: Mapping[str, str]) -> ChecklistRow | None:
        if not clue or (self._issued and clue not in self._known):
            self._tell(number, KEY, "E-PAPERS-LIST-CLUE", value=clue)
            return None
        if clue in self._seen:
            self._tell(number, KEY, "E-PAPERS-LIST-TWICE", value=clue)
        self._seen.add(clue)
        printed = self._known.get(clue)
        name = normalise_name(values.get("head_name", ""))
        if printed and name != normalise_name(printed.head_name or ""):
            wanted = printed.head_name or ""
            self._tell(number, "head_name", "E-PAPERS-LIST-CHANGED", value=name, wanted=wanted)
        return printed

    def _answers(self, number: int, values: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field, column in self._hand.items():
            text = normalise_text(values.get(field, ""))
            if not text:
                if not column.needed or set(column.needed) & set(map(str, found.values())):
                    self._tell(number, field, "E-PAPERS-LIST-EMPTY", value="")
            elif column.choices:
                found[field] = self._choice(number, field, column, text)
            elif field == "checked_on":
                found[field] = self._day(number, field, text)
            elif len(text) > _LONGEST:
                self._tell(number, field, "E-PAPERS-LIST-LONG", limit=str(_LONGEST), value="")
            else:
                found[field] = text
        return found

    def _choice(self, number: int, field: str, column: Column, text: str) -> str | None:
        plain = unicodedata.normalize("NFKC", text)
        match = re.fullmatch(r"(\d?)[.、:)\s]*(\D*)", plain)
        place, word = (match[1], normalise_label(match[2])) if match else ("", "")
        by_place = dict(enumerate(column.choices, start=1)).get(int(place)) if place else None
        by_word = word if word in column.choices else None
        chosen = by_word or (by_place if not word else None)
        if chosen is None or (by_place and by_place != chosen):
            options = "、".join(f"{n}{c}" for n, c in enumerate(column.choices, start=1))
            self._tell(number, field, "E-PAPERS-LIST-CHOICE", value=text[:40], options=options)
        return chosen

    def _day(self, number: int, field: str, text: str) -> date | None:
        match = _DAY.fullmatch(unicodedata.normalize("NFKC", text).replace(" ", ""))
        month = self._issued.month if self._issued else None
        year = (match[1] if match else None) or (month or self._today).year
        try:
            day = date(int(year), int(match[2]), int(match[3])) if match else None
        except ValueError:
            day = None
        if day is None:
            self._tell(number, field, "E-PAPERS-LIST-DAY", value=text[:40])
            return None
        began = self._issued.issued_on if self._issued else None
        if day > self._today or (began and day < began):
            since = began.isoformat() if began else ""
            until = self._today.isoformat()
            self._tell(
                number, field, "E-PAPERS-LIST-SPAN", value=str(day), since=since, until=until
            )
        return day

    def _tell(self, row: int, field: str, code: str, **params: str) -> None:
        column = self._printed[field].title
        told = MappingProxyType({"row": str(row), "column": column, **params})
        self.problems.append(RowProblem(row, column, code, told))


def _row(known: ChecklistRow, clue: str, found: Mapping[str, Any]) -> ChecklistRow:
    return ChecklistRow(
        clue_no=clue,
        head_name=known.head_name,
        group=known.group,
        population=known.population,
        reason=known.reason,
        due_on=known.due_on,
        **found,
    )


def _tabled(opened: OpenedPaper, block: RowsBlock) -> Iterator[dict[str, str]]:
    """Yield field → text of every row; a table that a page break cut in two goes on."""
    wanted = {normalise_label(column.title): field_of(column) for column in block.columns}
    needed = {KEY, *(field_of(column) for column in block.columns if column.is_hand)}
    places: dict[str, int] = {}
    width = 0
    for table in opened.tables:
        if not any(_places(row, wanted).keys() >= needed for row in table) and not (
            places and table and len(table[0]) == width
        ):
            continue
        for row in table:
            heading = _places(row, wanted)
            if heading.keys() >= needed:
                places, width = heading, len(row)
            elif places:
                yield {field: row[at] if at < len(row) else "" for field, at in places.items()}
    if not places:
        raise Refused("E-PAPERS-LIST-NONE", columns="、".join(c.title for c in block.columns))


def _places(row: tuple[str, ...], wanted: Mapping[str, str]) -> dict[str, int]:
    """Return field → column where a row is the heading."""
    found: dict[str, int] = {}
    for at, text in enumerate(row):
        field = wanted.get(normalise_label(text))
        if field:
            found.setdefault(field, at)
    return found


def _list_no(opened: OpenedPaper, paper: Paper) -> str | None:
    """The number behind the words that the definition prints before it."""
    for block in paper.blocks:
        if not isinstance(block, TextBlock):
            continue
        for before, part in zip(block.text, block.text[1:], strict=False):
            if isinstance(part, Slot) and part.path == _LIST_NO and isinstance(before, str):
                label = normalise_label(before)
                for line in opened.lines:
                    head, found, tail = normalise_text(line).partition(label)
                    if found and not head:
                        return tail.split()[0] if tail.split() else None
    return None
