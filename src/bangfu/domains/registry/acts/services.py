"""All acts under one name: `from bangfu.domains.registry.acts import services as acts`."""

from __future__ import annotations

from bangfu.domains.registry.acts.corrections import correct_fact, correctable, parse_value
from bangfu.domains.registry.acts.ledger import Origin, lock_county
from bangfu.domains.registry.acts.people import (
    change_head,
    record_arrival,
    record_birth,
    record_death,
    record_departure,
)
from bangfu.domains.registry.acts.undo import undo

__all__ = [
    "Origin",
    "change_head",
    "correct_fact",
    "correctable",
    "lock_county",
    "parse_value",
    "record_arrival",
    "record_birth",
    "record_death",
    "record_departure",
    "undo",
]
