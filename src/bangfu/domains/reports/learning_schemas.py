"""Wire shapes of what is learned from answers."""

from __future__ import annotations

from datetime import date

from bangfu.foundation.http.schemas import CodedValue, RegionRef, Schema


class AnswerCounts(Schema):
    """Clues by how they were answered; `precision` in percent, null below so many answers."""

    answered: int
    confirmed: int
    explained: int
    data_wrong: int
    no_risk: int
    open: int
    precision: float | None


class RulePrecision(AnswerCounts):
    """A rule with the answers to its clues; `is_below`: it has to be looked at again."""

    rule_id: str
    title_zh: str
    title_en: str
    is_below: bool


class LearningFloor(Schema):
    """The floor in force: the least percent of so many answers or more."""

    valid_from: date
    least_percent: int
    least_answered: int
    document: str
    status: str


class LearningOut(Schema):
    """Precision by rule in a place and months, those below the floor first.

    `closed_rules`: how many rules the reader may not be told of; their answers count nowhere here.
    """

    region: RegionRef
    from_period: str
    to_period: str
    floor: LearningFloor
    rules: list[RulePrecision]
    closed_rules: int


class PlacePrecision(AnswerCounts):
    """A rule's answers in a place."""

    region: RegionRef


class MonthPrecision(AnswerCounts):
    """A rule's answers in a month of runs."""

    period: str


class FalseCaseOut(Schema):
    """A clue that was answered otherwise than confirmed."""

    id: str
    no: str
    region: RegionRef
    household_no: str
    head_name: str
    outcome: CodedValue
    period: str
    closed_on: date


class RuleLearningOut(Schema):
    """A rule's answers by place and month, and its false cases, the newest hundred."""

    rule: RulePrecision
    by_place: list[PlacePrecision]
    by_month: list[MonthPrecision]
    false_cases: list[FalseCaseOut]


class SignalMonth(Schema):
    """New clues of a month, those of screenings, and the change from the month before."""

    month: str
    new: int
    screened: int
    change: int | None


class SignalPlace(Schema):
    """New clues of a place in the last month and the one before, and the whole series."""

    region: RegionRef
    now: int
    before: int
    change: int
    series: list[int]


class SignalsOut(Schema):
    """New clues by month, oldest first, for a place and the places directly below it.

    `villages`: how many villages had any in the last month; `per_village`: new ones of that month
    for each of all villages that had one in the series.
    """

    region: RegionRef
    months: list[SignalMonth]
    places: list[SignalPlace]
    villages: int
    per_village: float | None
