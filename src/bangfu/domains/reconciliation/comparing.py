"""Compares an export of the national system with the register, field by field.

Households are found by their number (户编号), people by the token of their ID number, never by
name. A cell of the export that cannot be read is counted and not compared. Cost: the file is read
once, the register once by two streams; the comparison is linear in the cells of the export.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bangfu.domains.reconciliation.domain import Comparison, Difference, ItemKind, plain, same
from bangfu.domains.registry import columns
from bangfu.domains.registry import selectors as registry
from bangfu.domains.registry.columns import Fact
from bangfu.domains.registry.importing.assembly import Group
from bangfu.domains.registry.importing.checking import Placed, place_households
from bangfu.domains.registry.importing.reading import ReadSheet
from bangfu.foundation.crypto.cipher import decrypt
from bangfu.foundation.crypto.tokens import TokenKind, tokens
from bangfu.kernel.masks import mask_account, mask_id, mask_phone
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope

_KINDS: dict[str, tuple[TokenKind, Callable[[str], str]]] = {
    "id_number": ("person", mask_id),
    "disability_certificate": ("person", mask_id),
    "phone": ("phone", mask_phone),
    "account": ("account", mask_account),
}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Field:
    """A column that both sides have; a sealed one is compared by its token and shown masked."""

    name: str
    sealed: str = ""

    def here(self, row: Row) -> str:
        """The register's value as text."""
        value = row[self.name]
        if not self.sealed:
            return plain(value)
        return _KINDS[self.sealed][1](decrypt(bytes(value))) if value else ""

    def there(self, value: Any) -> str:
        """The export's value as text."""
        if not self.sealed:
            return plain(value)
        return _KINDS[self.sealed][1](value) if value else ""

    def differs(self, row: Row, value: Any, known: Mapping[str, str]) -> bool:
        """Whether register and export say different things; `known` are tokens by value."""
        if not self.sealed:
            return row[self.name] != value and not same(row[self.name], value)
        return (row[f"{self.name}_token"] or None) != (known[value] if value else None)

    def tokens_of(self, values: Iterable[Any]) -> dict[str, str]:
        """Return the tokens of the export's values, each made once; {} for a plain column."""
        if not self.sealed:
            return {}
        found = sorted({value for value in values if value})
        return dict(zip(found, tokens(found, kind=_KINDS[self.sealed][0]), strict=True))


@dataclass
class _Register:
    """The register's side: households by number, members by household number and token."""

    households: dict[str, Row] = field(default_factory=dict)
    members: dict[str, dict[str, Row]] = field(default_factory=dict)
    home_of: dict[str, str] = field(default_factory=dict)


def compare(
    scope: Scope, path: Path, region: RegionCode, *, today: date, step: Callable[[str], None]
) -> Comparison:
    """Return what an export and the register do not say alike about the households of `region`.

    Raises Refused for a file that is no list of households, NotAllowed outside the scope.
    """
    placed = place_households(path, region, today=today, step=step)
    step("comparing")
    members = placed.file.members
    household_fields = _fields(
        placed.file.households, (*columns.household_facts(), *columns.household_sealed()), ()
    )
    member_fields = _fields(
        members, (*columns.person_facts(), *columns.person_sealed()), ("name", "relation")
    )
    register = _read_register(scope, region, household_fields, member_fields)
    work = _Work(placed, region, register, household_fields, member_fields)
    found = [*work.run()]
    counts = {
        "households": len(placed.assembly.groups),
        "persons": sum(len(group.rows) for group in placed.assembly.groups),
        "outside": len(placed.outside),
        "unreadable": len(work.unreadable),
        "cells": work.cells,
    }
    return Comparison(
        differences=found,
        household_columns=frozenset(one.name for one in household_fields),
        member_columns=frozenset({*(one.name for one in member_fields), "household_no"}),
        counts=counts,
    )


def _fields(sheet: ReadSheet, facts: Sequence[Fact], plain_names: Sequence[str]) -> list[_Field]:
    named = {name: _Field(name) for name in plain_names}
    for fact in facts:
        named[fact.name] = _Field(fact.name, fact.type if fact.type in _KINDS else "")
    return [one for name, one in named.items() if name in sheet.present]


def _read_register(
    scope: Scope, region: RegionCode, household: Sequence[_Field], member: Sequence[_Field]
) -> _Register:
    found = _Register()
    homes: dict[str, str] = {}
    with registry.open_snapshot(
        scope,
        region,
        household_columns=[
            *("household_id", "household_no", "region_code", "head_name"), *_stored(household),
        ],
        person_columns=["household_id", "person_token", "name", "relation",
                        *(name for name in _stored(member) if name not in ("name", "relation"))],
    ) as snapshot:  # fmt: skip
        for values in snapshot.household_rows:
            row = dict(zip(snapshot.household_columns, values, strict=True))
            found.households[row["household_no"]] = row
            homes[row["household_id"]] = row["household_no"]
        for values in snapshot.person_rows:
            row = dict(zip(snapshot.person_columns, values, strict=True))
            home = homes.get(row["household_id"])
            if home is not None:
                found.members.setdefault(home, {})[row["person_token"]] = row
                found.home_of[row["person_token"]] = home
    return found


def _stored(fields: Iterable[_Field]) -> list[str]:
    names: list[str] = []
    for one in fields:
        names += [one.name, f"{one.name}_token"] if one.sealed else [one.name]
    return names


class _Work:
    """The comparison of one placed file with one register."""

    def __init__(
        self,
        placed: Placed,
        region: RegionCode,
        register: _Register,
        household_fields: Sequence[_Field],
        member_fields: Sequence[_Field],
    ) -> None:
        self._placed = placed
        self._region = region
        self._register = register
        self._fields = household_fields
        self._member_fields = member_fields
        self._members = placed.file.members.checked
        self._households = placed.file.households.checked
        self.cells = 0
        self.unreadable = {
            (number, issue.row_no, issue.column)
            for number, sheet in enumerate((self._members, self._households))
            for issue in sheet.issues
            if issue.column
        }
        self._own_tokens = {
            one.name: one.tokens_of(self._households.columns[one.name]) for one in self._fields
        }
        self._member_tokens = {
            one.name: one.tokens_of(self._members.columns[one.name]) for one in self._member_fields
        }
        numbers = self._members.columns["id_number"]
        known = [row for row, number in enumerate(numbers) if number]
        made = tokens(numbers[row] for row in known)
        self._tokens: Mapping[int, str] = dict(zip(known, made, strict=True))
        self._there = frozenset(
            self._tokens[row]
            for group in placed.assembly.groups
            for row in group.rows
            if row in self._tokens
        )

    def run(self) -> Iterator[Difference]:
        """Yield every difference, household by household in the order of the export."""
        seen = set()
        for group in self._placed.assembly.groups:
            seen.add(group.household_no)
            home = self._register.households.get(group.household_no)
            if home is None:
                yield self._only_there(group)
                continue
            yield from self._household(group, home)
            yield from self._people(group, home)
        for number in sorted(self._register.households.keys() - seen):
            home = self._register.households[number]
            yield self._difference(ItemKind.ENTER_HOUSEHOLD, home)

    def _difference(self, kind: ItemKind, home: Row, **more: str) -> Difference:
        return Difference(
            kind, home["region_code"], home["household_no"], home["head_name"] or "", **more
        )

    def _only_there(self, group: Group) -> Difference:
        place = self._placed.places[group.household_no].region_code or str(self._region)
        head = group.rows[0] if group.head is None else group.head
        name = self._members.columns["name"][head] or ""
        return Difference(ItemKind.ONLY_THERE_HOUSEHOLD, place, group.household_no, name)

    def _household(self, group: Group, home: Row) -> Iterator[Difference]:
        rows = group.rows if self._placed.file.is_shared else [group.sheet_row]
        cells = [row for row in rows if row is not None]
        for one in self._fields:
            values = self._households.columns[one.name]
            there = next((values[row] for row in cells if values[row] not in (None, "", ())), None)
            self.cells += 1
            if not one.differs(home, there, self._own_tokens[one.name]):
                continue
            if self._is_unreadable(1, cells, one.name):
                continue
            yield self._difference(
                ItemKind.CORRECT_FIELD, home,
                column=one.name, here=one.here(home), there=one.there(there),
            )  # fmt: skip

    def _is_unreadable(self, sheet: int, rows: Iterable[int], column: str) -> bool:
        numbers = (self._members, self._households)[sheet].row_numbers
        return any((sheet, numbers[row], column) in self.unreadable for row in rows)

    def _people(self, group: Group, home: Row) -> Iterator[Difference]:
        mine = self._register.members.get(group.household_no, {})
        there = {self._tokens[row]: row for row in group.rows if row in self._tokens}
        for token, row in there.items():
            if token in mine:
                yield from self._member(row, token, mine[token], home)
                continue
            name = self._members.columns["name"][row] or ""
            elsewhere = self._register.home_of.get(token)
            if elsewhere is None:
                yield self._difference(
                    ItemKind.ONLY_THERE_MEMBER, home, person=token, member_name=name
                )
            else:
                yield self._difference(
                    ItemKind.CORRECT_FIELD, self._register.households[elsewhere],
                    person=token, member_name=name,
                    column="household_no", here=elsewhere, there=group.household_no,
                )  # fmt: skip
        for token in sorted(mine.keys() - there.keys()):
            # One who stands in another household there has been told of in that household.
            if token not in self._there:
                yield self._difference(
                    ItemKind.ENTER_MEMBER, home, person=token, member_name=mine[token]["name"]
                )

    def _member(self, row: int, token: str, known: Row, home: Row) -> Iterator[Difference]:
        self.cells += len(self._member_fields)
        for one in self._member_fields:
            there = self._members.columns[one.name][row]
            if not one.differs(known, there, self._member_tokens[one.name]):
                continue
            if self._is_unreadable(0, [row], one.name):
                continue
            yield self._difference(
                ItemKind.CORRECT_FIELD, home, person=token, member_name=known["name"],
                column=one.name, here=one.here(known), there=one.there(there),
            )  # fmt: skip


def count(differences: Iterable[Difference]) -> dict[str, int]:
    """Return how many differences of each kind there are."""
    found = Counter(str(one.kind) for one in differences)
    return {str(kind): found.get(str(kind), 0) for kind in ItemKind}
