"""What a formula may see at one place, and the limits of what may be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from bangfu.engine.contracts.types import Type
from bangfu.engine.rules import nodes as n

UNKNOWN_REASONS = ("NO_DATA", "OUT_OF_COVERAGE", "STALE", "SILENT", "NOT_AUTHORISED")
LARGEST = Decimal(10) ** 12


class Columns(Protocol):
    """Where the parser looks names up: the promised tables and the code lists."""

    def column_type(self, table: str, column: str) -> Type | None:
        """Return the type of a column, None when table or column is unknown."""

    def is_feed(self, table: str) -> bool:
        """Whether `table` is a feed that aggregates may read."""

    def codes(self, code_list: str) -> frozenset[str] | None:
        """Return the codes of a list, None when the list is unknown."""


@dataclass(frozen=True)
class Scope:
    """What a formula may see at one place."""

    columns: Columns
    unit: str
    grain: str
    thresholds: Mapping[str, Type]
    indicators: Mapping[str, n.Node]
    table: str | None = None
