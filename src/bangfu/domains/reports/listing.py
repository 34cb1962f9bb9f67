"""The household list: the register's households joined with the hints of a month.

The two halves come from the selectors of their domains, each already narrowed to the scope. A page
is found in two steps. The first joins, orders and counts keys only, which both halves answer from
their indexes; the second reads the few rows that are shown. Columns are named here, tables never.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from bangfu.domains.screening.domain import Severity
from bangfu.domains.screening.withholding import NOTHING, Closed

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
HINT_COLUMNS = ("household_id", "severity", "reason_zh", "reason_en", "fired", "undecided")
BLOCK = 1_000

# Sort keys by order. A household that no run has seen comes after those without a hint.
ORDERS = {
    "hint": ("rank", "household_no", "id"),
    "household_no": ("household_no", "id"),
    "name": ("head_pinyin", "household_no", "id"),
}
_RANK = f"{int(Severity.URGENT)} - coalesce(s.severity, -1)"
_NO_HINTS = "SELECT NULL::uuid AS household_id, NULL::smallint AS severity LIMIT 0"


@dataclass(frozen=True, slots=True)
class Listing:
    """What to list: both halves, the conditions that concern hints, and what is closed of them."""

    households: QuerySet[Any]
    hints: QuerySet[Any] | None
    severities: tuple[int, ...]
    rule: str | None
    sort: str
    closed: Closed = NOTHING

    @property
    def is_empty(self) -> bool:
        """Whether a filter by hint meets a month that was never screened."""
        return self.hints is None and bool(self.severities or self.rule)

    def keys(self, after: list[Any] | None, limit: int | None) -> tuple[str, list[Any]]:
        """Return the query of sort keys after a place; each row ends with the number of all rows.

        Both halves are materialised: under row security the planner guesses a hundred rows where
        there are twenty thousand, and would look each household's hint up by itself.
        """
        order = ORDERS[self.sort]
        own = sorted({"household_no", "id", *order} - {"rank"})
        left, values = _piece(self.households, own)
        right, more = (_NO_HINTS, ()) if self.hints is None else _piece(self._narrowed(), _KEY)
        # Without a filter by hint every household is listed, and the register's half is the count.
        is_whole = not (self.severities or self.rule)
        how, kept, counted = (
            ("LEFT JOIN", "NOT MATERIALIZED", "h")
            if is_whole
            else ("JOIN", "MATERIALIZED", "joined")
        )
        listed = ", ".join(f"h.{column}" for column in own)
        parts = [
            f"WITH h AS MATERIALIZED ({left}), s AS MATERIALIZED ({right}),",
            f"joined AS {kept} (SELECT {listed}, {_RANK} AS rank",
            f"FROM h {how} s ON s.household_id = h.id)",
            f"SELECT {', '.join(order)}, (SELECT count(*) FROM {counted}) FROM joined",  # noqa: S608
        ]
        params = [*values, *more]
        if after is not None:
            parts.append(f"WHERE ({', '.join(order)}) > ({', '.join(['%s'] * len(order))})")
            params += after
        parts.append(f"ORDER BY {', '.join(order)}")
        if limit is not None:
            parts.append("LIMIT %s")
            params.append(limit)
        return "\n".join(parts), params

    def _narrowed(self) -> QuerySet[Any]:
        """Return the hints that the list may show."""
        assert self.hints is not None
        rows = self.hints
        if self.severities:
            rows = rows.filter(severity__in=self.severities)
        if self.rule:
            rows = rows.filter(fired__contains=[self.rule])
        return rows


_KEY = ("household_id", "severity")


def _piece(rows: QuerySet[Any], columns: Sequence[str]) -> tuple[str, tuple[Any, ...]]:
    sql, params = rows.order_by().values_list(*columns).query.sql_with_params()
    return sql, params


def _find(listing: Listing, after: list[Any] | None, limit: int | None) -> list[tuple[Any, ...]]:
    if listing.is_empty:
        return []
    sql, params = listing.keys(after, limit)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _read(listing: Listing, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return the rows of these households in this order."""
    found = {
        row["id"]: {**row, "severity": None, "reason_zh": "", "reason_en": ""}
        for row in listing.households.order_by().filter(id__in=ids).values(*COLUMNS)
    }
    if listing.hints is not None:
        hints = listing.hints.order_by().filter(household_id__in=ids)
        for hint in hints.values(*HINT_COLUMNS):
            found[hint["household_id"]] |= _told(listing.closed, hint)
    return [found[household_id] for household_id in ids]


def _told(closed: Closed, hint: dict[str, Any]) -> dict[str, Any]:
    """Return what the reader may know of a hint: how urgent it is, and its reason."""
    zh, en = closed.tell(
        Severity(hint["severity"]),
        hint["fired"],
        hint["undecided"],
        (hint["reason_zh"], hint["reason_en"]),
    )
    return {"severity": hint["severity"], "reason_zh": zh, "reason_en": en}


def _id_of(listing: Listing, key: tuple[Any, ...]) -> UUID:
    found: UUID = key[ORDERS[listing.sort].index("id")]
    return found


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a page, the sort values after which the next begins, the number of all rows."""

    rows: list[dict[str, Any]]
    end: list[Any] | None
    total: int


def read_page(listing: Listing, after: list[Any] | None, limit: int) -> Page:
    """Return at most `limit` rows after a place; call it inside `activate`."""
    keys = _find(listing, after, limit + 1)
    if not keys:
        # Past the end of the list there is no row left to carry the number.
        first = _find(listing, None, 1) if after is not None else []
        return Page([], None, first[0][-1] if first else 0)
    shown = keys[:limit]
    end = [str(value) if isinstance(value, UUID) else value for value in shown[-1][:-1]]
    return Page(
        rows=_read(listing, [_id_of(listing, key) for key in shown]),
        end=end if len(keys) > limit else None,
        total=keys[0][-1],
    )


def read_all(listing: Listing) -> Iterator[dict[str, Any]]:
    """Yield all rows in the list's order; consume it inside `activate`."""
    keys = _find(listing, None, None)
    for start in range(0, len(keys), BLOCK):
        yield from _read(listing, [_id_of(listing, key) for key in keys[start : start + BLOCK]])
