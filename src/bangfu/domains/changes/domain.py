"""States of a request, who may take which step, and when two requests conflict. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class State(StrEnum):
    """Where a request stands."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    VILLAGE_AGREED = "VILLAGE_AGREED"
    APPROVED = "APPROVED"
    RETURNED = "RETURNED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    UNDONE = "UNDONE"


class Step(StrEnum):
    """What somebody did with a request."""

    CREATE = "CREATE"
    EDIT = "EDIT"
    EVIDENCE = "EVIDENCE"
    SUBMIT = "SUBMIT"
    WITHDRAW = "WITHDRAW"
    VILLAGE = "VILLAGE"
    TOWN = "TOWN"
    UNDO = "UNDO"


# From which states a step can be taken, and the permission that it needs.
FROM: dict[Step, frozenset[State]] = {
    Step.EDIT: frozenset({State.DRAFT, State.RETURNED}),
    Step.EVIDENCE: frozenset({State.DRAFT, State.RETURNED, State.SUBMITTED, State.VILLAGE_AGREED}),
    Step.SUBMIT: frozenset({State.DRAFT, State.RETURNED}),
    Step.WITHDRAW: frozenset({State.DRAFT, State.RETURNED, State.SUBMITTED, State.VILLAGE_AGREED}),
    Step.VILLAGE: frozenset({State.SUBMITTED}),
    Step.TOWN: frozenset({State.VILLAGE_AGREED}),
    Step.UNDO: frozenset({State.APPROVED}),
}
PERMISSIONS: dict[Step, str] = {
    Step.CREATE: "CHANGE_REQUEST",
    Step.EDIT: "CHANGE_REQUEST",
    Step.EVIDENCE: "CHANGE_REQUEST",
    Step.SUBMIT: "CHANGE_REQUEST",
    Step.WITHDRAW: "CHANGE_REQUEST",
    Step.VILLAGE: "CHANGE_VILLAGE",
    Step.TOWN: "CHANGE_TOWN",
    Step.UNDO: "CHANGE_TOWN",
}
OUTCOMES: dict[tuple[Step, str], State] = {
    (Step.VILLAGE, "AGREE"): State.VILLAGE_AGREED,
    (Step.VILLAGE, "RETURN"): State.RETURNED,
    (Step.TOWN, "APPROVE"): State.APPROVED,
    (Step.TOWN, "RETURN"): State.RETURNED,
    (Step.TOWN, "REJECT"): State.REJECTED,
}
# Requests that may still come into force.
OPEN = frozenset({State.DRAFT, State.SUBMITTED, State.VILLAGE_AGREED, State.RETURNED})
# Kinds that always change who is head or who makes up a household.
STRUCTURAL = frozenset({"HEAD_CHANGE", "SPLIT", "MERGE"})
# Corrections that touch what other changes of the same person rest on.
_IDENTIFYING = frozenset({"member.relation", "member.id_number"})


@dataclass(frozen=True, slots=True)
class Touch:
    """What a request is about, as far as conflicts go.

    `persons` and `tokens` name the same people by record and by ID number; `closing` are
    households that it would leave empty; `field` what a correction corrects.
    """

    kind: str
    persons: frozenset[UUID] = frozenset()
    tokens: frozenset[str] = frozenset()
    households: frozenset[UUID] = frozenset()
    closing: frozenset[UUID] = frozenset()
    is_structural: bool = False
    field: str = ""


def conflict(one: Touch, other: Touch) -> str | None:
    """Return why two requests cannot both come into force as they stand, or None. Symmetric."""
    if one.persons & other.persons or one.tokens & other.tokens:
        found = _about_one_person(one, other)
        if found:
            return found
    if not one.households & other.households:
        return None
    if one.kind == other.kind == "CORRECTION":
        is_same = one.field == other.field and one.field.startswith("household.")
        return "SAME_FIELD" if is_same else None
    if one.is_structural and other.is_structural:
        return "SAME_HOUSEHOLD"
    if one.closing & other.households or other.closing & one.households:
        return "HOUSEHOLD_CLOSES"
    return None


def _about_one_person(one: Touch, other: Touch) -> str | None:
    corrections = [each for each in (one, other) if each.kind == "CORRECTION"]
    if len(corrections) == 2:
        return "SAME_FIELD" if one.field == other.field else None
    if corrections and corrections[0].field not in _IDENTIFYING:
        return None
    return "SAME_PERSON"


@dataclass(frozen=True, slots=True)
class Flag:
    """Something the decider should see; `params` fill its text."""

    code: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Clash:
    """Another open request that conflicts; one outside the reader's place has no id and number."""

    why: str
    id: UUID | None
    no: str


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of a request's history."""

    at: datetime
    by: str
    step: str
    decision: str
    note: str


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """One file handed in with a request."""

    id: UUID
    name: str
    size: int
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request as other code sees it; `facts` in their stored form."""

    id: UUID
    no: str
    kind: str
    state: State
    region_code: str
    household_no: str
    head_name: str
    happened_on: date
    note: str
    facts: dict[str, Any]
    created_at: datetime
    created_by: str
    created_by_id: str
    due_on: date | None
    submitted_at: datetime | None
    decided_at: datetime | None
    act_id: UUID | None
    revision: int
    flags: tuple[Flag, ...]
    touch: Touch
