"""Matches a sheet to a dataset contract, and says so; refuses what it would have to guess."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bangfu.foundation.sheets.headers import Header, find_header, index_names
from bangfu.foundation.sheets.rows import find_data_rows
from bangfu.foundation.sheets.types import (
    ColumnMatch,
    Params,
    Problem,
    RawSheet,
    SheetMapping,
    column_letter,
)
from bangfu.kernel.errors import Refused

if TYPE_CHECKING:
    from bangfu.standards.datasets import Dataset

_TEN_THOUSANDS = re.compile(r"[(（]\s*万元?\s*[)）]")
_ID_LIKE = re.compile(r"^['\s]*(\d{15}|\d{17}[\dXxＸｘ])\s*$")
_SAMPLED_ROWS = 300


def find_sheet(sheets: Sequence[RawSheet], dataset: Dataset) -> tuple[RawSheet, SheetMapping]:
    """The visible sheet that carries the contract's list, and how.

    Raises Refused: E-SHEET-NO-HEADER when none does, E-SHEET-AMBIGUOUS-SHEET when several do.
    """
    found: list[tuple[RawSheet, SheetMapping]] = []
    hidden: list[str] = []
    for raw in sheets:
        names = index_names(dataset)
        if find_header(raw, names) is None:
            continue
        if not raw.visible:
            hidden.append(raw.name)
            continue
        found.append((raw, match_sheet(raw, dataset)))
    fitting = [pair for pair in found if not pair[1].missing and pair[1].data_rows]
    if len(fitting) > 1:
        listed = "、".join(raw.name for raw, _ in fitting)
        raise Refused("E-SHEET-AMBIGUOUS-SHEET", sheets=listed)
    if fitting:
        return fitting[0]
    if found:
        return max(found, key=lambda pair: len(pair[1].matches))
    if hidden:
        raise Refused("E-SHEET-HIDDEN", sheets="、".join(hidden))
    raise Refused("E-SHEET-NO-HEADER", wanted=_wanted(dataset))


def match_sheet(raw: RawSheet, dataset: Dataset) -> SheetMapping:
    """How the sheet's columns answer to the contract; problems are listed, not raised.

    Raises Refused E-SHEET-NO-HEADER when no row of the first thirty names two columns.
    """
    header = find_header(raw, index_names(dataset))
    if header is None:
        raise Refused("E-SHEET-NO-HEADER", wanted=_wanted(dataset))
    by_name = {column.name: column for column in dataset.columns}
    matches, problems, warnings = _match_columns(header, dataset)
    present = {match.column for match in matches}
    missing = tuple(c.name for c in dataset.columns if c.required and c.name not in present)
    if missing:
        wanted = "、".join(by_name[name].zh for name in missing)
        problems.append(Problem("E-SHEET-MISSING-COLUMN", {"columns": wanted}))
    rows = find_data_rows(raw, header, matches)
    problems += _find_shifts(raw, matches, rows.data_rows, dataset)
    problems += _find_units(header, matches, dataset)
    claimed = {match.index for match in matches}
    return SheetMapping(
        sheet_name=raw.name,
        header_rows=header.rows,
        header_row_nos=tuple(raw.row_no(row) for row in header.rows),
        matches=tuple(matches),
        missing=missing,
        absent=tuple(c.name for c in dataset.columns if not c.required and c.name not in present),
        unknown=_unknown(raw, header, claimed),
        problems=tuple(problems),
        warnings=tuple(warnings),
        data_rows=rows.data_rows,
        dropped=rows.dropped,
        blank_rows=rows.blank_rows,
    )


def _wanted(dataset: Dataset) -> str:
    return "、".join(column.zh for column in dataset.columns if column.required)


def _match_columns(
    header: Header, dataset: Dataset
) -> tuple[list[ColumnMatch], list[Problem], list[Problem]]:
    """Matches, problems and warnings. Several columns for one meaning are never chosen between.

    National exports repeat 备注 beside every amount: of an optional text none is taken, with a
    warning; anything else refuses the sheet.
    """
    columns = {column.name: column for column in dataset.columns}
    titles = {column.name: column.zh for column in dataset.columns}
    problems: list[Problem] = []
    warnings: list[Problem] = []
    claims: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for index, (names, how) in enumerate(header.meanings):
        if len(names) > 1:
            meant = "、".join(sorted(titles[name] for name in names))
            shown: Params = {"header": header.texts[index], "meanings": meant}
            problems.append(Problem("E-SHEET-AMBIGUOUS-HEADER", shown))
        elif names:
            claims[next(iter(names))].append((index, how))
    matches = []
    for name, places in claims.items():
        if len(places) > 1:
            listed = "、".join(
                f"{column_letter(index)}「{header.texts[index]}」" for index, _ in places
            )
            named: Params = {"column": titles[name], "headers": listed}
            if columns[name].type == "text" and not columns[name].required:
                warnings.append(Problem("E-SHEET-TEXT-NOT-TAKEN", named))
                continue
            problems.append(Problem("E-SHEET-AMBIGUOUS-COLUMN", named))
        index, how = places[0]
        matches.append(ColumnMatch(index, header.texts[index], name, titles[name], how))
    return sorted(matches, key=lambda match: match.index), problems, warnings


def _unknown(raw: RawSheet, header: Header, claimed: set[int]) -> tuple[tuple[int, str], ...]:
    """Sheet columns that no contract column claims, unless they are wholly empty."""
    return tuple(
        (index, header.texts[index])
        for index, column in enumerate(raw.columns)
        if index not in claimed and (header.texts[index] or len(column.values) > 1)
    )


def _find_shifts(
    raw: RawSheet, matches: list[ColumnMatch], data_rows: tuple[int, ...], dataset: Dataset
) -> list[Problem]:
    """An ID column without IDs beside a column full of them: the rows slid under the header."""
    sample = data_rows[:_SAMPLED_ROWS]
    id_columns = {c.name for c in dataset.columns if c.type == "id_number"}
    id_places = {m.index: m for m in matches if m.column in id_columns}
    problems = []
    for index, match in id_places.items():
        if not sample or _id_share(raw, index, sample) >= 0.5:
            continue
        for other in (index - 1, index + 1, index - 2, index + 2):
            inside = 0 <= other < len(raw.columns) and other not in id_places
            if inside and _id_share(raw, other, sample) >= 0.8:
                params: Params = {
                    "column": match.zh,
                    "letter": column_letter(index),
                    "actual": column_letter(other),
                }
                problems.append(Problem("E-SHEET-SHIFTED", params))
                break
    return problems


def _id_share(raw: RawSheet, index: int, rows: tuple[int, ...]) -> float:
    cells = [raw.cell(row, index) for row in rows]
    return sum(bool(_ID_LIKE.match(str(cell))) for cell in cells) / len(cells)


def _find_units(header: Header, matches: list[ColumnMatch], dataset: Dataset) -> list[Problem]:
    """A money column headed 万元 where the contract counts in yuan is not converted by guess."""
    money = {column.name for column in dataset.columns if column.type == "money"}
    return [
        Problem("E-SHEET-UNIT", {"column": match.zh, "header": match.header})
        for match in matches
        if match.column in money and _TEN_THOUSANDS.search(header.texts[match.index])
    ]
