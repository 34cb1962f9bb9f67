"""The error workbook: rows not taken, the bad cell marked, reason and remedy beside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bangfu.foundation.sheets.marking import (
    WORDS,
    Mark,
    MarkedSheet,
    place_name,
    write_marked_workbook,
)
from bangfu.foundation.sheets.types import CellIssue, RawSheet, SheetMapping
from bangfu.standards import errors


def write_error_workbook(
    path: Path,
    raw: RawSheet,
    mapping: SheetMapping,
    issues: Sequence[CellIssue],
    *,
    only_bad_rows: bool = True,
    language: str = "zh",
) -> None:
    """Write the sheet with its issues marked; the same file comes back when nothing is wrong.

    With ``only_bad_rows`` the good rows are left out, so that the mended workbook can be handed in
    as it is. The last sheet counts the issues by code.
    """
    marks = [_mark(raw, mapping, issue, language) for issue in issues]
    bad = sorted({mark.row for mark in marks})
    rows = bad if only_bad_rows else sorted({*mapping.data_rows, *bad})
    counts = Counter(issue.code for issue in issues)
    first = {issue.code: issue for issue in reversed(issues)}
    words = WORDS[language]
    summary = []
    for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        text = errors.text(code, first[code].params, language)
        summary.append((code, text.message, text.remedy, count))
    head = (words["mark"], words["reason"], words["remedy"], words["count"])
    sheet = MarkedSheet(raw, mapping.header_rows, rows, marks)
    write_marked_workbook(path, [sheet], summary, head, language=language)


def _mark(raw: RawSheet, mapping: SheetMapping, issue: CellIssue, language: str) -> Mark:
    text = errors.text(issue.code, issue.params, language)
    index = mapping.index_of(issue.column)
    where = f"{place_name(mapping_header(mapping, index), index)}: " if index is not None else ""
    columns = () if index is None else (index,)
    row = issue.row_no - raw.first_row
    return Mark(row, columns, issue.code, where + text.message, text.remedy)


def mapping_header(mapping: SheetMapping, index: int) -> str:
    """The header text of a matched sheet column."""
    return next(match.header for match in mapping.matches if match.index == index)
