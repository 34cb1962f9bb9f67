"""Looking at a family: every look is written down, and one value in full is a look with a reason.

`note_view` for the page as a whole; `spend_look` for anything that shows one value or paper in
full: the purpose is checked, the day's budget is spent and the audit row written, all in the
caller's transaction or in one of its own; `reveal` for one value of the register.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from bangfu.domains.registry import columns
from bangfu.domains.registry.look_actions import REFUSED, REVEALED, SUBJECT, VIEWED
from bangfu.domains.registry.models import Household, Membership, Person, RevealBudget
from bangfu.domains.registry.selectors.pages import find_household
from bangfu.foundation import audit
from bangfu.foundation.access.columns import opened_classes, require_reveal
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import Conflict, InvalidValue, NotFound
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.standards import columns as classes
from bangfu.standards import reveal as policy

LONGEST_NOTE = 100
# A reason needs no number of anybody; eight digits are a telephone, a birth date or more.
_NUMBER_LIKE = re.compile(r"\d(?:[\s-]?\d){7}")
# One statement, so that two looks at once cannot both take the last one.
_SPEND = """
INSERT INTO registry_reveal_budget (actor_id, day, used) VALUES (%s, %s, 1)
ON CONFLICT (actor_id, day) DO UPDATE SET used = registry_reveal_budget.used + 1
WHERE registry_reveal_budget.used < %s
RETURNING used
"""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody looks: a code of standards/reveal.yaml and words where it asks for them."""

    purpose: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Revealed:
    """One value in full, and how many more the reader may see today."""

    dataset: str
    field: str
    value: Any
    left: int


def note_view(scope: Scope, *, household_id: UUID, region_code: str, at: datetime) -> None:
    """Write down that somebody opened a household's page, and which classes were open to them."""
    audit.record_read(
        scope,
        VIEWED,
        at=at,
        subject_kind=SUBJECT,
        subject_id=str(household_id),
        region_code=region_code,
        detail={"classes": opened_classes(scope)},
    )


def looks_left(scope: Scope, on: date) -> int:
    """Return how many more values the actor may see in full on a day."""
    spent = RevealBudget.objects.filter(actor_id=scope.actor.id, day=on).first()
    return max(0, policy.daily_budget(on) - (spent.used if spent else 0))


def check_reason(reason: Reason) -> Reason:
    """Return a reason with its words tidied.

    Raises InvalidValue E-REVEAL-PURPOSE, E-REVEAL-NOTE (missing or too long), E-REVEAL-NUMBER.
    """
    purpose = policy.get_purpose(reason.purpose)
    note = " ".join(reason.note.split())
    if len(note) > LONGEST_NOTE or (purpose.needs_note and len(note) < 2):
        raise InvalidValue("E-REVEAL-NOTE", most=LONGEST_NOTE)
    if _NUMBER_LIKE.search(note):
        raise InvalidValue("E-REVEAL-NUMBER")
    return Reason(purpose.code, note)


def spend_look(
    scope: Scope,
    *,
    action: str,
    subject_id: UUID,
    region_code: str,
    reason: Reason,
    at: datetime,
    detail: dict[str, Any],
    subject_kind: str = SUBJECT,
) -> int:
    """Spend one look of the actor's day, write it down, and return how many are left.

    `subject_id` is a household, or what `subject_kind` names. `reason` has passed `check_reason`;
    `detail` names fields and papers, never values. Raises Conflict E-REVEAL-BUDGET when the day's
    looks are spent, which is written down too.
    """
    today = timezone.localdate(at)
    budget = policy.daily_budget(today)
    with activate(scope):
        used = _spend(scope.actor.id, today, budget)
        audit.record_read(
            scope,
            action if used is not None else REFUSED,
            at=at,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            region_code=region_code,
            purpose=reason.purpose,
            detail={**detail, **({"note": reason.note} if reason.note else {})},
        )
    if used is None:
        raise Conflict("E-REVEAL-BUDGET", budget=budget)
    return budget - used


def _spend(actor_id: str, day: date, budget: int) -> int | None:
    if budget < 1:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, [actor_id, day, budget])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def reveal(
    *,
    scope: Scope,
    at: datetime,
    household_no: str,
    field: str,
    member_id: UUID | None,
    reason: Reason,
    region: RegionCode | None = None,
) -> Revealed:
    """Return one value of a household, or of a present member, in full.

    Raises InvalidValue E-REVEAL-FIELD for a column that is not sensitive or not one, and what
    `check_reason` raises; NotAllowed E-ACCESS-PERMISSION without the class's permission; NotFound
    E-REGISTRY-NOT-FOUND for a household or member outside the scope; Conflict E-REVEAL-BUDGET.
    """
    require(scope, "REGISTRY_READ")
    dataset = columns.HOUSEHOLD if member_id is None else columns.MEMBER
    found = classes.find(dataset, field) if field in _revealable(dataset) else None
    if found is None:
        raise InvalidValue("E-REVEAL-FIELD")
    require_reveal(scope, found.cls)
    sound = check_reason(reason)
    with activate(scope):
        household = find_household(scope, household_no, region)
        row: Any = household if member_id is None else _member(household, member_id)
        value = getattr(row, field)
    person = {"person_id": str(member_id)} if member_id else {}
    left = spend_look(
        scope,
        action=REVEALED,
        subject_id=household.id,
        region_code=household.region_code,
        reason=sound,
        at=at,
        detail={"dataset": dataset, "field": field, **person},
    )
    return Revealed(dataset, field, value, left)


def _revealable(dataset: str) -> frozenset[str]:
    """Return the stored columns of a dataset of which one value may be asked for."""
    if dataset == columns.HOUSEHOLD:
        facts = (*columns.household_facts(), *columns.household_sealed())
        return frozenset(fact.name for fact in facts)
    facts = (*columns.person_facts(), *columns.person_sealed())
    return frozenset({"id_number", *(fact.name for fact in facts)})


def _member(household: Household, member_id: UUID) -> Person:
    row = (
        Membership.objects.filter(household=household, person_id=member_id, to_on__isnull=True)
        .select_related("person")
        .first()
    )
    if row is None:
        raise NotFound("E-REGISTRY-NOT-FOUND")
    return row.person
