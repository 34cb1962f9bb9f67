"""Reads the procedures of a pack and refuses them with every problem, not only the first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations
from pathlib import Path

from bangfu.kernel.errors import NotFound, Refused
from bangfu.procedures.checking import Found, Known, check
from bangfu.procedures.conditions import FILE as CONDITIONS
from bangfu.procedures.conditions import Condition, read_conditions
from bangfu.procedures.dispatch import CLOCK, PROCEDURE, Dispatch
from bangfu.procedures.dispatch_reading import FILE as DISPATCH
from bangfu.procedures.dispatch_reading import check_dispatch, read_dispatch
from bangfu.procedures.errors import Problem, ProceduresRefused
from bangfu.procedures.fitting import overruns
from bangfu.procedures.limits import Ladder, Limit, Terms, chosen
from bangfu.procedures.model import Definition
from bangfu.procedures.offices import FILE as OFFICES
from bangfu.procedures.offices import OfficeKind, read_offices
from bangfu.procedures.reading import read_definition, read_limits
from bangfu.procedures.released import FILE as RELEASED
from bangfu.procedures.released import Released, read_released
from bangfu.standards.holidays import LocalDay, local_calendar, read_local_days
from bangfu.standards.reading import Block, read_block

# The folders of a pack; `procedures/limits/` holds time limits and ladders.
FOLDERS = ("procedures", "calendar")
_LIMITS = "procedures/limits/"


@dataclass(frozen=True)
class Book:
    """The procedures, time limits, ladders, local days, tables of dispatch, kinds of offices and
    conditions of a clearing of a pack, all checked, and the versions that were released."""

    definitions: tuple[Definition, ...] = ()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    days: tuple[LocalDay, ...] = ()
    tables: tuple[Dispatch, ...] = ()
    offices: Mapping[str, OfficeKind] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    released: tuple[Released, ...] = ()

    def in_force(self, procedure: str, day: date) -> Definition:
        """Return the version by which new instances begin on a day.

        Raises NotFound E-PROCEDURE-UNKNOWN.
        """
        for each in self.definitions:
            if each.id == procedure and each.is_in_force(day):
                return each
        raise NotFound("E-PROCEDURE-UNKNOWN", procedure=procedure, version=str(day))

    def version(self, procedure: str, version: str) -> Definition:
        """Return a version by its name, in force or not: running instances go on by their own.

        Raises NotFound E-PROCEDURE-UNKNOWN.
        """
        for each in self.definitions:
            if (each.id, each.version) == (procedure, version):
                return each
        raise NotFound("E-PROCEDURE-UNKNOWN", procedure=procedure, version=version)

    def terms(self, region_code: str) -> Terms:
        """Return what holds in a place of a 12-digit code."""
        calendar = local_calendar(self.days, region_code)
        return Terms(region_code, self.limits, self.ladders, calendar)

    def dispatch(self, region_code: str, on: date) -> Dispatch:
        """Return the table of dispatch in force in a place of a 12-digit code on a day.

        Raises NotFound E-DISPATCH-NONE for a pack without any.
        """
        if not self.tables:
            raise NotFound("E-DISPATCH-NONE")
        return chosen(self.tables, region_code, on)


@dataclass(frozen=True, slots=True)
class Running:
    """A version that instances still run by, with the digest of what it said."""

    procedure: str
    version: str
    digest: str


def lost_versions(book: Book, running: Iterable[Running]) -> tuple[Running, ...]:
    """Return the versions that instances run by and that the book no longer has as they were."""
    kept = {(each.id, each.version): each.digest for each in book.definitions}
    return tuple(one for one in running if kept.get((one.procedure, one.version)) != one.digest)


def load(files: Mapping[str, Path], permissions: Collection[str] | None = None) -> Book:
    """Read `procedures/**` and `calendar/**` of a pack, given as relative path → file.

    `permissions` are those that exist; None leaves them unchecked. Raises ProceduresRefused with
    all problems.
    """
    reader = _Reader()
    for name, path in sorted(files.items()):
        reader.read(name, path)
    reader.check(permissions)
    if reader.problems:
        raise ProceduresRefused(sorted(reader.problems, key=lambda one: (one.file, one.line)))
    return Book(
        tuple(sorted(reader.definitions, key=lambda one: (one.id, one.valid_from))),
        reader.limits,
        reader.ladders,
        tuple(reader.days),
        tuple(reader.tables),
        reader.offices,
        reader.conditions,
        reader.released,
    )


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.definitions: list[Definition] = []
        self.limits: dict[str, Limit] = {}
        self.ladders: dict[str, Ladder] = {}
        self.days: list[LocalDay] = []
        self.tables: list[Dispatch] = []
        self.offices: Mapping[str, OfficeKind] = {}
        self.conditions: tuple[Condition, ...] = ()
        self.released: tuple[Released, ...] = ()
        self.paths: dict[str, Path] = {}
        self.blocks: dict[str, Block] = {}

    def read(self, name: str, path: Path) -> None:
        """Read one file; what cannot be read is kept as a problem."""
        self.paths[name] = path
        try:
            if name.startswith("calendar/"):
                self.days += read_local_days(path)
            elif name.startswith(_LIMITS):
                self._keep(name, *read_limits(path, name))
            elif name == DISPATCH:
                self.tables, problems = read_dispatch(path, name)
                self.problems += problems
            elif name == OFFICES:
                self.offices = read_offices(path, name)
            elif name == CONDITIONS:
                self.conditions = read_conditions(path)
            elif name == RELEASED:
                self.released = read_released(path)
            elif name.startswith("procedures/"):
                self.definitions.append(read_definition(path, name))
        except Refused as refused:
            line, where = refused.params["line"], str(refused.params["field"])
            self.problems.append(Problem(refused.code, name, line, where, refused.params))

    def _keep(self, name: str, limits: list[Limit], ladders: list[Ladder]) -> None:
        for limit in limits:
            self._once("limits", limit.name, name, self.limits.get(limit.name))
            self.limits[limit.name] = limit
        for ladder in ladders:
            self._once("ladders", ladder.name, name, self.ladders.get(ladder.name))
            self.ladders[ladder.name] = ladder

    def _once(self, part: str, entry: str, file: str, before: Limit | Ladder | None) -> None:
        if before is not None:
            params = {"name": entry, "other": before.file}
            self._tell(Found("E-PROCEDURE-TWICE", part, entry, "name", params), file)

    def check(self, permissions: Collection[str] | None) -> None:
        """Check every definition, and the versions of one procedure against each other."""
        if self.problems:
            # A limit that could not be read would be told as unknown wherever it is used.
            return
        known = Known(self.limits, self.ladders, permissions)
        for definition in self.definitions:
            problems = check(definition, known)
            for found in problems:
                self._tell(found, definition.file)
            if not problems:
                self._fit(definition)
            self._hold_to_release(definition)
        for one, other in combinations(self.definitions, 2):
            if one.id == other.id:
                self._versions(*sorted((one, other), key=lambda each: each.valid_from))
        self.problems += check_dispatch(self.tables, self.definitions, self.limits, permissions)

    def _hold_to_release(self, definition: Definition) -> None:
        """A version that was released and demands something else now."""
        for one in self.released:
            is_it = (one.procedure, one.version) == (definition.id, definition.version)
            if is_it and one.digest != definition.digest:
                params = {"name": one.procedure, "version": one.version, "on": str(one.on)}
                found = Found("E-PROCEDURE-RELEASED", "version", "", "version", params)
                self._tell(found, definition.file)

    def _fit(self, definition: Definition) -> None:
        """Time limits of steps that together exceed that of the whole, told where it is written."""
        found_in = [*overruns(definition, self.limits)]
        for other in self._by_rows(definition):
            found_in += [one for one in overruns(other, self.limits) if one not in found_in]
        for over in found_in:
            params = {
                "name": over.limit,
                "procedure": definition.id,
                "region": over.region,
                "whole": over.whole,
                "together": over.together,
                "steps": ", ".join(over.steps),
            }
            found = Found("E-PROCEDURE-OVERRUN", "limits", over.limit, "values", params)
            self._tell(found, self.limits[over.limit].file)

    def _by_rows(self, definition: Definition) -> Iterator[Definition]:
        """The definition with the check's clock as rows of the tables of dispatch rule it."""
        clock = definition.clocks.get(CLOCK)
        if definition.id != PROCEDURE or clock is None:
            return
        named = {row.limit for table in self.tables for row in table.rows}
        for limit in sorted(named & set(self.limits) - {clock.limit}):
            clocks = {**definition.clocks, CLOCK: replace(clock, limit=limit)}
            yield replace(definition, clocks=clocks)

    def _versions(self, one: Definition, other: Definition) -> None:
        if one.version == other.version:
            params = {"name": other.version, "other": one.file}
            self._tell(Found("E-PROCEDURE-TWICE", "version", "", "version", params), other.file)
        if one.valid_to is None or other.valid_from <= one.valid_to:
            params = {"name": one.id, "first": one.version, "second": other.version}
            found = Found("E-PROCEDURE-OVERLAP", "valid_from", "", "valid_from", params)
            self._tell(found, other.file)

    def _tell(self, found: Found, file: str) -> None:
        if file not in self.blocks:
            self.blocks[file] = read_block(self.paths[file])
        line, where = _place(self.blocks[file], found)
        self.problems.append(Problem(found.code, file, line, where, found.params))


def _place(block: Block, found: Found) -> tuple[int, str]:
    """The line of a key of an entry, else of the entry, else of the part."""
    if not found.entry:
        return block.lines.get(found.part, block.line), found.key
    for child in block.children(found.part):
        if child.values.get("name") == found.entry:
            return child.lines.get(found.key, child.line), f"{child.name}.{found.key}"
    return block.lines.get(found.part, block.line), f"{found.part}.{found.key}"
