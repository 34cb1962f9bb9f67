"""What the house declares and others fill in: the way out by SMS, what waits for whom, calendars.

The server and the integrations bind them when Django has loaded the apps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from bangfu.foundation.notifications.domain import Counts
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import WorkCalendar
from bangfu.standards.holidays import work_calendar


class Outcome(StrEnum):
    """What became of an SMS, as far as the gateway says."""

    # It took it, now or before.
    SENT = "SENT"
    # Surely not sent: busy, over its quota, or not there. Try later.
    LATER = "LATER"
    # Surely not sent, and it never will be.
    REFUSED = "REFUSED"
    # It may have been sent.
    UNCLEAR = "UNCLEAR"
    # Asked about a key: it never heard of it.
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Answer:
    """An outcome with a short code that says why (never the gateway's own words), and how many
    seconds it asks to be left alone."""

    outcome: Outcome
    reason: str = ""
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Sms:
    """One SMS: `key` is the same for every attempt, so that the gateway can tell a repetition."""

    key: str
    phone: str
    template: str
    params: Mapping[str, str]
    text: str


class SmsGateway(Protocol):
    """A way out by SMS. None of its methods raises for what a gateway or a network can do."""

    def send(self, sms: Sms) -> Answer:
        """Hand an SMS over."""

    def find(self, key: str) -> Answer:
        """Say what became of an earlier one."""

    def bounced(self) -> Sequence[str]:
        """Return the keys of those that did not arrive, at most some hundred at once."""

    def forget(self, keys: Sequence[str]) -> None:
        """Say that these bounces were read."""


# (scope, day) -> what waits for each user, by the user's id.
DutySource = Callable[[Scope, date], Mapping[str, Counts]]
# (county, day) -> the working days that hold there.
Calendar = Callable[[RegionCode, date], WorkCalendar]


class Ports:
    """The bound ports; without a gateway nothing leaves by SMS, and nobody is offered it."""

    gateway: SmsGateway | None = None
    duties: tuple[DutySource, ...] = ()
    calendar: Calendar = staticmethod(lambda region, on: work_calendar())


def add_duties(source: DutySource) -> None:
    """Let the digest count what `source` knows of; for an app's `ready`."""
    if source not in Ports.duties:
        Ports.duties = (*Ports.duties, source)
