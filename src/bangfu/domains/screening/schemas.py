"""Wire shapes of screening runs."""

from __future__ import annotations

from datetime import date, datetime

from bangfu.foundation.http.schemas import RegionRef, Schema


class RunIn(Schema):
    """Which county to screen for which month."""

    region: str
    period: str


class ChangesOut(Schema):
    """Households whose hint is new, changed or gone against the run before."""

    new: int
    changed: int
    gone: int


class HintCounts(Schema):
    """Households by hint."""

    urgent: int
    attention: int
    unknown: int
    none: int


class RunOut(Schema):
    """One published run."""

    id: str
    region: RegionRef
    period: str
    started_at: datetime
    finished_at: datetime
    pack: str
    pack_version: str
    result_hash: str
    households: int
    persons: int
    hints: HintCounts
    changes: ChangesOut


class RunList(Schema):
    """Published runs, newest first."""

    items: list[RunOut]


class PackVersionOut(Schema):
    """A pack by its name and version."""

    id: str
    version: str


class PackOut(Schema):
    """The pack in force, the document it was adopted under, and the packs it extends."""

    id: str
    version: str
    title_zh: str
    title_en: str
    hash: str
    document: str | None
    adopted_on: date | None
    chain: list[PackVersionOut]


class DatasetRef(Schema):
    """A dataset by its id and titles."""

    dataset: str
    title_zh: str
    title_en: str


class RuleLineOut(Schema):
    """One rule of the list; `fired` is the number of households it hits, None before a run.

    `withheld`: it reads data that are closed to the reader, who is told no number of it.
    """

    rule_id: str
    title_zh: str
    title_en: str
    kind: str
    unit: str
    hint: str
    rule_no: str
    source_document: str
    source_status: str
    feeds: list[DatasetRef]
    fired: int | None
    withheld: bool


class ThresholdLineOut(Schema):
    """A threshold with the value in force for the place and month."""

    id: str
    title_zh: str
    title_en: str
    unit_zh: str
    unit_en: str
    value: str | None
    value_zh: str | None
    value_en: str | None
    source_document: str | None
    source_status: str | None


class NotComputableOut(Schema):
    """What no feed can decide, why, and what it would need."""

    id: str
    title_zh: str
    title_en: str
    why_zh: str
    why_en: str
    needs_zh: str
    needs_en: str


class RuleListOut(Schema):
    """The rules in force for a place and month."""

    pack: PackOut
    period: str
    run_period: str | None
    rules: list[RuleLineOut]
    thresholds: list[ThresholdLineOut]
    not_computable: list[NotComputableOut]


class RuleSourceOut(Schema):
    """A document and whether somebody checked the text against it."""

    document: str
    article: str
    status: str


class RuleClauseOut(Schema):
    """One condition of a rule as a sentence."""

    text_zh: str
    text_en: str
    negated: bool


class ThresholdValueOut(Schema):
    """One dated value; `region` is the significant part of its code, None for the whole country."""

    region: str | None
    region_name: str
    valid_from: date
    valid_to: date | None
    value: str
    source: RuleSourceOut
    in_force_here: bool


class ThresholdOut(Schema):
    """A threshold with all its values."""

    id: str
    title_zh: str
    title_en: str
    unit_zh: str
    unit_en: str
    values: list[ThresholdValueOut]


class FeedColumnOut(Schema):
    """A column of a feed that a rule reads."""

    name: str
    zh: str
    en: str


class RuleFeedOut(DatasetRef):
    """A feed of a rule with the columns that it reads."""

    columns: list[FeedColumnOut]


class RuleCaseOut(Schema):
    """A worked case: facts in, outcome expected."""

    name: str
    expect: str
    reason: str | None
    facts_zh: list[str]
    facts_en: list[str]


class RulePageOut(RuleLineOut):
    """One rule with its text, formulas, clauses, thresholds, feeds and cases."""

    valid_from: date
    valid_to: date | None
    file: str
    source: RuleSourceOut
    sentence_zh: str
    sentence_en: str
    applies: str | None
    when: str
    clauses: list[RuleClauseOut]
    reason_zh: str
    reason_en: str
    thresholds: list[ThresholdOut]
    feeds: list[RuleFeedOut]  # type: ignore[assignment]
    cases: list[RuleCaseOut]
