"""Finds the member list and the household list in a workbook: on two sheets, or on one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bangfu.foundation.sheets import validation
from bangfu.foundation.sheets.matching import match_sheet
from bangfu.foundation.sheets.types import RawSheet, SheetMapping, ValidatedSheet
from bangfu.kernel.errors import Refused
from bangfu.kernel.text import normalise_label
from bangfu.standards import datasets
from bangfu.standards.datasets import Dataset

_NEEDED_OF_MEMBERS = frozenset({"household_no", "name", "id_number"})
_NEEDED_OF_HOUSEHOLDS = frozenset({"household_no"})
# A sheet with fewer household columns than this is a cover or a list of something else.
_LEAST_HOUSEHOLD_COLUMNS = 3


@dataclass(frozen=True)
class Part:
    """One list of the file: the sheet it stands on, its columns and its checked values."""

    raw: RawSheet
    mapping: SheetMapping
    sheet: ValidatedSheet


@dataclass(frozen=True)
class Parts:
    """The two lists; with ``is_combined`` both stand on one sheet, a row a member."""

    members: Part
    households: Part | None
    is_combined: bool


def find_parts(sheets: Sequence[RawSheet], *, today: date) -> Parts:
    """Match and check the lists of a file.

    Raises Refused: E-QUALITY-NO-MEMBERS, E-SHEET-AMBIGUOUS-SHEET and the problems of a mapping.
    """
    members = _relaxed(datasets.get("registry/member"), _NEEDED_OF_MEMBERS)
    households = _relaxed(datasets.get("registry/household"), _NEEDED_OF_HOUSEHOLDS)
    visible = [sheet for sheet in sheets if sheet.visible]
    found = [(raw, mapping) for raw in visible if (mapping := _try_match(raw, members))]
    lists = [(raw, mapping) for raw, mapping in found if not mapping.missing and mapping.data_rows]
    if not lists:
        raise Refused("E-QUALITY-NO-MEMBERS", wanted="户编号、姓名、证件号码")
    if len(lists) > 1:
        names = "、".join(raw.name for raw, _ in lists)
        raise Refused("E-SHEET-AMBIGUOUS-SHEET", sheets=names)
    raw, mapping = lists[0]
    member_part = _checked(raw, mapping, members, today)
    others = [sheet for sheet in visible if sheet is not raw]
    separate = _find_households(others, households, today)
    if separate is not None:
        return Parts(member_part, separate, is_combined=False)
    beside = _without_labels_of(households, members)
    household_mapping = match_sheet(raw, beside)
    if len(household_mapping.matches) < _LEAST_HOUSEHOLD_COLUMNS:
        return Parts(member_part, None, is_combined=True)
    household_part = _checked(raw, household_mapping, beside, today)
    return Parts(member_part, household_part, is_combined=True)


def _relaxed(dataset: Dataset, needed: frozenset[str]) -> Dataset:
    """The contract with only the columns that join the lists required.

    A check looks at whatever there is; a rule whose column is absent is skipped and said so.
    """
    columns = tuple(replace(c, required=c.name in needed) for c in dataset.columns)
    return replace(dataset, columns=columns)


def _without_labels_of(households: Dataset, members: Dataset) -> Dataset:
    """Household columns for a sheet whose rows are members: what may mean a member's, does."""
    taken = {normalise_label(label) for column in members.columns for label in column.labels}
    kept = []
    for column in households.columns:
        if column.name in _NEEDED_OF_HOUSEHOLDS:
            kept.append(column)
        elif normalise_label(column.zh) not in taken:
            free = tuple(s for s in column.synonyms if normalise_label(s) not in taken)
            kept.append(replace(column, synonyms=free))
    return replace(households, columns=tuple(kept))


def _find_households(sheets: Sequence[RawSheet], dataset: Dataset, today: date) -> Part | None:
    found = [(raw, mapping) for raw in sheets if (mapping := _try_match(raw, dataset))]
    fitting = [
        (raw, mapping)
        for raw, mapping in found
        if not mapping.missing
        and mapping.data_rows
        and len(mapping.matches) >= _LEAST_HOUSEHOLD_COLUMNS
    ]
    if len(fitting) > 1:
        names = "、".join(raw.name for raw, _ in fitting)
        raise Refused("E-SHEET-AMBIGUOUS-SHEET", sheets=names)
    if not fitting:
        return None
    return _checked(*fitting[0], dataset, today)


def _try_match(raw: RawSheet, dataset: Dataset) -> SheetMapping | None:
    try:
        return match_sheet(raw, dataset)
    except Refused as refusal:
        if refusal.code != "E-SHEET-NO-HEADER":
            raise
        return None


def _checked(raw: RawSheet, mapping: SheetMapping, dataset: Dataset, today: date) -> Part:
    sheet = validation.validate_rows(raw, mapping, dataset, today=today, check_duplicates=False)
    return Part(raw, mapping, sheet)
