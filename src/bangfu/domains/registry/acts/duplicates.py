"""One person entered twice: two records become one, and can become two again (F24)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from bangfu.domains.registry import columns
from bangfu.domains.registry.acts.doing import Done, Setting, perform, replace_leaving_head
from bangfu.domains.registry.acts.ledger import HEAD, Ledger, Origin
from bangfu.domains.registry.acts.records import ActKind, ActRecord
from bangfu.domains.registry.models import Household, Person
from bangfu.kernel.errors import Conflict
from bangfu.kernel.id_number import IdNumber
from bangfu.kernel.scope import Scope

MERGED = "MERGED"


def merge_persons(
    *,
    scope: Scope,
    at: datetime,
    source: Origin,
    on: date,
    household_no: str,
    keep: UUID,
    other_id_number: str,
    new_head: UUID | None = None,
) -> ActRecord:
    """Let the record of a member stand for another record of the same person (合并重复人员).

    The other record ends its membership and stays, pointing at the one that is kept, with its own
    ID number, facts, past memberships and departmental rows. Facts that only the other knew are
    taken over with their sources. `new_head` follows where the other was head of a household that
    goes on without it. Raises Conflict E-REGISTRY-NOT-A-MEMBER, E-REGISTRY-PERSON-UNKNOWN,
    E-REGISTRY-NOTHING-CHANGES, E-REGISTRY-HEAD-NEEDED, E-REGISTRY-HELD-ELSEWHERE.
    """

    def act(ledger: Ledger) -> Done:
        household = ledger.household(household_no)
        ledger.member(household, keep)
        kept = ledger.person(keep)
        other = ledger.find_person(IdNumber.parse(other_id_number))
        if other is None:
            raise Conflict("E-REGISTRY-PERSON-UNKNOWN")
        if other.id == kept.id:
            raise Conflict("E-REGISTRY-NOTHING-CHANGES")
        _leave(ledger, household, kept, other, new_head)
        _take_facts(kept, other)
        other.merged_into_id = kept.id
        return Done((kept.id, other.id))

    return perform(ActKind.PERSON_MERGE, Setting(scope, at, on, source), act)


def _leave(
    ledger: Ledger, household: Household, kept: Person, other: Person, new_head: UUID | None
) -> None:
    """End the other record's membership; as head of the same household it hands that to the kept.

    The two are one person, so nobody's relation to the head changes by that.
    """
    current = ledger.current_membership(other)
    if current is None:
        return
    if current.household_id != household.id:
        home = ledger.households[current.household_id]
        replace_leaving_head(ledger, home, {other.id}, new_head)
        ledger.end(current, MERGED)
        return
    was_head = current.relation == HEAD
    ledger.end(current, MERGED)
    if was_head:
        ledger.relate(ledger.member(household, kept.id), HEAD)


def _take_facts(kept: Person, other: Person) -> None:
    origin = {"source": str(other.source_id), "as_of": other.as_of.isoformat()}
    taken: dict[str, Any] = {}
    for fact in (*columns.person_facts(), *columns.person_sealed()):
        value = getattr(other, fact.name)
        if value is None or getattr(kept, fact.name) is not None:
            continue
        setattr(kept, fact.name, value)
        if fact.type in columns.ENCRYPTED_TYPES:
            setattr(kept, f"{fact.name}_token", getattr(other, f"{fact.name}_token"))
        taken[fact.name] = other.field_sources.get(fact.name, origin)
    kept.field_sources = {**kept.field_sources, **taken}
