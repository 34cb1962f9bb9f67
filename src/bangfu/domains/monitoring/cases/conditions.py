"""The conditions of a clearing (消除条件) held against what the register and the lists know.

A statement that the data contradict is refused with what is known; where the data are silent the
person's statement stands and is marked as said (`conditions_stated`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from bangfu.domains.monitoring.books import book_for
from bangfu.domains.monitoring.cases.quality import NEW_RISK, list_stops
from bangfu.domains.monitoring.doers import system_of
from bangfu.domains.monitoring.domain.proceedings import CLEARING
from bangfu.domains.monitoring.instances import unseal
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.papers.homes import find_record, value
from bangfu.domains.monitoring.ports import Asked
from bangfu.domains.quality.domain import Found
from bangfu.domains.reconciliation import labels
from bangfu.domains.registry.records import FactValue, HouseholdRecord
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.errors import Refused
from bangfu.kernel.region import RegionCode
from bangfu.procedures import Value
from bangfu.procedures.conditions import Condition

STATED = "conditions_stated"
_PERSON = "person"
_SHOWN = 3


def check_conditions(asked: Asked) -> None:
    """Refuse conditions of a clearing that the data contradict, when they are recorded and when
    the case goes on to the review.

    Raises Refused E-MONITORING-CONDITION-OTHERWISE.
    """
    if asked.row.procedure != CLEARING or not _is_about(asked):
        return
    known = {**unseal(asked.row.facts), **asked.facts}
    found = against(asked.row, known, asked.at)
    for name, stops in found.items():
        one = next(each for each in conditions_of(asked.row, asked.at) if each.fact == name)
        if name in known and one.says in (None, known[name]):
            title = asked.definition.facts[name].title
            raise Refused(
                "E-MONITORING-CONDITION-OTHERWISE",
                fact_zh=title.zh,
                fact_en=title.en,
                found_zh="；".join(stop.message_zh for stop in stops[:_SHOWN]),
                found_en="; ".join(stop.message_en for stop in stops[:_SHOWN]),
            )


def mark_stated(asked: Asked) -> Mapping[str, Value]:
    """Return which conditions rest on what a person says, with what the data lack of each."""
    if asked.row.procedure != CLEARING or STATED not in asked.step.takes:
        return {}
    record = _record(asked.row)
    said = []
    for one in conditions_of(asked.row, asked.at):
        lacking = list(_lacking(one, record))
        if one.proceedings or (one.known_by and not lacking):
            continue
        title = asked.definition.facts[one.fact].title.zh
        said.append(f"{title}（{'、'.join(lacking)}）" if lacking else title)
    return {STATED: "；".join(said)} if said else {}


def known_conditions(row: Proceeding, at: datetime) -> dict[str, Value]:
    """Return what the data say of the flags among the conditions, for the form."""
    found = against(row, unseal(row.facts), at)
    record = _record(row)
    known: dict[str, Value] = {}
    for one in conditions_of(row, at):
        if one.says is None:
            continue
        is_told = one.proceedings or (one.known_by and not list(_lacking(one, record)))
        if one.fact in found:
            known[one.fact] = not one.says
        elif is_told:
            known[one.fact] = one.says
    return known


def against(row: Proceeding, known: Mapping[str, Value], at: datetime) -> dict[str, list[Found]]:
    """Return what speaks against each condition of a clearing, by fact; those without are left
    out."""
    stops = list_stops(row, at, known)
    found = {
        one.fact: [
            stop
            for stop in stops
            if stop.rule_id in one.against or (one.proceedings and stop.rule_id == NEW_RISK)
        ]
        for one in conditions_of(row, at)
    }
    return {fact: stopping for fact, stopping in found.items() if stopping}


def conditions_of(row: Proceeding, at: datetime) -> tuple[Condition, ...]:
    """Return the conditions of the county's pack."""
    return book_for(RegionCode(row.region_code), at).book.conditions


def _is_about(asked: Asked) -> bool:
    names = {one.fact for one in conditions_of(asked.row, asked.at)}
    return bool(names & {*asked.step.takes, *asked.step.needs})


def _record(row: Proceeding) -> HouseholdRecord | None:
    system = system_of(RegionCode(row.region_code), "conditions")
    with activate(system):
        return find_record(system, row)


def _lacking(one: Condition, record: HouseholdRecord | None) -> Iterator[str]:
    """The columns, by title, that would have to be filled for the data to speak; of several that
    stand for each other the first."""
    for group in one.known_by:
        table, _, name = group[0].partition(".")
        is_of_member = table == _PERSON
        if record is None or not all(_is_filled(facts, group) for facts in _of(record, table)):
            yield labels.title(name, is_of_member, "zh")


def _of(record: HouseholdRecord, table: str) -> list[Mapping[str, FactValue]]:
    if table == _PERSON:
        return [member.facts for member in record.members]
    return [record.facts]


def _is_filled(facts: Mapping[str, FactValue], group: tuple[str, ...]) -> bool:
    return any(value(facts, one.partition(".")[2]) not in (None, "", []) for one in group)
