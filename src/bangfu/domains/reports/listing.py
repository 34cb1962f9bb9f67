"""The household list as SQL: the register's households joined with the hints of a month.

The two halves come from the selectors of their domains, each already narrowed to the scope; this
module joins, filters by hint, orders and pages. One row more than asked for is read, to know
whether there is a next page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from bangfu.domains.screening.domain import Severity

COLUMNS = (
    "id",
    "household_no",
    "head_name",
    "head_pinyin",
    "region_code",
    "member_count",
    "household_type",
    "monitored_category",
    "risk_status",
    "as_of",
)
HINT_COLUMNS = ("household_id", "severity", "reason_zh", "reason_en", "fired")
FETCH = 1_000

# A household that no run has seen comes after those without a hint.
_RANK = f"({int(Severity.URGENT)} - coalesce(s.severity, -1))"
ORDERS = {
    "hint": (_RANK, "h.household_no", "h.id"),
    "household_no": ("h.household_no", "h.id"),
    "name": ("h.head_pinyin", "h.household_no", "h.id"),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """What to list: both halves, and the conditions that need both."""

    households: QuerySet[Any]
    hints: QuerySet[Any] | None
    severities: tuple[int, ...]
    rule: str | None
    sort: str

    def source(self) -> tuple[str, list[Any]]:
        """Return FROM and WHERE with their parameters."""
        sql, params = _piece(self.households, COLUMNS)
        parts, values = [f"FROM ({sql}) AS h"], list(params)
        if self.hints is None:
            parts.append(
                "CROSS JOIN (SELECT NULL::smallint AS severity, '' AS reason_zh, '' AS reason_en) s"
            )
        else:
            hint_sql, hint_params = _piece(self.hints, HINT_COLUMNS)
            how = "JOIN" if self.severities or self.rule else "LEFT JOIN"
            parts.append(f"{how} ({hint_sql}) AS s ON s.household_id = h.id")
            values += hint_params
        parts.append("WHERE TRUE")
        if self.severities:
            parts.append("AND s.severity = ANY(%s::smallint[])")
            values.append(list(self.severities))
        if self.rule and self.hints is not None:
            parts.append("AND s.fired @> ARRAY[%s]::varchar[]")
            values.append(self.rule)
        return "\n".join(parts), values

    @property
    def is_empty(self) -> bool:
        """Whether a filter by hint meets a month that was never screened."""
        return self.hints is None and bool(self.severities or self.rule)

    def select(self, after: list[Any] | None, limit: int | None) -> tuple[str, list[Any]]:
        """Return the query of a page, or of everything when `limit` is None."""
        source, params = self.source()
        order = ORDERS[self.sort]
        listed = ", ".join(f"h.{column}" for column in COLUMNS)
        sql = f"SELECT {listed}, s.severity, s.reason_zh, s.reason_en, {_RANK} AS rank\n{source}"
        if after is not None:
            sql += f"\nAND ({', '.join(order)}) > ({', '.join(['%s'] * len(order))})"
            params += after
        sql += f"\nORDER BY {', '.join(order)}"
        if limit is not None:
            sql += "\nLIMIT %s"
            params.append(limit)
        return sql, params


def _piece(rows: QuerySet[Any], columns: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    sql, params = rows.order_by().values_list(*columns).query.sql_with_params()
    return sql, params


def _as_dict(row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip((*COLUMNS, "severity", "reason_zh", "reason_en", "rank"), row, strict=True))


def read_page(listing: Listing, after: list[Any] | None, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` + 1 rows after a cursor; call it inside `activate`."""
    if listing.is_empty:
        return []
    sql, params = listing.select(after, limit + 1)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [_as_dict(row) for row in cursor.fetchall()]


def count(listing: Listing) -> int:
    """Return how many rows there are; call it inside `activate`."""
    if listing.is_empty:
        return 0
    if listing.hints is None or not (listing.severities or listing.rule):
        return listing.households.order_by().count()
    source, params = listing.source()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {source}", params)
        return int(cursor.fetchone()[0])


def read_all(listing: Listing) -> Iterator[dict[str, Any]]:
    """Yield all rows in the list's order; consume it inside `activate`."""
    if listing.is_empty:
        return
    sql, params = listing.select(None, None)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(FETCH):
            yield from map(_as_dict, rows)


def cursor_values(listing: Listing, row: dict[str, Any]) -> list[Any]:
    """Return the sort values of a row, as the cursor keeps them."""
    names = [part.removeprefix("h.") if part != _RANK else "rank" for part in ORDERS[listing.sort]]
    return [str(row[name]) if name == "id" else row[name] for name in names]
