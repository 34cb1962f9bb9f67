"""Loading places: all divisions of the country by COPY, or a few more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connections
from django.utils import timezone

from bangfu.foundation import audit
from bangfu.foundation.access.scopes import activate, command_scope
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import divisions
from bangfu.standards.divisions import Division, DivisionChange

Progress = Callable[[int, int, str], None]
NATION = RegionCode("000000000000")
CHUNK = 100_000

_STAGE = """
CREATE TEMP TABLE staged_region (
    code varchar(12) COLLATE "C", name varchar(100) COLLATE "C", level smallint,
    parent_code varchar(12) COLLATE "C", kind varchar(40)
) ON COMMIT DROP
"""
_COPY = "COPY staged_region (code, name, level, parent_code, kind) FROM STDIN"
# An empty table takes the rows straight in: there is nothing to compare them with.
_COPY_STRAIGHT = "COPY regions_region (code, name, level, parent_code, kind) FROM STDIN"
# Untouched rows are left alone, so that a second load writes nothing.
_UPDATE = """
UPDATE regions_region AS kept
   SET name = staged.name, level = staged.level,
       parent_code = staged.parent_code, kind = staged.kind
  FROM staged_region AS staged
 WHERE staged.code = kept.code
   AND (kept.name, kept.level, kept.parent_code, kept.kind)
       IS DISTINCT FROM (staged.name, staged.level, staged.parent_code, staged.kind)
"""
_INSERT = """
INSERT INTO regions_region (code, name, level, parent_code, kind)
SELECT code, name, level, parent_code, kind
  FROM staged_region AS staged
 WHERE NOT EXISTS (SELECT 1 FROM regions_region AS kept WHERE kept.code = staged.code)
"""
_STAGE_CHANGES = """
CREATE TEMP TABLE staged_change (
    old_code varchar(12) COLLATE "C", old_name varchar(100), new_code varchar(12) COLLATE "C",
    changed_in smallint, is_whole boolean
) ON COMMIT DROP
"""
_COPY_CHANGES = "COPY staged_change (old_code, old_name, new_code, changed_in, is_whole) FROM STDIN"
_MERGE_CHANGES = """
INSERT INTO regions_change (old_code, old_name, new_code, changed_in, is_whole)
SELECT old_code, old_name, new_code, changed_in, is_whole FROM staged_change
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many places were read, and how many rows were written because they were new or other."""

    regions: int
    regions_written: int
    changes: int
    changes_written: int

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return {
            "regions": self.regions,
            "regions_written": self.regions_written,
            "changes": self.changes,
            "changes_written": self.changes_written,
        }


def load_divisions(
    progress: Progress | None = None,
    *,
    scope: Scope | None = None,
    at: datetime | None = None,
    regions: Iterable[Division] | None = None,
    changes: Iterable[DivisionChange] | None = None,
) -> Loaded:
    """Load all divisions and code changes of `standards/divisions`, in one transaction.

    Loading again writes only what differs. `progress(done, total, message)` is called as rows go
    in, total 0. `scope` and `at` say who did it, for the audit row; the terminal when absent.
    """
    return _load(
        scope or command_scope(NATION, "regions"),
        at or timezone.now(),
        divisions.iter_divisions() if regions is None else regions,
        divisions.iter_changes() if changes is None else changes,
        progress or (lambda done, total, message: None),
        "regions.divisions.loaded",
    )


def add_regions(
    regions: Iterable[Division],
    *,
    scope: Scope | None = None,
    at: datetime | None = None,
) -> Loaded:
    """Add or rename a few places, such as the demo's; see `load_divisions`."""
    return _load(
        scope or command_scope(NATION, "regions"),
        at or timezone.now(),
        regions,
        (),
        lambda done, total, message: None,
        "regions.places.added",
    )


def _load(
    scope: Scope,
    at: datetime,
    regions: Iterable[Division],
    changes: Iterable[DivisionChange],
    progress: Progress,
    action: str,
) -> Loaded:
    with activate(scope), connections["default"].cursor() as cursor:
        read, written = _load_regions(cursor, map(_row, regions), progress)
        cursor.execute(_STAGE_CHANGES)
        changes_read = _copy(cursor, _COPY_CHANGES, _change_rows(changes), lambda *_: None)
        cursor.execute(_MERGE_CHANGES)
        loaded = Loaded(read, written, changes_read, cursor.rowcount)
        cursor.execute("DROP TABLE staged_change")
        audit.record(
            scope,
            action,
            at=at,
            subject_kind="regions.region",
            subject_id="all",
            region_code=str(NATION),
            detail=loaded.as_dict(),
        )
    progress(read, read, f"{read:,} regions")
    return loaded


def _load_regions(
    cursor: Any, rows: Iterable[tuple[Any, ...]], progress: Progress
) -> tuple[int, int]:
    """Return how many places were read and how many rows written."""
    cursor.execute("SELECT EXISTS (SELECT 1 FROM regions_region)")
    if not cursor.fetchone()[0]:
        read = _copy(cursor, _COPY_STRAIGHT, rows, progress)
        return read, read
    cursor.execute(_STAGE)
    read = _copy(cursor, _COPY, rows, progress)
    cursor.execute("ANALYZE staged_region")
    cursor.execute(_UPDATE)
    written = cursor.rowcount
    cursor.execute(_INSERT)
    written += cursor.rowcount
    cursor.execute("DROP TABLE staged_region")
    return read, written


def _row(region: Division) -> tuple[str, str, int, str, str]:
    return (
        str(region.code),
        region.name,
        region.level,
        str(region.parent_code or ""),
        region.kind or "",
    )


def _change_rows(changes: Iterable[DivisionChange]) -> Iterator[tuple[Any, ...]]:
    for change in changes:
        for code in change.successors or ("",):
            yield change.old_code, change.name, code, change.changed_in, change.is_whole


def _copy(cursor: Any, statement: str, rows: Iterable[Any], progress: Progress) -> int:
    """Copy rows in text form and return how many there were."""
    done = 0
    source = iter(rows)
    with cursor.copy(statement) as copy:
        while chunk := list(islice(source, CHUNK)):
            copy.write("".join("\t".join(map(_field, row)) + "\n" for row in chunk))
            done += len(chunk)
            progress(done, 0, f"{done:,} regions")
    return done


def _field(value: Any) -> str:
    text = str(value)
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        for char, escaped in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
            text = text.replace(char, escaped)
    return text
