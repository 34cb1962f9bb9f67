"""Wire shapes of screening runs."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema

from bangfu.foundation.http.schemas import RegionRef


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
