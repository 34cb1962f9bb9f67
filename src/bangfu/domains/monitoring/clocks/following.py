"""What a decided case begins: the second clock, and the status of the household through the years.

Called for every step that is taken, by whoever, in its transaction. A county whose pack has no
such procedure goes without.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from bangfu.domains.monitoring import opening
from bangfu.domains.monitoring.books import CountyBook, book_for
from bangfu.domains.monitoring.dispatching import Dispatcher, Wanted
from bangfu.domains.monitoring.doers import system_of
from bangfu.domains.monitoring.domain.proceedings import (
    CLEARING,
    FOLLOWUP,
    IDENTIFICATION,
    STATUS,
)
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.opening import Home, Report
from bangfu.domains.monitoring.ports import Stepped
from bangfu.domains.monitoring.services import take_by_system
from bangfu.domains.screening.domain import Severity
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Value
from bangfu.procedures.facts import as_day

ANNOUNCED, CLEARED = "ANNOUNCED", "CLEARED"


def follow_decision(told: Stepped) -> None:
    """Begin what an announced decision begins; other steps begin nothing."""
    row, taken = told.row, told.taken
    is_announced = taken.instance.state == ANNOUNCED and taken.origin != ANNOUNCED
    if not is_announced or row.household_id is None:
        return
    system = system_of(RegionCode(row.region_code), "following")
    with activate(system):
        if row.procedure == IDENTIFICATION:
            _begin_followup(system, told)
            _include(system, told)
        elif row.procedure == CLEARING:
            _clear(system, told)


def _begin_followup(system: Scope, told: Stepped) -> None:
    """The second clock counts from the decision, not from its announcement."""
    row, known = told.row, told.taken.instance.facts
    county = book_for(RegionCode(row.region_code), told.at, system)
    if not _has(county, FOLLOWUP, local_day(told.at)):
        return
    facts: dict[str, Value] = {"decided_on": known["decided_on"], "case_no": row.no}
    helped = known.get("helped_on")
    if helped is not None and as_day(helped) <= as_day(known["decided_on"]):
        facts["helped_before_on"] = helped
    handlers = handlers_for(row, county, local_day(told.at))
    if handlers:
        facts["handlers"] = handlers
    _open(system, told, FOLLOWUP, facts)


def handlers_for(row: Proceeding, county: CountyBook, on: date) -> tuple[str, ...]:
    """Return who would get a proceeding today by the county's table of dispatch, by account."""
    wanted = Wanted(row.region_code, row.household_id, Severity(row.severity), row.risk, row.source)
    place = RegionCode(row.region_code).county
    return Dispatcher(place, county, on, [wanted]).handlers_for(wanted)


def _include(system: Scope, told: Stepped) -> None:
    """The household is monitored; one that had been cleared is marked anew (再标注)."""
    row, known = told.row, told.taken.instance.facts
    status = find_status(row.household_id)
    category = {name: value for name, value in known.items() if name == "monitored_category"}
    if status is None:
        if _has(book_for(RegionCode(row.region_code), told.at, system), STATUS, local_day(told.at)):
            facts = {"identified_on": known["decided_on"], "case_no": row.no, **category}
            _open(system, told, STATUS, facts)
    elif status.state == CLEARED:
        facts = {"reflagged_on": known["decided_on"], "reflag_no": row.no, **category}
        take_by_system(status, "REFLAG", facts, scope=system, at=told.at)


def _clear(system: Scope, told: Stepped) -> None:
    """The household's risk is cleared; one monitored since before the platform gets its status."""
    row, known = told.row, told.taken.instance.facts
    status = find_status(row.household_id)
    if status is None and _has(
        book_for(RegionCode(row.region_code), told.at, system), STATUS, local_day(told.at)
    ):
        _open(system, told, STATUS, {"identified_on": known["identified_on"]})
        status = find_status(row.household_id)
    if status is not None and status.state != CLEARED:
        facts = {
            "cleared_on": known["decided_on"],
            "clearing_no": row.no,
            "clearing_way": known["clearing_way"],
        }
        take_by_system(status, "CLEAR", facts, scope=system, at=told.at)


def find_status(household_id: UUID | None) -> Proceeding | None:
    """Return the open status of a household, locked; inside `activate`."""
    found = Proceeding.objects.filter(
        household_id=household_id, procedure=STATUS, closed_at__isnull=True
    )
    return found.select_for_update().first()


def _has(county: CountyBook, procedure: str, on: date) -> bool:
    return any(each.id == procedure and each.is_in_force(on) for each in county.book.definitions)


def _open(system: Scope, told: Stepped, procedure: str, facts: Mapping[str, Value]) -> None:
    row = told.row
    home = Home(row.region_code, row.household_id, row.household_no, row.head_name)
    opening.lock(home)
    report = Report(
        risk=row.risk,
        classes=tuple(row.classes),
        severity=row.severity,
        period=row.period,
        origin_id=row.id,
    )
    opening.open_new(system, told.at, procedure, home, facts, report, "zh")
