"""The steps of a case as its papers tell them, from application to register entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

# A value that no case records: it is written on the paper by hand, and no paper needs it.
BY_HAND: Mapping[str, Any] = MappingProxyType({"hand": True})


@dataclass(frozen=True, slots=True)
class Application:
    """The family's own request (农户自主申报), perhaps by proxy."""

    applied_on: date | None = None
    channel: str | None = None
    applicant: str | None = None
    proxy_name: str | None = None
    proxy_relation: str | None = field(default=None, metadata=BY_HAND)
    reasons: str | None = None
    received_by: str | None = field(default=None, metadata=BY_HAND)
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """One adult's consent to the query (授权): in person, by proxy or by video; no handprint."""

    name: str | None = field(default=None, metadata={"private": "MEMBER"})
    relation: str | None = None
    id_number: str | None = field(default=None, metadata={"private": "IDENTITY"})
    way: str | None = field(default=None, metadata=BY_HAND)
    proxy_name: str | None = field(default=None, metadata=BY_HAND)
    signed_on: date | None = field(default=None, metadata=BY_HAND)


@dataclass(frozen=True, slots=True)
class Authorisation:
    """The signed promise and authorisation (承诺授权查询书): number, day and witness are kept."""

    paper_no: str | None = None
    signed_on: date | None = None
    valid_until: date | None = field(default=None, metadata=BY_HAND)
    witness: str | None = None
    departments: tuple[str, ...] = field(default=(), metadata=BY_HAND)
    consents: tuple[Consent, ...] = ()
    relatives: tuple[Consent, ...] = field(default=(), metadata=BY_HAND)


@dataclass(frozen=True, slots=True)
class Hit:
    """One finding of the comparison with its explanation."""

    person: str | None = field(default=None, metadata={"private": "MEMBER"})
    relation: str | None = None
    department: str | None = None
    item: str | None = None
    as_of: date | None = None
    finding: str | None = None
    explanation: str | None = None
    conclusion: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of departmental data (信息比对)."""

    compared_on: date | None = None
    people: int | None = None
    departments: tuple[str, ...] = field(default=(), metadata=BY_HAND)
    not_compared: tuple[str, ...] = field(default=(), metadata=BY_HAND)
    hits: tuple[Hit, ...] = field(default=(), metadata=BY_HAND)
    conclusion: str | None = None
    compared_by: str | None = field(default=None, metadata=BY_HAND)


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody present at the village review."""

    name: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """The village review (民主评议) with its votes, persons."""

    held_on: date | None = None
    place: str | None = field(default=None, metadata=BY_HAND)
    chair: str | None = field(default=None, metadata=BY_HAND)
    recorder: str | None = field(default=None, metadata=BY_HAND)
    supervisor: str | None = field(default=None, metadata=BY_HAND)
    expected: int | None = None
    present: int | None = None
    agreed: int | None = None
    against: int | None = None
    abstained: int | None = None
    attendees: tuple[Attendee, ...] = field(default=(), metadata=BY_HAND)
    speeches: str | None = field(default=None, metadata=BY_HAND)
    resolution: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A household on a notice, a batch or an announcement."""

    township: str | None = None
    village: str | None = None
    group: str | None = None
    head_name: str | None = None
    people: int | None = None
    category: str | None = None
    way: str | None = None
    notice_from: date | None = None
    notice_until: date | None = None
    township_on: date | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """The village notice (公示): days inclusive, the first and the last full day."""

    posted_on: date | None = None
    from_on: date | None = None
    until_on: date | None = None
    days: int | None = None
    boards: tuple[str, ...] = ()
    contact: str | None = None
    contact_phone: str | None = None
    report_phone: str | None = None
    web_until: date | None = None
    taken_down_on: date | None = None
    objection_count: int | None = None
    watched_by: tuple[str, ...] = field(default=(), metadata=BY_HAND)
    households: tuple[Listed, ...] = ()


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection (异议) raised during the notice and what was found."""

    number: int | None = None
    raised_on: date | None = None
    raised_by: str | None = None
    way: str | None = None
    content: str | None = None
    checked_on: date | None = None
    checkers: tuple[str, ...] = ()
    finding: str | None = None
    outcome: str | None = None
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Township:
    """The township's review (乡镇审核): its responsible person signs and seals."""

    reviewed_on: date | None = None
    reviewer: str | None = None
    opinion: str | None = None
    outcome: str | None = None
    signed_by: str | None = field(default=None, metadata=BY_HAND)


@dataclass(frozen=True, slots=True)
class Decision:
    """The county's decision: one list a batch with its 批复 number."""

    batch_no: str | None = None
    decided_on: date | None = None
    agency: str | None = None
    approval_no: str | None = None
    asked_by: str | None = field(default=None, metadata=BY_HAND)
    asked_no: str | None = field(default=None, metadata=BY_HAND)
    meeting: str | None = None
    household_count: int | None = None
    people_count: int | None = None
    households: tuple[Listed, ...] = ()
    refused: tuple[Listed, ...] = ()


@dataclass(frozen=True, slots=True)
class Announcement:
    """The announcement (公告) in the village in the township's name."""

    announced_on: date | None = None
    approval_no: str | None = None
    approved_on: date | None = None
    contact_phone: str | None = None
    households: tuple[Listed, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryField:
    """One field to enter in the national system (待录入/待标注)."""

    field: str | None = None
    value: str | None = None
    entered_on: date | None = None


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """What is to be entered in the national system, field by field."""

    entered_on: date | None = None
    entered_by: str | None = None
    checked_by: str | None = field(default=None, metadata=BY_HAND)
    fields: tuple[EntryField, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Who refused a request, at which stage and why; where a second look is asked for, and until
    when. `agency` refused, `office` takes the application for the second look."""

    agency: str | None = None
    stage: str | None = None
    refused_on: date | None = None
    reasons: str | None = None
    told_on: date | None = None
    way: str | None = None
    told_by: str | None = None
    office: str | None = None
    office_phone: str | None = field(default=None, metadata=BY_HAND)
    within: str | None = None
    until: date | None = None
    next_office: str | None = None


@dataclass(frozen=True, slots=True)
class Recheck:
    """A second look (复核) of one level: the township's, then the county's."""

    level: str | None = None
    agency: str | None = None
    applied_on: date | None = None
    reasons: str | None = None
    checkers: tuple[str, ...] = ()
    checked_on: date | None = None
    finding: str | None = None
    outcome: str | None = None
    answered_on: date | None = None
    next_office: str | None = None
    within: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A request that was taken back (撤回): when, why, and who recorded it."""

    withdrawn_on: date | None = None
    reasons: str | None = None
    recorded_by: str | None = None


@dataclass(frozen=True, slots=True)
class FastTrack:
    """Help first, procedure after (绿色通道): disaster or accident with clear facts."""

    happened_on: date | None = None
    event: str | None = None
    help: str | None = None
    amount: Decimal | None = field(default=None, metadata=BY_HAND)
    helped_on: date | None = None
    approved_by: str | None = field(default=None, metadata=BY_HAND)
    approved_on: date | None = field(default=None, metadata=BY_HAND)
    procedure_until: date | None = None
