"""What a decided case begins: the second clock, and the status of the household through the years;
and what a new risk of a monitored household does to both.

Called for every step that is taken, by whoever, in its transaction. A county whose pack has no
such procedure goes without.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from bangfu.domains.monitoring import instances, opening
from bangfu.domains.monitoring.books import CountyBook, book_for, definition_of
from bangfu.domains.monitoring.dispatching import Dispatcher, Wanted
from bangfu.domains.monitoring.doers import system_of
from bangfu.domains.monitoring.domain.proceedings import (
    CLEARING,
    CLUE,
    FOLLOWUP,
    IDENTIFICATION,
    STATUS,
)
from bangfu.domains.monitoring.models import Proceeding
from bangfu.domains.monitoring.opening import Home, Report
from bangfu.domains.monitoring.ports import Stepped
from bangfu.domains.monitoring.services import take_by_system
from bangfu.domains.monitoring.standing import find_monitored, find_status
from bangfu.domains.screening.domain import Severity
from bangfu.foundation.access.scopes import activate
from bangfu.kernel.region import RegionCode
from bangfu.kernel.scope import Scope
from bangfu.kernel.workdays import local_day
from bangfu.procedures import Refusal, Value, as_error
from bangfu.procedures.facts import as_day

ANNOUNCED, CLEARED, CONFIRMED = "ANNOUNCED", "CLEARED", "CONFIRMED"
_HELP_DUE = "HELP_DUE"


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


def note_new_risk(told: Stepped) -> None:
    """A confirmed clue of a household that is monitored already is a new risk (新增风险).

    It is noted on the status, and the help is planned anew.
    """
    clue = told.row
    if clue.procedure != CLUE or told.taken.instance.state != CONFIRMED:
        return
    system = system_of(RegionCode(clue.region_code), "following")
    with activate(system):
        opening.lock(Home(clue.region_code, clue.household_id, clue.household_no, clue.head_name))
        found = find_monitored(system, clue)
        if found is None:
            return
        status = found.status
        if status is None and found.identified_on is not None:
            status = _open_status(system, told, {"identified_on": found.identified_on})
        if status is not None:
            facts: dict[str, Value] = {"risk_noted_on": local_day(told.at), "risk_no": clue.no}
            _take(status, "NOTE_RISK", facts, system, told.at)
        _plan_anew(system, told, status)


def _plan_anew(system: Scope, told: Stepped, status: Proceeding | None) -> None:
    """A plan whose help has not come yet is made anew; where none runs a second clock begins."""
    clue = told.row
    running = Proceeding.objects.select_for_update().filter(
        household_id=clue.household_id, procedure=FOLLOWUP, closed_at__isnull=True
    )
    found = running.order_by("id").first()
    if found is not None:
        if found.state == _HELP_DUE:
            _take(found, "REPLAN", {"return_reason": clue.no}, system, told.at)
        return
    county = book_for(RegionCode(clue.region_code), told.at, system)
    if not _has(county, FOLLOWUP, local_day(told.at)):
        return
    case = instances.unseal(status.facts).get("case_no", status.no) if status else clue.no
    facts: dict[str, Value] = {
        "decided_on": local_day(told.at),
        "case_no": case,
        "risk_no": clue.no,
    }
    handlers = handlers_for(clue, county, local_day(told.at))
    if handlers:
        facts["handlers"] = handlers
    _open(system, told, FOLLOWUP, facts)


def _open_status(system: Scope, told: Stepped, facts: Mapping[str, Value]) -> Proceeding | None:
    """The status of a household that was included before the platform, where the pack has one."""
    county = book_for(RegionCode(told.row.region_code), told.at, system)
    if _has(county, STATUS, local_day(told.at)):
        _open(system, told, STATUS, facts)
    return find_status(told.row.household_id)


def _take(
    row: Proceeding, step: str, facts: Mapping[str, Value], system: Scope, at: datetime
) -> None:
    """Take a step as the system; a version of the procedure without it goes without."""
    county = book_for(RegionCode(row.region_code), at, system)
    definition = definition_of(county.book, row)
    if step not in definition.steps:
        return
    taken = take_by_system(row, step, facts, scope=system, at=at)
    if isinstance(taken, Refusal):
        raise as_error(definition, taken, "zh")


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
