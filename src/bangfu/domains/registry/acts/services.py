"""All acts under one name: `from bangfu.domains.registry.acts import services as acts`."""

from __future__ import annotations

from bangfu.domains.registry.acts.corrections import (
    correct_fact,
    correct_facts,
    correctable,
    parse_value,
)
from bangfu.domains.registry.acts.duplicates import merge_persons
from bangfu.domains.registry.acts.households import (
    join_household,
    merge_households,
    split_household,
)
from bangfu.domains.registry.acts.ledger import Origin, lock_county
from bangfu.domains.registry.acts.people import (
    change_head,
    record_arrival,
    record_birth,
    record_death,
    record_departure,
)
from bangfu.domains.registry.acts.records import ActKind, ActRecord, Mover, Newcomer
from bangfu.domains.registry.acts.undo import undo

__all__ = [
    "ActKind",
    "ActRecord",
    "Mover",
    "Newcomer",
    "Origin",
    "change_head",
    "correct_fact",
    "correct_facts",
    "correctable",
    "join_household",
    "lock_county",
    "merge_households",
    "merge_persons",
    "parse_value",
    "record_arrival",
    "record_birth",
    "record_death",
    "record_departure",
    "split_household",
    "undo",
]
