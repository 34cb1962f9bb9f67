"""Putting staged households in force: bulk load into TEMP tables, then set-based merges.

COPY cannot write to a table under row-level security, so rows go to TEMP tables that vanish with
the transaction, and INSERT and UPDATE … SELECT carry them over under the policies. A row that
collides with one the importer may not see is skipped by the database without a word; its
household is then taken out and listed as held elsewhere, which says nothing of the other record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from bangfu.domains.registry.importing import copytext, sql
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.scope import Scope

LISTED = 500  # how many names of households a result carries; the counts are of all


@dataclass(frozen=True, slots=True)
class StagedTable:
    """Rows of one table as COPY text.

    `present` are the register's columns that the file states; `facts` are all that have a source
    of their own.
    """

    columns: tuple[str, ...]
    present: tuple[str, ...]
    facts: tuple[str, ...]
    lines: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class StagedRegister:
    """What a file puts into the register: households, people, places to be settled by a person."""

    households: StagedTable
    persons: StagedTable
    reviews: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every written row carries. `sources` maps a county to its source's id."""

    as_of: date
    at: datetime
    by: str


@dataclass(slots=True)
class Merged:
    """What a commit did. Households and persons each: new, changed, unchanged; the rest is listed.

    `missing` are members that a household's list no longer names: they stay members until a
    person decides. `left` counts households of the region that the file does not contain.
    """

    counts: dict[str, int] = field(default_factory=dict)
    missing: list[dict[str, Any]] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    renamed: list[dict[str, Any]] = field(default_factory=list)


Step = Callable[[str], None]
SourceOf = Callable[[str], UUID]  # county → id of its source


class Merger:
    """Merges one staged register; call `run` inside the scope's transaction."""

    def __init__(self, cursor: Any, stamp: Stamp, *, on_step: Step) -> None:
        self._cursor = cursor
        self._stamp = stamp
        self._on_step = on_step
        self._merged = Merged()

    def run(self, staged: StagedRegister, bounds: tuple[str, str], sources: SourceOf) -> Merged:
        """Load, set apart what must not be written, write, and say what happened."""
        self._on_step("loading")
        self._execute(sql.PLAN_FOR_MANY_ROWS)
        self._load("incoming_household", "registry_household", staged.households)
        self._load("incoming_person", "registry_person", staged.persons)
        self._execute(sql.LOCK_COUNTIES)
        for statement in sql.MATCH_KNOWN:
            self._execute(statement)
        self._set_apart_older()
        self._set_apart_gone()
        self._set_apart_elsewhere()
        self._load_sources(sources)
        self._list_missing()
        self._list_renamed()
        self._on_step("writing")
        self._write(staged)
        self._queue_reviews(staged.reviews)
        self._count_left(bounds)
        self._execute(sql.DROP_INCOMING)
        self._execute(sql.PLAN_AS_USUAL)
        return self._merged

    # Loading

    def _load(self, temporary: str, model_table: str, table: StagedTable) -> None:
        self._execute(sql.make_incoming(temporary, model_table, table.columns))
        names = ", ".join(f'"{name}"' for name in table.columns)
        with self._cursor.copy(f"COPY {temporary} ({names}) FROM STDIN") as copy:
            for block in table.lines:
                copy.write(block)
        self._execute(f"ANALYZE {temporary}")

    def _load_sources(self, sources: SourceOf) -> None:
        """One source a county, so that the key of rows to their source holds the county."""
        self._execute(sql.MAKE_SOURCES)
        counties = self._rows("SELECT DISTINCT county_code FROM incoming_household ORDER BY 1")
        for (county,) in counties:
            self._execute(sql.ADD_SOURCE, (county, sources(county)))

    # Setting apart

    def _set_apart_older(self) -> None:
        rows = self._rows(sql.SET_APART_OLDER, {"as_of": self._stamp.as_of})
        self._merged.older = sorted(no for (no,) in rows)[:LISTED]
        self._merged.counts["older"] = len(rows)

    def _set_apart_gone(self) -> None:
        rows = sorted(self._rows(sql.SET_APART_GONE))
        self._merged.counts["gone"] = len(rows)
        for household_no, row_no, is_head in rows:
            if is_head:
                self._hold(household_no, row_no, "E-REGISTRY-HEAD-GONE", {})
        for (household_no,) in self._rows(sql.LIST_CLOSED):
            self._hold(
                household_no,
                None,
                "E-REGISTRY-HOUSEHOLD-CLOSED",
                {"household_no": household_no},
            )

    def _set_apart_elsewhere(self) -> None:
        for row_no, own, other in self._rows(sql.LIST_ELSEWHERE):
            self._hold(own, row_no, "E-REGISTRY-PERSON-ELSEWHERE", {"household_no": other})
        self._drop_held()

    def _hold(
        self, household_no: str, row_no: int | None, code: str, params: dict[str, str]
    ) -> None:
        self._merged.held.append(
            {"household_no": household_no, "row": row_no, "code": code, "params": params}
        )

    def _drop_held(self) -> None:
        held = sorted({entry["household_no"] for entry in self._merged.held})
        for statement in sql.DROP_HOUSEHOLDS:
            self._execute(statement, {"held": held})
        self._merged.counts["held"] = len(held)

    # Listing

    def _list_missing(self) -> None:
        rows = self._rows(sql.LIST_MISSING)
        self._merged.counts["missing"] = len(rows)
        self._merged.missing = [
            {"household_no": no, "person_id": str(person), "name": name}
            for no, person, name in rows[:LISTED]
        ]

    def _list_renamed(self) -> None:
        rows = self._rows(sql.LIST_RENAMED)
        self._merged.counts["renamed"] = len(rows)
        self._merged.renamed = [
            {"household_no": no, "row": row_no, "before": before, "after": after}
            for no, row_no, before, after in rows[:LISTED]
        ]

    # Writing

    def _write(self, staged: StagedRegister) -> None:
        """Write; when something collides with rows outside the scope, leave it out and repeat."""
        while True:
            point = transaction.savepoint()
            collided = self._write_once(staged)
            if not collided:
                transaction.savepoint_commit(point)
                return
            transaction.savepoint_rollback(point)
            for household_no, row_no in collided:
                self._hold(household_no, row_no, "E-REGISTRY-HELD-ELSEWHERE", {})
            self._drop_held()

    def _write_once(self, staged: StagedRegister) -> list[tuple[str, int | None]]:
        stamp = {"as_of": self._stamp.as_of, "at": self._stamp.at}
        self._execute(sql.COUNT_MEMBERS)
        for table, temporary, part in (
            ("registry_household", "incoming_household", staged.households),
            ("registry_person", "incoming_person", staged.persons),
        ):
            kind = table.removeprefix("registry_")
            columns = (*part.present, "member_count") if kind == "household" else part.present
            counts = self._merged.counts
            counts[f"{kind}s_changed"] = self._execute(
                sql.update_changed(table, temporary, columns), {**stamp, "facts": list(part.facts)}
            )
            counts[f"{kind}s_new"] = self._execute(sql.insert_new(table, temporary, columns), stamp)
            counts[f"{kind}s_unchanged"] = self._execute(
                sql.confirm_unchanged(table, temporary), stamp
            )
            collided = self._rows(sql.list_collided(table, temporary))
            if collided:
                return collided
        stepped_down = self._execute(sql.STEP_DOWN, stamp)
        counts["memberships_changed"] = stepped_down + self._execute(sql.UPDATE_MEMBERSHIPS, stamp)
        counts["memberships_new"] = self._execute(sql.INSERT_MEMBERSHIPS, stamp)
        return []

    def _queue_reviews(self, reviews: Iterable[dict[str, Any]]) -> None:
        self._merged.counts["reviews"] = 0
        for review in reviews:
            self._merged.counts["reviews"] += self._execute(
                sql.INSERT_REVIEW, {**review, "at": self._stamp.at}
            )
        self._execute(sql.SETTLE_REVIEWS, {"at": self._stamp.at, "by": self._stamp.by})

    def _count_left(self, bounds: tuple[str, str]) -> None:
        ((left,),) = self._rows(sql.COUNT_LEFT, {"lower": bounds[0], "upper": bounds[1]})
        self._merged.counts["left"] = left

    # The cursor

    def _execute(self, statement: str, params: Any = None) -> int:
        self._cursor.execute(statement, params)
        return max(self._cursor.rowcount, 0)

    def _rows(self, statement: str, params: Any = None) -> list[Any]:
        self._cursor.execute(statement, params)
        return list(self._cursor.fetchall())


def find_elsewhere(
    scope: Scope,
    rows: Sequence[int],
    person_tokens: Sequence[str],
    household_nos: Sequence[str],
    counties: Sequence[str],
) -> list[tuple[int, str]]:
    """Return (row, other household's number) of people who belong to another household.

    Four columns of equal length: the row in the file, the token of the ID number, the household
    and the county that the file puts the person in. Looks as far as the scope reaches.
    """
    numbers = [str(row) for row in rows]
    texts = [copytext.column(each) for each in (person_tokens, household_nos, counties)]
    with activate(scope), connection.cursor() as cursor:
        cursor.execute(sql.MAKE_TOKENS)
        with cursor.copy("COPY incoming_token FROM STDIN") as copy:
            for block in copytext.lines([numbers, *texts]):
                copy.write(block)
        cursor.execute("ANALYZE incoming_token")
        cursor.execute(sql.PLAN_FOR_MANY_ROWS)
        cursor.execute(sql.FIND_ELSEWHERE)
        found = [(int(row), str(no)) for row, no in cursor.fetchall()]
        cursor.execute("DROP TABLE incoming_token")
        cursor.execute(sql.PLAN_AS_USUAL)
    return found
