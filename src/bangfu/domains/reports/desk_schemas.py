"""Wire shapes of the desk."""

from __future__ import annotations

from datetime import date
from typing import Literal

from bangfu.domains.monitoring.schemas import ProceedingHead
from bangfu.foundation.http.schemas import RegionRef, Schema

LaneName = Literal["OVERDUE", "TODAY", "SOON", "LATER"]


class DeskLane(Schema):
    """My proceedings of one lane: all of them counted, the first ones listed."""

    lane: LaneName
    number: int
    supervised: int
    items: list[ProceedingHead]


class DeskWaiting(Schema):
    """Open proceedings that wait for others, by level, and how many of them are overdue."""

    waits_for: str
    number: int
    overdue: int
    oldest: date | None


class DeskPlace(Schema):
    """Open proceedings of a place."""

    region: RegionRef
    open: int
    overdue: int
    supervised: int


class DeskRound(Schema):
    """A round that goes on, and how many households of the place are left in it."""

    code: str
    zh: str
    en: str
    to_on: date
    to_do: int


class DeskOut(Schema):
    """The desk of a post on a day: mine by last day, what waits for others, places, rounds.

    `oldest` is the earliest last day of mine. `unread`: messages, at most 999.
    """

    region: RegionRef
    level: str
    today: date
    soon_days: int
    mine: int
    overdue: int
    oldest: date | None
    lanes: list[DeskLane]
    waiting: list[DeskWaiting]
    places: list[DeskPlace]
    rounds: list[DeskRound]
    unread: int
