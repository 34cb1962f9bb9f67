"""Instances of the machine from rows and back: facts and deadlines in their stored form.

Stored facts say by themselves what they are, a day as {"day": "2026-10-01"} and people as a list,
so that a proceeding can be read even where its version of the procedure is gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from bangfu.domains.monitoring.models import Proceeding, ProceedingClock
from bangfu.kernel.workdays import Due, Unit
from bangfu.procedures import Deadline, Instance, Level, Rung, Value

Facts = Mapping[str, Value]


def seal(facts: Facts) -> str:
    """Return facts as the JSON text that is stored encrypted."""
    return json.dumps(plain(facts), ensure_ascii=False, sort_keys=True)


def plain(facts: Facts) -> dict[str, Any]:
    """Return facts as plain JSON values."""
    return {name: _plain(value) for name, value in facts.items()}


def unseal(text: Any) -> dict[str, Value]:
    """Return the facts of a stored text."""
    return {name: _value(each) for name, each in json.loads(text).items()}


def _plain(value: Value) -> Any:
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return list(value) if isinstance(value, tuple) else value


def _value(stored: Any) -> Value:
    if isinstance(stored, dict):
        return date.fromisoformat(stored["day"])
    if isinstance(stored, list):
        return tuple(str(each) for each in stored)
    kept: Value = stored
    return kept


def to_instance(row: Proceeding, clocks: Iterable[ProceedingClock]) -> Instance:
    """Return the machine's instance of a row with its running clocks; ended ones are left out."""
    running = {one.clock: to_deadline(one.data) for one in clocks if one.ended_on is None}
    return Instance(
        row.procedure,
        row.version,
        row.state,
        MappingProxyType(unseal(row.facts)),
        MappingProxyType(running),
        row.changed_at,
    )


def from_deadline(deadline: Deadline) -> dict[str, Any]:
    """Return a deadline as plain JSON values, whole."""
    return {
        "clock": deadline.clock,
        "counted_from": deadline.counted_from.isoformat(),
        "count": deadline.count,
        "unit": str(deadline.unit),
        "rolls": deadline.rolls,
        "first_due": {
            "on": deadline.first_due.on.isoformat(),
            "is_provisional": deadline.first_due.is_provisional,
        },
        "ladder_unit": str(deadline.ladder_unit),
        "rungs": [
            {
                "level": str(rung.level),
                "on": rung.on.isoformat(),
                "is_provisional": rung.is_provisional,
                "is_supervised": rung.is_supervised,
                "after": rung.after,
            }
            for rung in deadline.rungs
        ],
        "extended_to": deadline.extended_to.isoformat() if deadline.extended_to else None,
    }


def to_deadline(data: Mapping[str, Any]) -> Deadline:
    """Return the deadline of its plain values."""
    first, to = data["first_due"], data["extended_to"]
    return Deadline(
        clock=data["clock"],
        counted_from=date.fromisoformat(data["counted_from"]),
        count=data["count"],
        unit=Unit(data["unit"]),
        rolls=data["rolls"],
        first_due=Due(date.fromisoformat(first["on"]), first["is_provisional"]),
        ladder_unit=Unit(data["ladder_unit"]),
        rungs=tuple(_rung(each) for each in data["rungs"]),
        extended_to=date.fromisoformat(to) if to else None,
    )


def _rung(data: Mapping[str, Any]) -> Rung:
    return Rung(
        Level(data["level"]),
        date.fromisoformat(data["on"]),
        data["is_provisional"],
        data["is_supervised"],
        data["after"],
    )


def has_reached(clocks: Iterable[ProceedingClock], level: str) -> bool:
    """Whether a running clock has climbed to a level."""
    return any(rung["level"] == level for clock in clocks for rung in clock.climbed)
