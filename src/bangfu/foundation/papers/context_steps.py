"""The steps of a case as its papers tell them, from application to register entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Application:
    """The family's own request (农户自主申报), perhaps by proxy."""

    applied_on: date | None = None
    channel: str | None = None
    applicant: str | None = None
    proxy_name: str | None = None
    proxy_relation: str | None = None
    reasons: str | None = None
    received_by: str | None = None
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """One adult's consent to the query (授权): in person, by proxy or by video; no handprint."""

    name: str | None = field(default=None, metadata={"private": "MEMBER"})
    relation: str | None = None
    id_number: str | None = field(default=None, metadata={"private": "IDENTITY"})
    way: str | None = None
    proxy_name: str | None = None
    signed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Authorisation:
    """The signed promise and authorisation (承诺授权查询书): number, day and witness are kept."""

    paper_no: str | None = None
    signed_on: date | None = None
    valid_until: date | None = None
    witness: str | None = None
    departments: tuple[str, ...] = ()
    consents: tuple[Consent, ...] = ()
    relatives: tuple[Consent, ...] = ()


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
    departments: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    conclusion: str | None = None
    compared_by: str | None = None


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody present at the village review."""

    name: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """The village review (民主评议) with its votes, persons."""

    held_on: date | None = None
    place: str | None = None
    chair: str | None = None
    recorder: str | None = None
    supervisor: str | None = None
    expected: int | None = None
    present: int | None = None
    agreed: int | None = None
    against: int | None = None
    abstained: int | None = None
    attendees: tuple[Attendee, ...] = ()
    speeches: str | None = None
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
    watched_by: tuple[str, ...] = ()
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
    signed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The county's decision: one list a batch with its 批复 number."""

    batch_no: str | None = None
    decided_on: date | None = None
    agency: str | None = None
    approval_no: str | None = None
    asked_by: str | None = None
    asked_no: str | None = None
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
    checked_by: str | None = None
    fields: tuple[EntryField, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused, told within the days the pack names."""

    stage: str | None = None
    reasons: str | None = None
    told_on: date | None = None
    way: str | None = None
    told_by: str | None = None
    office: str | None = None
    office_phone: str | None = None


@dataclass(frozen=True, slots=True)
class Recheck:
    """A second look (复核): by the township, then by the county."""

    level: str | None = None
    applied_on: date | None = None
    reasons: str | None = None
    checkers: tuple[str, ...] = ()
    checked_on: date | None = None
    finding: str | None = None
    outcome: str | None = None
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class FastTrack:
    """Help first, procedure after (绿色通道): disaster or accident with clear facts."""

    happened_on: date | None = None
    event: str | None = None
    help: str | None = None
    amount: Decimal | None = None
    helped_on: date | None = None
    approved_by: str | None = None
    approved_on: date | None = None
    procedure_until: date | None = None
