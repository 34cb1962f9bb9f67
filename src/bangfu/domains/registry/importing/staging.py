"""Good households as COPY text, kept encrypted on disk until somebody puts them in force.

Names, numbers and accounts of people wait in this file, possibly for days; so the whole of it is
encrypted with the same keys as the columns, readable by nobody else, and removed after use.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from bangfu.domains.registry import columns
from bangfu.domains.registry.importing.assembly import Group
from bangfu.domains.registry.importing.commit import StagedRegister, StagedTable
from bangfu.domains.registry.importing.copytext import NULL, column, json_column, lines
from bangfu.domains.registry.importing.placing import Placement, PlacingOutcome
from bangfu.domains.registry.importing.reading import ReadFile
from bangfu.domains.registry.pinyin import read_name
from bangfu.foundation.crypto.cipher import decrypt, encrypt, encrypt_many
from bangfu.foundation.crypto.tokens import TokenKind, tokens
from bangfu.kernel.errors import Conflict
from bangfu.kernel.uuid7 import uuid7

Table = dict[str, list[str]]
_TOKEN_KINDS: dict[str, TokenKind] = {
    "id_number": "person",
    "disability_certificate": "person",
    "phone": "phone",
    "account": "account",
}


def stage(file: ReadFile, groups: Sequence[Group], places: dict[str, Placement]) -> StagedRegister:
    """Return the good households of a file, ready to be merged. `places` by household number."""
    households, household_present = _household_table(file, groups, places)
    persons, person_present = _person_table(file, groups, places)
    reviews = tuple(
        {
            "id": str(uuid7()),
            "household_no": group.household_no,
            "stated_code": place.stated,
            "candidates": list(place.candidates),
        }
        for group in groups
        if (place := places[group.household_no]).outcome is PlacingOutcome.REVIEW
    )
    return StagedRegister(
        households=_table(
            households,
            household_present,
            _names((*columns.household_facts(), *columns.household_sealed())),
        ),
        persons=_table(
            persons, person_present, _names((*columns.person_facts(), *columns.person_sealed()))
        ),
        reviews=reviews,
    )


def _names(facts: Iterable[columns.Fact]) -> tuple[str, ...]:
    return tuple(fact.name for fact in facts)


def _table(table: Table, present: Sequence[str], facts: tuple[str, ...]) -> StagedTable:
    return StagedTable(
        columns=tuple(table),
        present=tuple(present),
        facts=facts,
        lines=list(lines(list(table.values()))),
    )


def _household_table(
    file: ReadFile, groups: Sequence[Group], places: dict[str, Placement]
) -> tuple[Table, list[str]]:
    members = file.members.checked
    heads = [group.rows[0] if group.head is None else group.head for group in groups]
    names = [members.columns["name"][row] for row in heads]
    readings = [read_name(name) for name in names]
    identity: Table = {
        "household_no": column(group.household_no for group in groups),
        "region_code": column(places[group.household_no].region_code for group in groups),
        "head_name": column(names),
        "head_pinyin": column(reading.full for reading in readings),
        "head_initials": column(reading.initials for reading in readings),
    }
    take = _shared_taker(file, groups) if file.is_shared else _sheet_taker(file, groups)
    facts = _fact_columns(
        columns.household_facts(), columns.household_sealed(), file.households.present, take
    )
    extra = _extensions(file.households.present, columns.HOUSEHOLD, take, len(groups))
    table = {
        "id": [str(uuid7()) for _ in groups],
        **identity,
        **facts,
        "extensions": extra,
        "county_code": [region[:6] for region in identity["region_code"]],
        "row_no": column(members.row_numbers[row] for row in heads),
    }
    return table, [*identity, *facts, "extensions"]


def _person_table(
    file: ReadFile, groups: Sequence[Group], places: dict[str, Placement]
) -> tuple[Table, list[str]]:
    members = file.members.checked
    rows = [row for group in groups for row in group.rows]
    owners = [group for group in groups for _ in group.rows]

    def take(name: str) -> list[Any]:
        values = members.columns[name]
        return [values[row] for row in rows]

    numbers = take("id_number")
    identity: Table = {
        "region_code": column(places[group.household_no].region_code for group in owners),
        "name": column(take("name")),
        "id_token": tokens(numbers),
    }
    facts = _fact_columns(
        columns.person_facts(), columns.person_sealed(), file.members.present, take
    )
    extra = _extensions(file.members.present, columns.MEMBER, take, len(rows))
    table = {
        "id": [str(uuid7()) for _ in rows],
        **identity,
        "id_number": _sealed(numbers),
        **facts,
        "extensions": extra,
        "county_code": [region[:6] for region in identity["region_code"]],
        "household_no": column(group.household_no for group in owners),
        "relation": column(take("relation")),
        "membership_id": [str(uuid7()) for _ in rows],
        "row_no": column(members.row_numbers[row] for row in rows),
    }
    return table, [*identity, "id_number", *facts, "extensions"]


Taker = Callable[[str], list[Any]]


def _fact_columns(
    facts: Iterable[columns.Fact],
    sealed: Iterable[columns.Fact],
    present: frozenset[str],
    take: Taker,
) -> Table:
    table: Table = {fact.name: column(take(fact.name)) for fact in facts if fact.name in present}
    for fact in sealed:
        if fact.name in present:
            values = take(fact.name)
            table[fact.name] = _sealed(values)
            table[f"{fact.name}_token"] = _optional_tokens(values, _TOKEN_KINDS[fact.type])
    return table


def _sealed(values: Sequence[str | None]) -> list[str]:
    """Return a column of ciphertexts as COPY text; an empty cell stays NULL."""
    known = [index for index, value in enumerate(values) if value]
    texts = [NULL] * len(values)
    secret = encrypt_many([str(values[index]) for index in known])
    for index, ciphertext in zip(known, secret, strict=True):
        texts[index] = "\\\\x" + bytes(ciphertext).hex()
    return texts


def _optional_tokens(values: Sequence[str | None], kind: TokenKind) -> list[str]:
    known = [index for index, value in enumerate(values) if value]
    texts = [NULL] * len(values)
    found = tokens([str(values[index]) for index in known], kind=kind)
    for index, token in zip(known, found, strict=True):
        texts[index] = token
    return texts


def _extensions(present: frozenset[str], dataset: str, take: Taker, count: int) -> list[str]:
    """Return the province's own columns as one JSON object a row; money and days as text."""
    national = set(columns.contract_columns(dataset))
    extra = sorted(present - national)
    if not extra:
        return ["{}"] * count
    values = [take(name) for name in extra]
    return json_column(
        {
            name: str(value) if not isinstance(value, bool | int) else value
            for name, value in zip(extra, row, strict=True)
            if value is not None
        }
        for row in zip(*values, strict=True)
    )


def _sheet_taker(file: ReadFile, groups: Sequence[Group]) -> Taker:
    rows = [group.sheet_row for group in groups]
    values_of = file.households.checked.columns
    return lambda name: [None if row is None else values_of[name][row] for row in rows]


def _shared_taker(file: ReadFile, groups: Sequence[Group]) -> Taker:
    """A household's value is the first that any of its rows states; they agree by then."""

    def take(name: str) -> list[Any]:
        values = file.households.checked.columns[name]
        return [
            next((values[row] for row in group.rows if values[row] is not None), None)
            for group in groups
        ]

    return take


# The staged file


def save(staged: StagedRegister, path: Path) -> None:
    """Write a staged register, compressed and encrypted, for this user alone."""
    head = {
        "households": _describe(staged.households),
        "persons": _describe(staged.persons),
        "reviews": list(staged.reviews),
    }
    body = b"".join([*staged.households.lines, *staged.persons.lines])
    content = json.dumps(head).encode() + b"\n" + body
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        packed = base64.b64encode(gzip.compress(content, compresslevel=1))
        file.write(encrypt(packed.decode("ascii")))


def _describe(table: StagedTable) -> dict[str, Any]:
    return {
        "columns": table.columns,
        "present": table.present,
        "facts": table.facts,
        "size": sum(map(len, table.lines)),
    }


def load(path: Path) -> StagedRegister:
    """Read a staged register. Raises Conflict E-REGISTRY-STAGED-GONE when it is no longer there."""
    if not path.is_file():
        raise Conflict("E-REGISTRY-STAGED-GONE")
    content = gzip.decompress(base64.b64decode(decrypt(path.read_bytes())))
    first_line, _, body = content.partition(b"\n")
    head = json.loads(first_line)
    cut = head["households"]["size"]
    return StagedRegister(
        households=_restore(head["households"], body[:cut]),
        persons=_restore(head["persons"], body[cut:]),
        reviews=tuple(head["reviews"]),
    )


def _restore(description: dict[str, Any], body: bytes) -> StagedTable:
    return StagedTable(
        columns=tuple(description["columns"]),
        present=tuple(description["present"]),
        facts=tuple(description["facts"]),
        lines=[body],
    )


def remove(path: Path) -> None:
    """Remove a staged register that was put in force or given up."""
    path.unlink(missing_ok=True)


def path_of(folder: Path, batch_id: UUID) -> Path:
    """Return where a batch's staged register lies."""
    return folder / "staged" / "registry" / f"{batch_id}.bin"
