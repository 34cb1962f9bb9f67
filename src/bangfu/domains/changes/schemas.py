"""Wire shapes of change requests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from bangfu.foundation.http.schemas import CodedValue, RegionRef, Schema


class KindField(Schema):
    """One fact that a kind asks for."""

    name: str
    zh: str
    en: str
    type: str
    required: bool
    options: list[CodedValue]


class KindOut(Schema):
    """A kind of change with its form and the paper it wants."""

    kind: str
    zh: str
    en: str
    help_zh: str
    help_en: str
    evidence_zh: str
    evidence_en: str
    evidence_required: bool
    source_document: str
    source_status: str
    fields: list[KindField]


class ChangeHead(Schema):
    """A request as one line; `flags` and `conflicts` are counts."""

    id: str
    no: str
    kind: str
    kind_zh: str
    kind_en: str
    state: str
    state_zh: str
    state_en: str
    household_no: str
    head_name: str
    region: RegionRef
    happened_on: date
    created_at: datetime
    created_by: str
    conflicts: int
    flags: int
    due_on: date | None


class ChangeList(Schema):
    """A page of requests, newest first."""

    items: list[ChangeHead]
    next_cursor: str | None
    total: int


class FactOut(Schema):
    """One fact: its value as it is stored, and in words.

    `shown` MASKED: the value is a masked form. HIDDEN: it is withheld. A form that is saved again
    with such a value leaves the fact as it is. `can_reveal`: the reader may ask for it in full.
    """

    name: str
    zh: str
    en: str
    value: Any
    value_zh: str
    value_en: str
    shown: Literal["OPEN", "MASKED", "HIDDEN"] = "OPEN"
    can_reveal: bool = False


class EvidenceOut(Schema):
    """A file handed in with a request; bytes."""

    id: str
    name: str
    size: int
    note: str
    by: str
    at: datetime


class ConflictOut(Schema):
    """Another open request that conflicts; empty id and number for one in another place."""

    change_id: str
    no: str
    why_zh: str
    why_en: str


class FlagOut(Schema):
    """Something the decider should see."""

    code: str
    text_zh: str
    text_en: str


class StepOut(Schema):
    """What somebody did with the request."""

    at: datetime
    by: str
    step_zh: str
    step_en: str
    decision_zh: str
    decision_en: str
    note: str


class EffectOut(Schema):
    """What the request will do, or did."""

    text_zh: str
    text_en: str


class ChangeOut(Schema):
    """A request with everything that belongs to it. `allowed`: the steps open to the reader;
    `needs_purpose`: the papers are opened for a stated purpose."""

    id: str
    no: str
    kind: str
    kind_zh: str
    kind_en: str
    state: str
    state_zh: str
    state_en: str
    household_no: str
    head_name: str
    region: RegionRef
    happened_on: date
    created_at: datetime
    created_by: str
    due_on: date | None
    note: str
    revision: int
    facts: list[FactOut]
    evidence: list[EvidenceOut]
    conflicts: list[ConflictOut]
    flags: list[FlagOut]
    steps: list[StepOut]
    effects: list[EffectOut]
    allowed: list[str]
    needs_purpose: bool


class ChangeIn(Schema):
    """What is filled in; `facts` by the names of the kind's fields."""

    kind: str = Field(max_length=20)
    household_no: str = Field(max_length=40)
    happened_on: date
    facts: dict[str, Any] = Field(default_factory=dict, max_length=20)
    note: str = Field("", max_length=1000)


class ChangeRevealIn(Schema):
    """Which fact of a request to see in full, and why."""

    field: str = Field(max_length=40)
    purpose: str = Field(max_length=40)
    note: str = Field("", max_length=400)


class ChangeRevealedOut(Schema):
    """One fact of a request in full; `left`: how many more the reader may see today."""

    field: str
    value: Any
    value_zh: str
    value_en: str
    left: int


class NoteIn(Schema):
    """A remark that goes with a step."""

    note: str = Field("", max_length=1000)


class DecisionIn(Schema):
    """A decision of the village (AGREE, RETURN) or the township (APPROVE, RETURN, REJECT).

    `revision`: the version of the request that was looked at; a newer one is refused with 409.
    """

    decision: str = Field(max_length=12)
    note: str = Field("", max_length=1000)
    revision: int | None = None


class ReasonIn(Schema):
    """Why something is undone."""

    reason: str = Field(max_length=500)
