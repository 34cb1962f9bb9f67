"""Columns, tables and the catalog that formulas are checked against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from bangfu.engine.contracts.types import Kind, Type, parse_unit
from bangfu.engine.errors import FormulaError


@dataclass(frozen=True)
class Column:
    """One promised column: its kind, the unit of a number, the list of a code, its labels."""

    name: str
    type: Type
    zh: str = ""
    en: str = ""
    nullable: bool = True
    integer: bool = False
    dated_by: str = "as_of"
    """The column of the same table that holds this column's date."""

    def label(self, language: str) -> str:
        """Return the label in "zh" or "en"; the name itself where none is given."""
        return (self.zh if language == "zh" else self.en) or self.name


@dataclass(frozen=True)
class Table:
    """One promised table. A feed also says what its silence means.

    basis RISK or ASSET; coverage FULL, THRESHOLD_LIST, CHANGES, YES_NO or REGISTER;
    `valid_months` how long a period may be used; `silent` month-day ranges ("09-01/02-28");
    `accumulates`: every month's file holds that month only, and the months count together.
    """

    name: str
    columns: tuple[Column, ...]
    zh: str = ""
    en: str = ""
    dataset: str = ""
    basis: str = "RISK"
    coverage: str = "FULL"
    valid_months: int = 1
    silent: tuple[str, ...] = ()
    is_feed: bool = False
    accumulates: bool = False

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Columns by their name."""
        return {column.name: column for column in self.columns}

    def label(self, language: str) -> str:
        """Return the title in "zh" or "en"."""
        return (self.zh if language == "zh" else self.en) or self.name

    def with_columns(self, columns: Iterable[Column]) -> Table:
        """Return the table with more columns (or with columns of these names replaced)."""
        added = {column.name: column for column in columns}
        kept = [column for column in self.columns if column.name not in added]
        return replace(self, columns=(*kept, *added.values()))


@dataclass(frozen=True)
class Catalog:
    """All tables a pack may name, and the code lists behind their codes."""

    tables: Mapping[str, Table]
    code_lists: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    """List name → code → (zh, en)."""

    def column_type(self, table: str, column: str) -> Type | None:
        """Return the type of a column, None when table or column is unknown."""
        found = self.tables.get(table)
        if found is None or column not in found.by_name:
            return None
        return found.by_name[column].type

    def is_feed(self, table: str) -> bool:
        """Whether `table` is a feed."""
        return table in self.tables and self.tables[table].is_feed

    def codes(self, code_list: str) -> frozenset[str] | None:
        """Return the codes of a list, None when the list is unknown."""
        found = self.code_lists.get(code_list)
        return None if found is None else frozenset(found)

    def code_label(self, code_list: str | None, code: str, language: str) -> str:
        """Return a code's label in "zh" or "en"; the code itself where the list has none."""
        pair = self.code_lists.get(code_list or "", {}).get(code)
        return pair[0 if language == "zh" else 1] if pair else code

    def column(self, table: str, name: str) -> Column:
        """Return a column that is known to exist."""
        return self.tables[table].by_name[name]


_KINDS: dict[str, Kind] = {
    "text": Kind.TEXT,
    "name": Kind.TEXT,
    "id_number": Kind.TEXT,
    "region": Kind.TEXT,
    "phone": Kind.TEXT,
    "account": Kind.TEXT,
    "disability_certificate": Kind.TEXT,
    "credit_code": Kind.TEXT,
    "money": Kind.NUMBER,
    "decimal": Kind.NUMBER,
    "integer": Kind.NUMBER,
    "date": Kind.DATE,
    "month": Kind.MONTH,
    "code": Kind.CODE,
    "codes": Kind.CODES,
    "boolean": Kind.BOOLEAN,
}


def make_column(
    name: str,
    type_name: str,
    *,
    unit: str | None = None,
    code_list: str | None = None,
    zh: str = "",
    en: str = "",
    nullable: bool = True,
    dated_by: str = "as_of",
) -> Column:
    """Make a column from the type words of standards/datasets.

    Money is in yuan; other numbers are pure unless `unit` is given.
    """
    kind = _KINDS.get(type_name)
    if kind is None:
        raise FormulaError("E-CONTRACT-TYPE", column=name, type=type_name)
    resolved = None
    if kind is Kind.NUMBER:
        resolved = parse_unit(unit or ("yuan" if type_name == "money" else ""))
    listed = code_list if kind in (Kind.CODE, Kind.CODES) else None
    return Column(
        name,
        Type(kind, resolved, listed),
        zh,
        en,
        nullable,
        integer=type_name == "integer",
        dated_by=dated_by,
    )
