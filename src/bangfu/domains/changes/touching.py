"""What a request touches: people, households, heads; the ground on which conflicts are found."""

from __future__ import annotations

from uuid import UUID

from bangfu.domains.changes.domain import STRUCTURAL, Touch
from bangfu.domains.changes.facts import Facts, ids_in
from bangfu.domains.changes.kinds import Kind
from bangfu.domains.registry.selectors.people import HouseholdBrief, find_known
from bangfu.foundation.crypto.tokens import person_token
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope


def touch_of(
    scope: Scope,
    kind: Kind,
    facts: Facts,
    household: HouseholdBrief,
    other: HouseholdBrief | None = None,
) -> Touch:
    """Return what a request about `household` (and `other`, if it names a second) touches."""
    persons = {each for field in kind.fields for each in _people(field.type, field.name, facts)}
    members = {m.person_id: m for home in (household, other) if home for m in home.members}
    tokens = {members[each].token for each in persons if each in members}
    households = {household.id} | ({other.id} if other else set())
    county = RegionCode(household.region_code).county
    for field in kind.fields:
        number = facts.get(field.name) if field.type == "id_number" else None
        if number is None:
            continue
        tokens.add(person_token(str(number)))
        known = find_known(scope, county, str(number))
        if known and known.person_id:
            persons.add(known.person_id)
    leaving = set(ids_in(facts, "persons")) | set(ids_in(facts, "person"))
    is_leaving = kind.code in ("DEATH", "MOVE_OUT", "DIVORCE", "SPLIT")
    everybody = {each.person_id for each in household.members}
    closing = {household.id} if is_leaving and everybody and everybody <= leaving else set()
    if kind.code == "MERGE" and other:
        closing = {other.id}
    head = household.head
    return Touch(
        kind=kind.code,
        persons=frozenset(persons),
        tokens=frozenset(tokens),
        households=frozenset(households),
        closing=frozenset(closing),
        is_structural=kind.code in STRUCTURAL
        or "new_head" in facts
        or (is_leaving and head is not None and head.person_id in leaving),
        field=str(facts.get("field", "")),
    )


def _people(kind: str, name: str, facts: Facts) -> list[UUID]:
    return ids_in(facts, name) if kind in ("person", "persons") else []
