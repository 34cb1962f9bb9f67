"""Who looked at a household: page views, values seen in full, papers opened (谁看过这户)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bangfu.domains.registry.look_actions import LOOKS, REFUSED, SUBJECT, VIEWED
from bangfu.domains.registry.selectors.identity import names_of
from bangfu.domains.registry.selectors.pages import find_household
from bangfu.foundation.access.roles import require
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.subjects import SubjectEvent, list_of_subject
from bangfu.kernel.scope import Scope

MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class Look:
    """One look: the page (no field), or one value or paper in full with its purpose."""

    id: UUID
    at: datetime
    by: str
    by_kind: str
    action: str
    is_refused: bool
    dataset: str
    field: str
    member_name: str
    purpose: str
    note: str
    document: str


def list_looks(
    scope: Scope, household_no: str, *, before: UUID | None = None, limit: int = 50
) -> list[Look]:
    """Return who looked at a household, newest first, rows older than `before`, 1–200 of them.

    Raises NotFound E-REGISTRY-NOT-FOUND for a household outside the scope.
    """
    require(scope, "REGISTRY_READ")
    with activate(scope):
        household = find_household(scope, household_no, only=["id"])
        events = list_of_subject(
            scope,
            subject_kind=SUBJECT,
            subject_id=str(household.id),
            actions=LOOKS,
            before=before,
            limit=max(1, min(limit, MAX_PAGE)),
        )
    people = {UUID(event.detail["person_id"]) for event in events if event.detail.get("person_id")}
    names = names_of(scope, people) if people else {}
    return [_look(event, names) for event in events]


def _look(event: SubjectEvent, names: dict[UUID, str]) -> Look:
    person = event.detail.get("person_id")
    return Look(
        id=event.id,
        at=event.at,
        by=event.actor_label,
        by_kind=event.actor_kind,
        action="VIEWED" if event.action == VIEWED else "REVEALED",
        is_refused=event.action == REFUSED,
        dataset=event.detail.get("dataset", ""),
        field=event.detail.get("field", ""),
        member_name=names.get(UUID(person), "") if person else "",
        purpose=event.purpose,
        note=event.detail.get("note", ""),
        document=event.detail.get("document", ""),
    )
