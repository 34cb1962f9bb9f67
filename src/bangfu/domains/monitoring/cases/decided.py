"""What a decision on a case or a status does to the register and to the list for the national
system.

The decision is known here first: the register takes it over with the 批复 as its source, and each
field goes on the list of what is to be entered there, ticked off by the export that shows it
(全国系统为准).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bangfu.domains.monitoring.cases.statuses import Decided
from bangfu.domains.monitoring.doers import system_of
from bangfu.domains.monitoring.papers.context import entry_fields
from bangfu.domains.monitoring.papers.known import known_of
from bangfu.domains.monitoring.ports import Stepped
from bangfu.domains.reconciliation.expecting import Expected, expect
from bangfu.domains.registry.acts import services as acts
from bangfu.kernel.errors import Conflict
from bangfu.kernel.region import RegionCode
from bangfu.kernel.workdays import local_day

_SAME = "E-REGISTRY-NOTHING-CHANGES"


def put_on_list(told: Stepped) -> None:
    """Note what was decided of a household in the register, and what is to be entered."""
    row = told.row
    known = known_of(told.taken.instance.facts, told.definition)
    fields = entry_fields(known, row.procedure)
    if not fields or not row.household_no:
        return
    label = known.text("decision_no") or row.no
    on = known.day("decided_on") or local_day(told.at)
    _put(told, label, on, {column: code for column, code, _ in fields})


def put_status_on_list(told: Stepped, of: Decided) -> None:
    """Note what was decided of a status in the register, in one act, and what is to be entered."""
    no, on = told.facts.get(of.no), told.facts.get(of.on)
    assert isinstance(no, str), "the step needs it"
    assert isinstance(on, date), "the step needs it"
    _put(told, no, on, of.columns)


def _put(told: Stepped, label: str, on: date, values: Mapping[str, str]) -> None:
    row = told.row
    place = RegionCode(row.region_code)
    system = system_of(place, "decided")
    origin = acts.Origin(label=label, region=place)
    try:
        acts.correct_facts(
            scope=system,
            at=told.at,
            source=origin,
            on=on,
            household_no=row.household_no,
            values=values,
        )
    except Conflict as known_already:
        if known_already.code != _SAME:
            raise
    expect(
        scope=system,
        at=told.at,
        region=place,
        household_no=row.household_no,
        head_name=row.head_name,
        fields=[Expected(column, code) for column, code in values.items()],
        origin=row.id,
    )
