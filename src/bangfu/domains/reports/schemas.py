"""Wire shapes of the overview, the household list and the household page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Field

from bangfu.domains.monitoring.schemas import ProceedingHead
from bangfu.domains.screening.schemas import ChangesOut
from bangfu.foundation.http.schemas import CodedValue, RegionRef, Schema

Hint = Literal["urgent", "attention", "unknown", "none"]
Outcome = Literal["TRUE", "FALSE", "UNKNOWN"]


class RegionLevelRef(RegionRef):
    """A place with its level."""

    level: int


class RunRef(Schema):
    """The run that the figures come from."""

    id: str
    finished_at: datetime
    period: str


class TotalsOut(Schema):
    """Households and persons in the place, and households by hint."""

    households: int
    persons: int
    urgent: int
    attention: int
    unknown: int
    none: int


class PreviousOut(Schema):
    """Households by hint in the run of the period before."""

    period: str
    urgent: int
    attention: int
    unknown: int


class ChildCounts(Schema):
    """One place directly below, with its counts."""

    region: RegionRef
    households: int
    urgent: int
    attention: int
    unknown: int


class RuleCount(Schema):
    """Households for which a rule fired."""

    rule_id: str
    kind: str
    title_zh: str
    title_en: str
    count: int


class FeedState(Schema):
    """The newest committed data of a dataset that the period may use."""

    dataset: str
    title_zh: str
    title_en: str
    period: str | None
    as_of: date | None
    rows: int
    stale: bool


class OverviewOut(Schema):
    """The first screen: where it is bad, and why."""

    region: RegionLevelRef
    period: str | None
    run: RunRef | None
    totals: TotalsOut
    previous: PreviousOut | None
    changes: ChangesOut
    by_child: list[ChildCounts]
    by_rule: list[RuleCount]
    feeds: list[FeedState]
    periods: list[str]


class HouseholdFilter(Schema):
    """Filters of the household list and of its export; an unknown value is refused."""

    region: str | None = Field(None, description="12-digit or short code; default: the post's")
    period: str | None = Field(None, description="YYYY-MM; default: the newest screened month")
    hint: list[Hint] = Field(default_factory=list)
    household_type: list[str] = Field(default_factory=list)
    monitored_category: list[str] = Field(default_factory=list)
    rule: str | None = Field(None, description="households for which this rule fired")
    q: str | None = Field(
        None, max_length=40, description="head's name, pinyin, household no. or full ID number"
    )
    sort: Literal["hint", "household_no", "name"] = "hint"


class HouseholdPageFilter(HouseholdFilter):
    """Filters and place in the list."""

    cursor: str | None = Field(None, max_length=600)
    limit: int = Field(50, ge=1, le=200)


class HouseholdItem(Schema):
    """One row of the household list."""

    id: str
    household_no: str
    head_name: str
    region: RegionRef
    town_name: str
    village_name: str
    member_count: int
    household_type: CodedValue | None
    monitored_category: CodedValue | None
    risk_status: CodedValue | None
    hint: Hint | None
    reason_zh: str
    reason_en: str
    as_of: date | None


class HouseholdList(Schema):
    """A page of the list, the cursor of the next, and how many there are within the filters."""

    items: list[HouseholdItem]
    next_cursor: str | None
    total: int
    period: str | None


class SourceOut(Schema):
    """Where a value comes from."""

    id: str | None
    label: str
    as_of: date | None


class FieldOut(Schema):
    """One fact with label, value, source and date; `value_zh` and `value_en` are for reading.

    `shown` MASKED: the value is a masked form. HIDDEN: it is withheld, known or not. `can_reveal`:
    the reader may ask for it in full.
    """

    key: str
    label_zh: str
    label_en: str
    value: Any = None
    value_zh: str
    value_en: str
    unit: str | None = None
    source: str | None = None
    as_of: date | None = None
    shown: Literal["OPEN", "MASKED", "HIDDEN"] = "OPEN"
    can_reveal: bool = False


class SectionOut(Schema):
    """A group of facts on the household page."""

    key: str
    title_zh: str
    title_en: str
    fields: list[FieldOut]


class MemberOut(Schema):
    """A member; number and telephone are masked. `can_reveal`: the reader may ask for them."""

    id: str
    name: str
    relation: CodedValue | None
    sex: CodedValue | None
    birth_on: date | None
    age: int | None
    id_number_masked: str
    phone_masked: str
    can_reveal: bool
    fields: list[FieldOut]


class HintOut(Schema):
    """What the newest run of the period found; unverified."""

    hint: Hint
    reason_zh: str
    reason_en: str
    rule_ids: list[str]
    period: str
    since: str
    changed_at: datetime


class HintStep(Schema):
    """An earlier or present hint, from a period until another (open when null)."""

    hint: Hint
    reason_zh: str
    reason_en: str
    valid_from: str
    valid_to: str | None


class HistoryItem(Schema):
    """A change of the household's facts."""

    at: datetime
    source: str
    changes: list[dict[str, Any]]


class HouseholdHead(Schema):
    """What the household page opens with."""

    id: str
    household_no: str
    head_name: str
    region: RegionRef
    path: list[RegionRef]
    member_count: int
    household_type: CodedValue | None
    monitored_category: CodedValue | None
    risk_status: CodedValue | None
    as_of: date | None
    source: str | None


class HouseholdOut(Schema):
    """Everything known about a household; `proceedings` are the open ones."""

    household: HouseholdHead
    sections: list[SectionOut]
    members: list[MemberOut]
    hint: HintOut | None
    hint_history: list[HintStep]
    assessed_level: CodedValue | None
    handling_status: CodedValue | None
    proceedings: list[ProceedingHead]
    history: list[HistoryItem]


class ClauseOut(Schema):
    """One condition of a rule, with the value that was compared, raw and in words."""

    text_zh: str
    text_en: str
    outcome: Outcome
    unknown_reason: str | None
    value: str | None
    value_zh: str | None
    value_en: str | None
    threshold: str | None
    threshold_zh: str | None
    threshold_en: str | None
    unit: str | None
    unit_zh: str | None
    unit_en: str | None
    dataset: str | None
    dataset_zh: str | None
    dataset_en: str | None
    as_of: date | None
    person_name: str | None
    change_zh: str | None
    change_en: str | None


class RuleOut(Schema):
    """One rule that fired or could not be decided.

    `withheld`: it stands for all rules that read what is closed to the reader; it has no id.
    """

    rule_id: str
    title_zh: str
    title_en: str
    kind: str
    outcome: Outcome
    unknown_reason: str | None
    hint: Hint
    reason_zh: str
    reason_en: str
    change_zh: str | None
    change_en: str | None
    source: str
    source_status: str
    withheld: bool
    clauses: list[ClauseOut]


class ExplanationOut(Schema):
    """Why a household has its hint."""

    household_no: str
    period: str
    run: RunRef
    hint: Hint
    reason_zh: str
    reason_en: str
    rules: list[RuleOut]
