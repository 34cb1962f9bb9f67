"""Filling in a request, and what follows from it: whom it touches, marks, the order of the act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from bangfu.domains.changes import applying, rows
from bangfu.domains.changes import facts as facts_of
from bangfu.domains.changes.flags import Case, flags_of
from bangfu.domains.changes.kinds import Kind, get_kind
from bangfu.domains.changes.models import ChangeEvidence, ChangeRequest
from bangfu.domains.changes.touching import touch_of
from bangfu.domains.registry.acts import services as acts
from bangfu.domains.registry.selectors.people import HouseholdBrief, get_brief, list_numbers
from bangfu.foundation.access.scopes import activate, system_scope
from bangfu.kernel.errors import Conflict, NotFound
from bangfu.kernel.region import TOWN, RegionCode
from bangfu.kernel.scope import Scope


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody fills in: the kind, the household, the day, the facts, a note."""

    kind: str
    household_no: str
    happened_on: date
    facts: dict[str, Any]
    note: str = ""


def open_household(scope: Scope, household_no: str) -> HouseholdBrief:
    """Return a household of the scope that is not closed.

    Raises NotFound, Conflict E-REGISTRY-HOUSEHOLD-CLOSED.
    """
    household = get_brief(scope, household_no)
    if household.closed_on is not None:
        raise Conflict("E-REGISTRY-HOUSEHOLD-CLOSED", household_no=household_no)
    return household


def fill(
    scope: Scope,
    at: datetime,
    row: ChangeRequest,
    kind: Kind,
    household: HouseholdBrief,
    form: Form,
) -> None:
    """Put a checked form into a row; a second household must lie in the scope too."""
    facts = facts_of.check(kind, form.facts, today=timezone.localdate(at))
    second = _second(facts)
    if second:
        open_household(scope, second)
    row.household_id, row.household_no = household.id, household.household_no
    row.head_name, row.happened_on = household.head_name, form.happened_on
    row.note, row.facts = form.note.strip()[:1000], facts_of.seal(facts)
    mark(at, row)


def _second(facts: facts_of.Facts) -> str:
    return str(facts.get("other") or facts.get("to_household") or "")


def town_scope(row: ChangeRequest) -> Scope:
    """Return the scope of the town that decides: what it sees decides what is marked.

    A village's officer would otherwise be told of people who live in the next village.
    """
    place = RegionCode(row.region_code)
    return system_scope(place.at_level(min(TOWN, place.level)), "changes.town")


def mark(at: datetime, row: ChangeRequest) -> None:
    """Work out anew what a request touches and what the deciders should see."""
    scope = town_scope(row)
    kind, facts = get_kind(row.kind), facts_of.unseal(row.facts)
    home = get_brief(scope, current_number(scope, row))
    rows.put_touch(row, touch_of(scope, kind, facts, home, _find_brief(scope, _second(facts))))
    case = Case(
        scope=scope,
        kind=kind,
        facts=facts,
        household=home,
        happened_on=row.happened_on,
        today=timezone.localdate(at),
        has_evidence=ChangeEvidence.objects.filter(request_id=row.id).exists(),
    )
    row.flags = rows.stored_flags(flags_of(case))


def _find_brief(scope: Scope, household_no: str) -> HouseholdBrief | None:
    """Return the second household; None when its number was corrected meanwhile."""
    if not household_no:
        return None
    try:
        return get_brief(scope, household_no)
    except NotFound:
        return None


def order_of(scope: Scope, at: datetime, row: ChangeRequest) -> applying.Order:
    """Return the act that a request asks for, as a decision of `scope`."""
    return applying.Order(
        scope=scope,
        at=at,
        source=origin_of(row),
        on=row.happened_on,
        household_no=current_number(scope, row),
        facts=facts_of.unseal(row.facts),
    )


def current_number(scope: Scope, row: ChangeRequest) -> str:
    """Return the number of a request's household today: it may have been corrected meanwhile."""
    return list_numbers(scope, [row.household_id]).get(row.household_id, row.household_no)


def origin_of(row: ChangeRequest) -> acts.Origin:
    """Return what the act is founded on: the request's number."""
    return acts.Origin(row.no, RegionCode(row.region_code))


class _Rehearsed(Exception):
    """Ends a rehearsal, so that its transaction is rolled back."""


def rehearse(at: datetime, row: ChangeRequest) -> None:
    """Do the act for the town and roll it back; raises what it raises."""
    if row.happened_on > timezone.localdate(at):
        return
    town = town_scope(row)
    try:
        with transaction.atomic():
            with activate(town):
                applying.apply(row.kind, order_of(town, at, row))
            raise _Rehearsed
    except _Rehearsed:
        return
