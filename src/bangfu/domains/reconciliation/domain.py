"""Kinds and states of the items of a reconciliation, and how two values are compared. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID


class ItemKind(StrEnum):
    """What is to be done."""

    ENTER_HOUSEHOLD = "ENTER_HOUSEHOLD"
    ENTER_MEMBER = "ENTER_MEMBER"
    CORRECT_FIELD = "CORRECT_FIELD"
    ONLY_THERE_HOUSEHOLD = "ONLY_THERE_HOUSEHOLD"
    ONLY_THERE_MEMBER = "ONLY_THERE_MEMBER"


class ItemState(StrEnum):
    """OPEN, ticked off by a newer export (DONE), or set aside by a person with a reason."""

    OPEN = "OPEN"
    DONE = "DONE"
    DISMISSED = "DISMISSED"


class State(StrEnum):
    """Of a reconciliation as a whole."""

    RUNNING = "RUNNING"
    DONE = "DONE"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the export and the register do not say alike.

    `person` is the token of an ID number, "" for a household; `column` a contract column, "" for
    a whole household or member. `here` and `there` are plain values or masked texts.
    """

    kind: ItemKind
    region_code: str
    household_no: str
    head_name: str
    person: str = ""
    member_name: str = ""
    column: str = ""
    here: str = ""
    there: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences of an export, and what was compared.

    `household_columns` and `member_columns` are those that the export has: only items about these
    can be ticked off by it.
    """

    differences: list[Difference]
    household_columns: frozenset[str]
    member_columns: frozenset[str]
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReconciliationRecord:
    """One comparison with an export."""

    id: UUID
    region_code: str
    as_of: date
    file_name: str
    state: State
    counts: dict[str, int]
    errors: list[dict[str, Any]]
    job_id: UUID | None
    created_at: datetime
    created_by: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One item of the list."""

    id: UUID
    kind: ItemKind
    region_code: str
    household_no: str
    head_name: str
    member_name: str
    column: str
    of_member: bool
    here: str
    there: str
    state: ItemState
    first_seen_on: date
    done_on: date | None
    reason: str
    is_hidden: bool = False


def same(here: Any, there: Any) -> bool:
    """Whether two typed values of a column say the same; several codes have no order.

    Nothing and an empty text are alike; 8200 is 8200.00.
    """
    if here in (None, "", [], ()) or there in (None, "", [], ()):
        return here in (None, "", [], ()) and there in (None, "", [], ())
    if isinstance(here, list | tuple) or isinstance(there, list | tuple):
        return set(_listed(here)) == set(_listed(there))
    if isinstance(here, Decimal | int) and isinstance(there, Decimal | int):
        return Decimal(here) == Decimal(there)
    return str(here) == str(there)


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def plain(value: Any) -> str:
    """Return a typed value as the text that is stored: codes with commas, numbers without zeros."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(sorted(str(one) for one in value))
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value.isoformat() if isinstance(value, date) else str(value)
