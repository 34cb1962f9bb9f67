"""Correcting one fact of a household or a person (更正)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from bangfu.domains.registry import columns
from bangfu.domains.registry.acts.doing import Done, Setting, perform
from bangfu.domains.registry.acts.ledger import HEAD, Ledger, Origin
from bangfu.domains.registry.acts.records import ActKind, ActRecord
from bangfu.domains.registry.models import Household, Person
from bangfu.foundation.crypto.tokens import TokenKind, person_token, tokens
from bangfu.foundation.sheets.values import parser_for
from bangfu.kernel.errors import Conflict, InvalidValue
from bangfu.kernel.id_number import IdNumber
from bangfu.kernel.scope import Scope
from bangfu.kernel.text import normalise_text
from bangfu.standards import datasets
from bangfu.standards.datasets import Column

_TOKENS: dict[str, TokenKind] = {
    "disability_certificate": "person",
    "phone": "phone",
    "account": "account",
}
# Besides the facts, what identifies a household or a person can be corrected as well.
_HOUSEHOLD_IDENTITY = ("household_no",)
_PERSON_IDENTITY = ("name", "id_number", "relation")


@cache
def correctable() -> dict[str, tuple[str, Column]]:
    """Return what can be corrected: `household.<column>` or `member.<column>` → contract column."""
    found: dict[str, tuple[str, Column]] = {}
    for prefix, dataset, facts, identity in (
        (
            "household",
            columns.HOUSEHOLD,
            (*columns.household_facts(), *columns.household_sealed()),
            _HOUSEHOLD_IDENTITY,
        ),
        (
            "member",
            columns.MEMBER,
            (*columns.person_facts(), *columns.person_sealed()),
            _PERSON_IDENTITY,
        ),
    ):
        contract = datasets.get(dataset)
        for name in (*identity, *(fact.name for fact in facts)):
            found[f"{prefix}.{name}"] = (prefix, contract.column(name))
    return found


def parse_value(field: str, text: str, today: date) -> Any:
    """Return the typed value of a correction; an empty text makes the fact unknown.

    Raises InvalidValue E-REGISTRY-FIELD-UNKNOWN and what the column's type refuses.
    """
    if field not in correctable():
        raise InvalidValue("E-REGISTRY-FIELD-UNKNOWN", field=field[:60])
    _, column = correctable()[field]
    if not normalise_text(text):
        if column.name in (*_HOUSEHOLD_IDENTITY, *_PERSON_IDENTITY):
            raise InvalidValue("E-REGISTRY-FIELD-NEEDED")
        return None
    value, _ = parser_for(column, today)(text)
    return list(value) if isinstance(value, tuple) else value


def correct_fact(
    *,
    scope: Scope,
    at: datetime,
    source: Origin,
    on: date,
    household_no: str,
    field: str,
    value: str,
    person_id: UUID | None = None,
) -> ActRecord:
    """Set one fact to what it should have been; `field` is one of `correctable()`.

    `person_id` is needed for `member.` fields. Raises InvalidValue for a value that the column
    does not take, Conflict E-REGISTRY-NOTHING-CHANGES, E-REGISTRY-PERSON-REGISTERED for an ID
    number that stands already, E-REGISTRY-RELATION-HEAD.
    """
    parsed = parse_value(field, value, on)
    name = field.partition(".")[2]

    def act(ledger: Ledger) -> Done:
        household = ledger.household(household_no)
        if field.startswith("household."):
            _correct_household(ledger, household, name, parsed)
            return Done(())
        if person_id is None:
            raise Conflict("E-REGISTRY-NOT-A-MEMBER")
        ledger.member(household, person_id)
        _MEMBER.get(name, _set_person_fact)(ledger, household, person_id, name, parsed)
        return Done((person_id,))

    return perform(ActKind.CORRECTION, Setting(scope, at, on, source), act)


def correct_facts(
    *,
    scope: Scope,
    at: datetime,
    source: Origin,
    on: date,
    household_no: str,
    values: Mapping[str, str],
) -> ActRecord:
    """Set facts of a household, by column, in one act, as one decision does; what stands so already
    stays as it is, with its source.

    Raises as `correct_fact`; Conflict E-REGISTRY-NOTHING-CHANGES when all of them stand already.
    """
    parsed = {name: parse_value(f"household.{name}", text, on) for name, text in values.items()}

    def act(ledger: Ledger) -> Done:
        household = ledger.household(household_no)
        changed = {name: one for name, one in parsed.items() if getattr(household, name) != one}
        if not changed:
            raise Conflict("E-REGISTRY-NOTHING-CHANGES")
        for name, value in changed.items():
            _correct_household(ledger, household, name, value)
        return Done(())

    return perform(ActKind.CORRECTION, Setting(scope, at, on, source), act)


def _correct_household(ledger: Ledger, household: Household, name: str, value: Any) -> None:
    if name != "household_no":
        _set_fact(ledger, household, columns.types_of(columns.HOUSEHOLD)[name], name, value)
        return
    if value == household.household_no:
        raise Conflict("E-REGISTRY-NOTHING-CHANGES")
    if ledger.is_number_taken(value):
        raise Conflict("E-REGISTRY-NUMBER-TAKEN", household_no=value)
    household.household_no = value


def _set_person_fact(
    ledger: Ledger, household: Household, person_id: UUID, name: str, value: Any
) -> None:
    person = ledger.person(person_id)
    _set_fact(ledger, person, columns.types_of(columns.MEMBER)[name], name, value)


def _set_fact(ledger: Ledger, row: Household | Person, kind: str, name: str, value: Any) -> None:
    if getattr(row, name) == value:
        raise Conflict("E-REGISTRY-NOTHING-CHANGES")
    setattr(row, name, value)
    if kind in _TOKENS:
        token = tokens([value], kind=_TOKENS[kind])[0] if value else None
        setattr(row, f"{name}_token", token)
    note_source(ledger, row, name)


def note_source(ledger: Ledger, row: Household | Person, name: str) -> None:
    """Say that one fact of a row comes from this act; the others keep their source."""
    entry = {"source": str(ledger.source.id), "as_of": ledger.on.isoformat()}
    row.field_sources = {**row.field_sources, name: entry}


def _set_name(ledger: Ledger, household: Household, person_id: UUID, name: str, value: Any) -> None:
    person = ledger.person(person_id)
    if person.name == value:
        raise Conflict("E-REGISTRY-NOTHING-CHANGES")
    person.name = value


def _set_id_number(
    ledger: Ledger, household: Household, person_id: UUID, name: str, value: Any
) -> None:
    person = ledger.person(person_id)
    number = IdNumber.parse(value, today=ledger.on)
    token = person_token(number.value)
    if token == person.id_token:
        raise Conflict("E-REGISTRY-NOTHING-CHANGES")
    if ledger.find_person(number) is not None:
        raise Conflict("E-REGISTRY-PERSON-REGISTERED")
    person.id_number, person.id_token = number.value, token
    if person.birth_on != number.birth_on:
        person.birth_on = number.birth_on
        note_source(ledger, person, "birth_on")
    if person.sex != number.sex:
        person.sex = number.sex
        note_source(ledger, person, "sex")


def _set_relation(
    ledger: Ledger, household: Household, person_id: UUID, name: str, value: Any
) -> None:
    membership = ledger.member(household, person_id)
    if membership.relation == value:
        raise Conflict("E-REGISTRY-NOTHING-CHANGES")
    if HEAD in (membership.relation, value):
        raise Conflict("E-REGISTRY-RELATION-HEAD")
    ledger.relate(membership, value)


_MEMBER: dict[str, Callable[[Ledger, Household, UUID, str, Any], None]] = {
    "name": _set_name,
    "id_number": _set_id_number,
    "relation": _set_relation,
}
