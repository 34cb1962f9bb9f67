"""What a paper is filled from: plain values, all of which may be missing.

A missing value is None (or an empty tuple) and becomes a blank to be filled in by hand. Words are
the words to be printed (labels of code lists, not codes); money is in yuan; dates are days.
`private` marks what may never stand on a notice, for the privacy scan (个人信息保护法第二十八条;
中农组发〔2021〕7号: a notice shows no ID number, telephone, account or illness). What is marked
IDENTITY or PHONE is masked on every other paper too, unless a look was spent on it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from bangfu.foundation.papers.context_steps import (
    BY_HAND,
    Announcement,
    Application,
    Authorisation,
    Comparison,
    Decision,
    FastTrack,
    Notice,
    Objection,
    Recheck,
    Refusal,
    RegisterEntry,
    Review,
    Township,
    Withdrawal,
)


def private(kind: str) -> Any:
    """A value that a notice never shows: IDENTITY, PHONE, HEALTH, MEMBER or HOUSEHOLD."""
    return field(default=None, metadata={"private": kind})


@dataclass(frozen=True, slots=True)
class Place:
    """Names of the places a case belongs to."""

    county: str | None = None
    township: str | None = None
    village: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the household (家庭成员)."""

    name: str | None = private("MEMBER")
    relation: str | None = None
    sex: str | None = None
    born_on: date | None = None
    age: int | None = None
    id_number: str | None = private("IDENTITY")
    health: str | None = private("HEALTH")
    education: str | None = None
    labour: str | None = None
    work: str | None = None
    insurance: str | None = field(default=None, metadata=BY_HAND)
    phone: str | None = private("PHONE")


@dataclass(frozen=True, slots=True)
class Household:
    """The household (农户) as the register has it."""

    household_no: str | None = private("HOUSEHOLD")
    head_name: str | None = None
    head_id_number: str | None = private("IDENTITY")
    phone: str | None = private("PHONE")
    address: str | None = None
    household_type: str | None = None
    category: str | None = None
    population: int | None = None
    risks: tuple[str, ...] = ()
    identified_on: date | None = None
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Amount:
    """One line of income or spending, yuan a year."""

    item: str | None = None
    amount: Decimal | None = None
    note: str | None = field(default=None, metadata=BY_HAND)


@dataclass(frozen=True, slots=True)
class Check:
    """A home visit or telephone check (入户核查) by two people."""

    visited_on: date | None = None
    way: str | None = None
    place: str | None = field(default=None, metadata=BY_HAND)
    checkers: tuple[str, ...] = ()
    respondent: str | None = field(default=None, metadata=BY_HAND)
    period_from: date | None = field(default=None, metadata=BY_HAND)
    period_to: date | None = field(default=None, metadata=BY_HAND)
    amounts: tuple[Amount, ...] = ()
    net_income: Decimal | None = None
    claims: Decimal | None = field(default=None, metadata=BY_HAND)
    own_payment: Decimal | None = field(default=None, metadata=BY_HAND)
    per_head: Decimal | None = field(default=None, metadata=BY_HAND)
    line: Decimal | None = field(default=None, metadata=BY_HAND)
    food_clothing: str | None = field(default=None, metadata=BY_HAND)
    education: str | None = field(default=None, metadata=BY_HAND)
    insurance: str | None = field(default=None, metadata=BY_HAND)
    housing: str | None = field(default=None, metadata=BY_HAND)
    water: str | None = field(default=None, metadata=BY_HAND)
    findings: str | None = None
    outcome: str | None = None
    category: str | None = None
    level: str | None = None
    assessed_by: str | None = None
    needs: str | None = field(default=None, metadata=BY_HAND)


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of assistance (帮扶措施) and what came of it."""

    kind: str | None = None
    content: str | None = field(default=None, metadata=BY_HAND)
    begun_on: date | None = field(default=None, metadata=BY_HAND)
    effect: str | None = field(default=None, metadata=BY_HAND)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a clearing (消除条件): what was said of it, what that rests on, and whether
    it is met: 具备, 不具备 or 资料不足."""

    name: str | None = None
    said: str | None = None
    basis: str | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Clearing:
    """What decides whether a risk is cleared (风险消除)."""

    way: str | None = None
    stable_since: date | None = None
    stable_months: int | None = None
    income_steady: str | None = None
    spending_solved: str | None = None
    guarantees_met: str | None = None
    risk_gone: str | None = None
    no_new_risk: str | None = None
    has_labour: str | None = None
    conditions: tuple[Condition, ...] = ()
    measures: tuple[Measure, ...] = ()
    follow_up: str | None = field(default=None, metadata=BY_HAND)


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    """One household of a monthly list; the last five are what the village fills in."""

    clue_no: str | None = None
    head_name: str | None = None
    group: str | None = None
    population: int | None = None
    reason: str | None = None
    due_on: date | None = None
    outcome: str | None = None
    way: str | None = None
    checked_on: date | None = None
    checkers: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Checklist:
    """The list of one village and month (本月核查清单)."""

    list_no: str | None = None
    month: date | None = None
    issued_on: date | None = None
    due_on: date | None = None
    contact: str | None = None
    contact_phone: str | None = None
    rows: tuple[ChecklistRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """The number of a paper (文号): agency's word, year, running number."""

    paper: str | None = None
    prefix: str | None = None
    year: int | None = None
    serial: int | None = None


@dataclass(frozen=True, slots=True)
class CaseContext:
    """Everything known about one case; each part is filled as the case goes on."""

    case_no: str | None = None
    made_on: date | None = None
    place: Place = field(default_factory=Place)
    household: Household = field(default_factory=Household)
    numbers: tuple[Number, ...] = ()
    number: Number = field(default_factory=Number)
    application: Application = field(default_factory=Application)
    authorisation: Authorisation = field(default_factory=Authorisation)
    check: Check = field(default_factory=Check)
    comparison: Comparison = field(default_factory=Comparison)
    review: Review = field(default_factory=Review)
    notice: Notice = field(default_factory=Notice)
    objections: tuple[Objection, ...] = ()
    township: Township = field(default_factory=Township)
    decision: Decision = field(default_factory=Decision)
    announcement: Announcement = field(default_factory=Announcement)
    entry: RegisterEntry = field(default_factory=RegisterEntry)
    refusal: Refusal = field(default_factory=Refusal)
    recheck: Recheck = field(default_factory=Recheck)
    county_recheck: Recheck = field(default_factory=Recheck)
    withdrawal: Withdrawal = field(default_factory=Withdrawal)
    fast_track: FastTrack = field(default_factory=FastTrack)
    clearing: Clearing = field(default_factory=Clearing)
    checklist: Checklist = field(default_factory=Checklist)
