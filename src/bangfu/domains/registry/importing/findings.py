"""What is wrong with a file: for the clerk as an annotated workbook, for the screen as a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from bangfu.domains.registry.importing.checking import Checked
from bangfu.domains.registry.importing.reading import ReadFile, ReadSheet
from bangfu.foundation import files
from bangfu.foundation.files.scratch import scratch_folder
from bangfu.foundation.intake.domain import BatchRecord
from bangfu.foundation.sheets.marking import (
    WORDS,
    Mark,
    MarkedSheet,
    place_name,
    write_marked_workbook,
)
from bangfu.foundation.sheets.types import CellIssue
from bangfu.kernel.masks import mask_account, mask_id, mask_name, mask_phone
from bangfu.kernel.scope import Scope
from bangfu.standards import errors

_MASKS = {
    "id_number": mask_id,
    "name": mask_name,
    "phone": mask_phone,
    "account": mask_account,
    "disability_certificate": mask_id,
}
# A parameter at least this long may be the number itself.
_SHORTEST_NUMBER = 7
_LONGEST_SHOWN = 40


def save_workbook(scope: Scope, batch: BatchRecord, checked: Checked) -> UUID | None:
    """Keep the rows that were not taken as a stored file; None when there are none."""
    if not checked.has_issues:
        return None
    name = f"{Path(batch.file_name).stem}-待修改.xlsx"
    with scratch_folder() as folder:
        path = folder / "errors.xlsx"
        write_workbook(path, checked.file, checked.member_issues, checked.household_issues)
        return files.save(scope, name, path, "import.errors").id


def write_workbook(
    path: Path,
    file: ReadFile,
    member_issues: Sequence[CellIssue],
    household_issues: Sequence[CellIssue],
    *,
    language: str = "zh",
) -> None:
    """Write the rows that were not taken: the sheet as it was, the cell marked, reason beside.

    Two sheets come back as two sheets. The last sheet counts the findings by code.
    """
    member_marks = _marks(file.members, member_issues, language)
    household_marks = _marks(file.households, household_issues, language)
    if file.is_shared:
        sheets = [_marked(file.members, [*member_marks, *household_marks])]
    else:
        pairs = ((file.households, household_marks), (file.members, member_marks))
        sheets = [_marked(sheet, marks) for sheet, marks in pairs if marks]
    words = WORDS[language]
    head = (words["mark"], words["reason"], words["remedy"], words["count"])
    summary = _summary([*member_issues, *household_issues], language)
    write_marked_workbook(path, sheets, summary, head, language=language)


def _marks(sheet: ReadSheet, issues: Sequence[CellIssue], language: str) -> list[Mark]:
    headers = {match.column: (match.index, match.header) for match in sheet.mapping.matches}
    marks = []
    for issue in issues:
        text = errors.text(issue.code, issue.params, language)
        index, header = headers.get(issue.column, (None, ""))
        where = "" if index is None else f"{place_name(header, index)}: "
        marks.append(
            Mark(
                row=issue.row_no - sheet.raw.first_row,
                columns=() if index is None else (index,),
                label=issue.code,
                reason=where + text.message,
                remedy=text.remedy,
            )
        )
    return marks


def _marked(sheet: ReadSheet, marks: list[Mark]) -> MarkedSheet:
    rows = sorted({mark.row for mark in marks})
    return MarkedSheet(sheet.raw, sheet.mapping.header_rows, rows, marks)


def _summary(issues: Sequence[CellIssue], language: str) -> list[tuple[str, str, str, int]]:
    counts = Counter(issue.code for issue in issues)
    first = {issue.code: issue for issue in reversed(issues)}
    found = []
    for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        text = errors.text(code, first[code].params, language)
        found.append((code, text.message, text.remedy, count))
    return found


def describe_issues(
    sheet: ReadSheet, issues: Sequence[CellIssue], types: dict[str, str], limit: int
) -> list[dict[str, Any]]:
    """Return findings for the screen: sheet, row, column, code, params; values masked."""
    titles = {match.column: match.header for match in sheet.mapping.matches}
    return [
        {
            "sheet": sheet.raw.name,
            "row": issue.row_no,
            "column": issue.column,
            "header": titles.get(issue.column, ""),
            "code": issue.code,
            "params": _safe_params(types.get(issue.column, ""), issue.params),
            "value_masked": _masked(types.get(issue.column, ""), issue.value),
        }
        for issue in issues[:limit]
    ]


def _safe_params(kind: str, params: dict[str, Any]) -> dict[str, str]:
    return {
        name: _masked(kind, value)
        if kind in _MASKS and len(str(value)) >= _SHORTEST_NUMBER
        else str(value)
        for name, value in params.items()
    }


def _masked(kind: str, value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    if kind in _MASKS:
        return _MASKS[kind](text)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
