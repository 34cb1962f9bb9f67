"""What a dataset contract (数据契约) is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from bangfu.kernel.errors import NotFound
from bangfu.kernel.text import normalise_label

COLUMN_TYPES = (
    "text",
    "name",
    "id_number",
    "region",
    "phone",
    "account",
    "money",
    "integer",
    "decimal",
    "date",
    "month",
    "code",
    "codes",
    "boolean",
    "disability_certificate",
    "credit_code",
)
# Values that name or reach a person; they never land in the lake.
PERSONAL_TYPES = frozenset({"name", "id_number", "phone", "account", "disability_certificate"})
BASES = ("RISK", "ASSET")
COVERAGES = ("FULL", "THRESHOLD_LIST", "CHANGES", "YES_NO", "REGISTER")
CADENCES = ("MONTHLY", "TERM", "HALF_YEAR", "EVENT", "YEARLY")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in our tables, how files call it, and what it may hold.

    `min` and `max` are inclusive; `scale` is the number of decimals of type decimal; `section`
    groups columns on a page; `national_code` is the column of the national system, where known;
    `example` stands in the template's notes where the example of the type does not fit.
    """

    name: str
    zh: str
    en: str
    type: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    code_list: str | None = None
    unit: str | None = None
    min: Decimal | None = None
    max: Decimal | None = None
    max_length: int | None = None
    scale: int | None = None
    in_lake: bool = True
    national_code: str | None = None
    section: str | None = None
    doc: dict[str, str] = field(default_factory=dict)
    example: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """All headings that mean this column, the preferred one first."""
        return (self.zh, *self.synonyms)

    @property
    def is_personal(self) -> bool:
        """Whether the value names or reaches a person."""
        return self.type in PERSONAL_TYPES


@dataclass(frozen=True, slots=True)
class ListThreshold:
    """A THRESHOLD_LIST lists people whose `column` is `at_least` so much; others are unknown."""

    column: str
    at_least: Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """In every row `total` is the sum of `plus` less the sum of `minus`, and never below zero."""

    total: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """A row whose code `when` is one of `codes` must fill in `column`."""

    column: str
    when: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A group of columns under one heading."""

    key: str
    title: dict[str, str]


@dataclass(frozen=True)
class Dataset:
    """A contract; `columns` keep the order of the file.

    `accumulates`: a file holds its own month only, and all months within `valid_months` count
    together. `by_period_end` names dates that cannot lie after the month of the file.
    """

    id: str
    table: str
    title: dict[str, str]
    department: str
    basis: str
    coverage: str
    cadence: str
    valid_months: int
    silent: tuple[str, ...]
    key: tuple[str, ...]
    source_document: str
    status: str
    columns: tuple[Column, ...]
    list_threshold: ListThreshold | None = None
    period_column: str | None = None
    control_sums: tuple[str, ...] = ()
    in_order: tuple[tuple[str, str], ...] = ()
    accumulates: bool = False
    balance: Balance | None = None
    needs: tuple[Need, ...] = ()
    by_period_end: tuple[str, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()

    def column(self, name: str) -> Column:
        """Return a column by name; raises NotFound E-DATASET-COLUMN."""
        found = self.find_column(name)
        if found is None:
            raise NotFound("E-DATASET-COLUMN", dataset=self.id, column=name)
        return found

    def find_column(self, name: str) -> Column | None:
        """Return a column by name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    def by_label(self, heading: str) -> Column | None:
        """Return the column that a heading means (label or synonym, spaces and width ignored)."""
        wanted = normalise_label(heading)
        return next(
            (
                c
                for c in self.columns
                if any(normalise_label(label) == wanted for label in c.labels)
            ),
            None,
        )

    @property
    def lake_columns(self) -> tuple[Column, ...]:
        """The columns that land in the lake; an ID number lands as a token instead."""
        return tuple(c for c in self.columns if c.in_lake and not c.is_personal)
