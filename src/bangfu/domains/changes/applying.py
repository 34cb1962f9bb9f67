"""Doing what an approved request asks for: one act of the register a kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from bangfu.domains.changes.facts import Facts, ids_in, relations_in
from bangfu.domains.changes.policy import policy
from bangfu.domains.registry.acts import services as acts
from bangfu.domains.registry.acts.records import ActKind, ActRecord, Mover, Newcomer
from bangfu.domains.registry.acts.services import Origin
from bangfu.kernel.errors import InvalidValue
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class Order:
    """An act to be done: whose decision, when, on what ground, about which household."""

    scope: Scope
    at: datetime
    source: Origin
    on: date
    household_no: str
    facts: Facts

    @property
    def common(self) -> dict[str, Any]:
        """What every act takes."""
        return {
            "scope": self.scope,
            "at": self.at,
            "source": self.source,
            "on": self.on,
            "household_no": self.household_no,
        }

    def person(self, name: str = "person") -> UUID | None:
        """Return the person of a field."""
        found = ids_in(self.facts, name)
        return found[0] if found else None

    def needed(self, name: str = "person") -> UUID:
        """Return the person of a required field."""
        found = self.person(name)
        if found is None:
            raise InvalidValue("E-CHANGES-FACT-MISSING", zh=name, en=name)
        return found

    def movers(self) -> list[Mover]:
        """Return those who leave, each with the relation that the form states, if any."""
        stated = relations_in(self.facts, "persons")
        return [Mover(each, stated.get(each)) for each in ids_in(self.facts, "persons")]

    @property
    def newcomer(self) -> Newcomer:
        """Return who joins."""
        facts = self.facts
        return Newcomer(str(facts["name"]), str(facts["id_number"]), str(facts["relation"]))


def apply(kind: str, order: Order) -> ActRecord:
    """Do the act of a kind. Raises what the act raises."""
    return _ACTS[kind](order)


def _birth(order: Order) -> ActRecord:
    return acts.record_birth(child=order.newcomer, **order.common)


def _death(order: Order) -> ActRecord:
    return acts.record_death(
        person_id=order.needed(), new_head=order.person("new_head"), **order.common
    )


def _marriage(order: Order) -> ActRecord:
    return acts.record_arrival(newcomer=order.newcomer, kind=ActKind.MARRIAGE, **order.common)


def _move_in(order: Order) -> ActRecord:
    return acts.record_arrival(newcomer=order.newcomer, kind=ActKind.MOVE_IN, **order.common)


def _move_out(order: Order) -> ActRecord:
    return acts.record_departure(
        person_ids=ids_in(order.facts, "persons"),
        new_head=order.person("new_head"),
        **order.common,
    )


def _head_change(order: Order) -> ActRecord:
    return acts.change_head(person_id=order.needed(), **order.common)


def _correction(order: Order) -> ActRecord:
    field = str(order.facts["field"])
    return acts.correct_fact(
        field=field,
        value=str(order.facts.get("value", "")),
        person_id=order.needed() if field.startswith("member.") else None,
        **order.common,
    )


def _divorce(order: Order) -> ActRecord:
    leaver = order.needed()
    relation = order.facts.get("relation")
    along = [mover for mover in order.movers() if mover.person_id != leaver]
    if "to_household" in order.facts:
        return acts.join_household(
            movers=[Mover(leaver, str(relation) if relation else None), *along],
            to_household_no=str(order.facts["to_household"]),
            new_head=order.person("new_head"),
            kind=ActKind.DIVORCE,
            **order.common,
        )
    return acts.split_household(
        movers=[Mover(leaver), *along],
        head=leaver,
        new_head=order.person("new_head"),
        inherited=policy().inherited,
        kind=ActKind.DIVORCE,
        **order.common,
    )


def _split(order: Order) -> ActRecord:
    return acts.split_household(
        movers=order.movers(),
        head=order.needed("head"),
        new_head=order.person("new_head"),
        new_household_no=str(order.facts.get("new_household_no", "")),
        inherited=policy().inherited,
        **order.common,
    )


def _merge(order: Order) -> ActRecord:
    return acts.merge_households(
        other_household_no=str(order.facts["other"]),
        relation=str(order.facts["relation"]),
        **order.common,
    )


def _person_merge(order: Order) -> ActRecord:
    return acts.merge_persons(
        keep=order.needed(),
        other_id_number=str(order.facts["other_id_number"]),
        new_head=order.person("new_head"),
        **order.common,
    )


_ACTS: dict[str, Callable[[Order], ActRecord]] = {
    "BIRTH": _birth,
    "DEATH": _death,
    "MARRIAGE": _marriage,
    "DIVORCE": _divorce,
    "MOVE_IN": _move_in,
    "MOVE_OUT": _move_out,
    "SPLIT": _split,
    "MERGE": _merge,
    "HEAD_CHANGE": _head_change,
    "PERSON_MERGE": _person_merge,
    "CORRECTION": _correction,
}
