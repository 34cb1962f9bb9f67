"""What the register answers with: plain frozen values, numbers and telephones masked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bangfu.kernel.region import RegionCode


@dataclass(frozen=True, slots=True)
class HouseholdNames:
    """A household with the names of its present members by person id, and no more."""

    id: UUID
    region_code: str
    names: dict[UUID, str]


@dataclass(frozen=True, slots=True)
class HouseholdFilter:
    """Which households. Empty means all of the scope.

    `q`: the head's name from its start, its pinyin or initials, a household number from its
    start, or a whole ID number of any member. `among`: a queryset or collection of household ids
    from another domain, e.g. those with a hint; it is used as a subquery.
    """

    region: RegionCode | None = None
    household_types: tuple[str, ...] = ()
    monitored_categories: tuple[str, ...] = ()
    risk_statuses: tuple[str, ...] = ()
    q: str = ""
    among: Any = None


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """One line of a list of households."""

    id: UUID
    household_no: str
    head_name: str
    head_pinyin: str
    region_code: str
    member_count: int
    household_type: str | None
    monitored_category: str | None
    risk_status: str | None
    as_of: date


@dataclass(frozen=True, slots=True)
class HouseholdPage:
    """A page of a list; `next_cursor` is None on the last."""

    items: list[HouseholdRow] = field(default_factory=list)
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """Where facts come from."""

    id: UUID
    kind: str
    label: str
    as_of: date
    committed_at: datetime
    committed_by: str


@dataclass(frozen=True, slots=True)
class FactValue:
    """One fact with where it came from and up to which day it is right.

    `confirmed_as_of` is the day of the newest source that said the same. `shown` is OPEN, MASKED
    or HIDDEN (`foundation.access.columns`): of a hidden fact `value` is None whether it is known
    or not. `can_reveal`: the reader may ask for it in full.
    """

    name: str
    value: Any
    source: str
    source_id: UUID
    as_of: date
    confirmed_as_of: date | None = None
    shown: str = "OPEN"
    can_reveal: bool = False


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A member of a household; ID number, telephone and the like are masked."""

    id: UUID
    name: str
    relation: str
    id_number_masked: str
    phone_masked: str
    from_on: date
    to_on: date | None
    facts: dict[str, FactValue]
    extensions: dict[str, Any]
    as_of: date


@dataclass(frozen=True, slots=True)
class HouseholdRecord:
    """Everything the register holds about a household, as known now or on a day.

    `facts` by column of registry/household; telephone and account in it are masked. Hint,
    assessed level and handling status are not the register's and not here.
    """

    id: UUID
    household_no: str
    region_code: str
    head_name: str
    member_count: int
    facts: dict[str, FactValue]
    extensions: dict[str, Any]
    members: list[MemberRecord]
    source: SourceRecord
    as_of: date
    recorded_at: datetime
    review: ReviewRecord | None = None
    known_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """A household waiting for a person to say to which successor of a retired code it belongs."""

    id: UUID
    household_no: str
    head_name: str
    region_code: str
    stated_code: str
    candidates: tuple[str, ...]
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One version of a household, member or membership giving way to the next.

    `subject` is "household", "person" or "membership"; `changes` lists {key, before, after}.
    """

    at: datetime
    subject: str
    person_name: str | None
    source: str
    as_of: date
    changes: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RegionCount:
    """Households and people of one place below the asked one."""

    region_code: str
    households: int
    persons: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The register of a region as rows for the engine's `household` and `person` tables.

    Columns are named and typed as in `bangfu.engine.contracts`; both iterators read from server
    cursors and must be consumed inside the `with` block that `open_snapshot` gives, household rows
    before person rows.
    """

    household_columns: tuple[str, ...]
    household_rows: Iterator[tuple[Any, ...]]
    person_columns: tuple[str, ...]
    person_rows: Iterator[tuple[Any, ...]]
