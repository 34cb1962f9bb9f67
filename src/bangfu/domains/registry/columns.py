"""How the columns of the two register contracts are stored.

`standards/datasets/registry/{household,member}.yaml` name the columns. Most become typed columns
of `Household` and `Person`, called facts; a few identify a row, are encrypted, or say where a
household lives, and are stored in their own way. `facts.py` is generated from this module by
`scripts/generate_registry_facts.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from bangfu.standards import datasets

HOUSEHOLD = "registry/household"
MEMBER = "registry/member"

# Columns that identify a row, or that are worked out from the members.
HOUSEHOLD_IDENTITY = frozenset({"household_no", "head_name", "head_id_number", "member_count"})
MEMBER_IDENTITY = frozenset(
    {"household_no", "id_number", "name", "relation", "head_name", "head_id_number"}
)
# Columns that say where a household lives; they are stored together as region_code.
PLACE_NAMES = ("province_name", "prefecture_name", "county_name", "town_name", "village_name")
PLACE = frozenset({*PLACE_NAMES, "region_code"})
# Five columns of one risk each say the same as the one column of all risks; stored as the latter.
RISK_COLUMNS = tuple(f"risk_kind_{number}" for number in range(1, 6))
RISKS = "risk_kinds"
# Types that are stored encrypted, beside a token for exact search.
# A disability certificate's number begins with the ID number.
ENCRYPTED_TYPES = frozenset({"id_number", "disability_certificate", "phone", "account"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One stored fact: column name, contract type, titles, code list, unit and longest text."""

    name: str
    type: str
    zh: str
    en: str
    code_list: str | None
    unit: str | None
    max_length: int | None


def _columns(dataset: str, identity: frozenset[str]) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            name=column.name,
            type=column.type,
            zh=column.zh,
            en=column.en,
            code_list=column.code_list,
            unit=column.unit,
            max_length=column.max_length,
        )
        for column in datasets.get(dataset).columns
        if column.name not in identity | PLACE and column.name not in RISK_COLUMNS
    )


def _plain(found: tuple[Fact, ...]) -> tuple[Fact, ...]:
    return tuple(fact for fact in found if fact.type not in ENCRYPTED_TYPES)


def _sealed(found: tuple[Fact, ...]) -> tuple[Fact, ...]:
    return tuple(fact for fact in found if fact.type in ENCRYPTED_TYPES)


@cache
def household_facts() -> tuple[Fact, ...]:
    """Return the facts stored in clear with a household, in the contract's order."""
    return _plain(_columns(HOUSEHOLD, HOUSEHOLD_IDENTITY))


@cache
def household_sealed() -> tuple[Fact, ...]:
    """Return the facts of a household that are stored encrypted, beside a token each."""
    return _sealed(_columns(HOUSEHOLD, HOUSEHOLD_IDENTITY))


@cache
def person_facts() -> tuple[Fact, ...]:
    """Return the facts stored in clear with a person, in the contract's order."""
    return _plain(_columns(MEMBER, MEMBER_IDENTITY))


@cache
def person_sealed() -> tuple[Fact, ...]:
    """Return the facts of a person, besides the ID number, that are stored encrypted."""
    return _sealed(_columns(MEMBER, MEMBER_IDENTITY))


def contract_columns(dataset: str) -> tuple[str, ...]:
    """Return the names of the national contract's columns."""
    return tuple(column.name for column in datasets.get(dataset).columns)


def types_of(dataset: str) -> dict[str, str]:
    """Return the type of each column of the national contract."""
    return {column.name: column.type for column in datasets.get(dataset).columns}
