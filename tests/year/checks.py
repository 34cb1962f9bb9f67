"""What must hold of a year, looked up in the database and counted with a calendar of its own.

Every check returns what is wrong, in words; nothing is wrong where it returns nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from bangfu.domains.monitoring.books import book_for
from bangfu.domains.monitoring.clocks import climbs, handovers
from bangfu.domains.monitoring.clues import bulk, making
from bangfu.domains.monitoring.instances import unseal
from bangfu.domains.monitoring.models import (
    ClueOrigin,
    Proceeding,
    ProceedingClock,
    ProceedingStep,
)
from bangfu.domains.monitoring.models.clues import ExplainedHit
from bangfu.foundation.access.scopes import activate
from bangfu.foundation.audit.models import AuditEvent
from bangfu.kernel.workdays import local_day
from bangfu.procedures.facts import as_day
from bangfu.standards.marks import Mark
from tests.cast import YUNXI
from tests.year.county import COUNTY
from tests.year.days import DAY, instant, is_working, later
from tests.year.simulation import Told

# By hand from packs/national/procedures/limits/ladders.yaml: after how many days which level.
STANDARD = {"VILLAGE": 0, "TOWNSHIP": 1, "COUNTY": 3, "SECTOR": 5, "PREFECTURE": 10}
CONTACT = {"VILLAGE": 0, "TOWNSHIP": 5, "COUNTY": 15}
URGENT = {"TOWNSHIP": 0, "COUNTY": 1, "PREFECTURE": 3}
# Clocks that count working days, from clue.yaml of the limits.
WORKING = {"acknowledge": 2, "check": 5}
CLIMBED = {str(Mark.OVERDUE), str(Mark.SUPERVISED)}
HANDED = {str(Mark.HANDED_OVER), str(Mark.LEFT_ALONE)}


def all_wrong(told: Told, last: date) -> list[str]:
    """Return everything that is wrong at the end of a year's last day."""
    with activate(COUNTY):
        return [
            *_clocks_ran_out_unseen(last),
            *_open_without_a_clock(last),
            *_steps_and_log(),
            *_climbed_on_another_day(),
            *_counted_otherwise(),
            *_opened_and_not_there(told),
            *_asked_again(),
        ]


def _clocks_ran_out_unseen(last: date) -> Iterator[str]:
    """A clock has ended, or runs, or is overdue and has climbed; none runs on after the end."""
    running = ProceedingClock.objects.filter(ended_on=None).select_related("proceeding")
    for clock in running:
        if clock.proceeding.closed_at is not None:
            yield f"{clock.proceeding.no}: {clock.clock} runs after the end"
        elif local_day(clock.began_at) >= last:
            continue  # What began after the last morning, overdue already, meets the next one.
        elif clock.due_on < last and not clock.climbed and clock.clock != "recheck_asked":
            yield f"{clock.proceeding.no}: {clock.clock} was due on {clock.due_on}, nobody was told"


def _open_without_a_clock(last: date) -> Iterator[str]:
    book = book_for(YUNXI, instant(last, 12)).book
    definitions = {each.id: each for each in book.definitions}
    timed = set(
        ProceedingClock.objects.filter(ended_on=None).values_list("proceeding_id", flat=True)
    )
    for row in Proceeding.objects.filter(closed_at=None):
        clocks = definitions[row.procedure].clocks
        has_one = any(row.state in clock.runs_in for clock in _values(clocks))
        if has_one and row.id not in timed:
            yield f"{row.no}: no clock runs in {row.state}"


def _values(found: object) -> list[object]:
    values = found.values() if hasattr(found, "values") else found
    return list(values)  # type: ignore[arg-type]


def _steps_and_log() -> Iterator[str]:
    """Each step has its row in the log; what is done together has one for all of them."""
    steps: Counter[str] = Counter(ProceedingStep.objects.values_list("step", flat=True))
    marks = {str(mark) for mark in Mark}
    taken = sum(count for step, count in steps.items() if step not in marks)
    events: Counter[str] = Counter(AuditEvent.objects.values_list("action", flat=True))
    logged = events["monitoring.proceeding.opened"] + events["monitoring.proceeding.stepped"]
    for detail in _details(making.MADE):
        logged += int(detail["opened"]) + int(detail["dispatched"]) + int(detail["suspected"])
    logged += sum(int(detail["count"]) for detail in _details(bulk.DONE))
    if taken != logged:
        yield f"{taken} steps were taken, {logged} are in the log"
    climbed = sum(steps[one] for one in CLIMBED)
    told = sum(int(detail["rungs"]) for detail in _details(climbs.CLIMBED))
    if climbed != told:
        yield f"{climbed} rungs were climbed, {told} are in the log"
    handed = sum(steps[one] for one in HANDED)
    if handed != events[handovers.HANDED_OVER]:
        yield f"{handed} duties were handed over, {events[handovers.HANDED_OVER]} are in the log"


def _details(action: str) -> list[dict[str, object]]:
    return list(AuditEvent.objects.filter(action=action).values_list("detail", flat=True))


def _climbed_on_another_day() -> Iterator[str]:
    """A rung is climbed on the day that the ladder says, and on that day it is written down; of a
    clock that began late already, in the first morning after it began."""
    began = _beginnings()
    found = ProceedingStep.objects.filter(step__in=CLIMBED).select_related("proceeding")
    for step in found:
        facts = unseal(step.facts)
        row, level = step.proceeding, str(facts["level"])
        due = as_day(facts["due_on"])
        wanted = rung_day(row.procedure, str(facts["clock"]), level, due)
        known = began.get((row.id, str(facts["clock"]), due), [])
        mornings = {max(wanted, _morning_after(each)) for each in known} or {wanted}
        if as_day(facts["on"]) != wanted or local_day(step.at) not in mornings:
            yield (
                f"{row.no}: {facts['clock']} reached {level} on {facts['on']}, written on "
                f"{local_day(step.at)}, not on {wanted}"
            )


def _beginnings() -> dict[tuple[UUID, str, date], list[datetime]]:
    """When each clock began, by its proceeding, name and due day."""
    found: dict[tuple[UUID, str, date], list[datetime]] = {}
    for row, clock, due, began in ProceedingClock.objects.values_list(
        "proceeding_id", "clock", "due_on", "began_at"
    ):
        found.setdefault((row, clock, due), []).append(began)
    return found


def _morning_after(began: datetime) -> date:
    """Return the day of the first sweep, at eight, after an instant."""
    day = local_day(began)
    return day if began <= instant(day, 8) else day + DAY


def rung_day(procedure: str, clock: str, level: str, due: date) -> date:
    """Return the day of a rung: the one after its days have passed, counted here."""
    if procedure == "clue" and clock in ("first_help", "catch_up"):
        return due + timedelta(days=URGENT[level] + 1)
    ladder = CONTACT if procedure == "status" else STANDARD
    return later(due, ladder[level]) + DAY


def _counted_otherwise() -> Iterator[str]:
    """No deadline loses a day over the holidays: it is the n-th working day by the calendar."""
    clocks = ProceedingClock.objects.filter(
        proceeding__procedure="clue", clock__in=WORKING, extended=False
    )
    for clock in clocks.select_related("proceeding"):
        wanted = later(clock.counted_from, WORKING[clock.clock])
        if clock.due_on != wanted or not is_working(clock.due_on):
            yield f"{clock.proceeding.no}: {clock.clock} is due on {clock.due_on}, not {wanted}"


def _opened_and_not_there(told: Told) -> Iterator[str]:
    """All that the runs opened is there, once, open or closed with an outcome."""
    opened = sum(made.opened for made in told.made)
    clues = Proceeding.objects.filter(procedure="clue")
    others = set(clues.exclude(source="SCREENING").values_list("no", flat=True))
    if others - told.reported:
        yield f"{len(others - told.reported)} clues were told by nobody"
    known = clues.filter(no__in=told.reported).count()
    if known != len(told.reported):
        yield f"{len(told.reported)} clues were told in the rounds; {known} are there"
    suspected = sum(made.suspected for made in told.made)
    there = Proceeding.objects.filter(procedure="suspicion").count()
    if suspected != there:
        yield f"{suspected} suspicions were opened; {there} are there"
    opened += len(others)
    is_open = clues.filter(closed_at=None, outcome="").count()
    closed = clues.exclude(closed_at=None).exclude(outcome="").count()
    if opened != is_open + closed or opened != clues.count():
        yield f"{opened} clues were opened; {is_open} are open and {closed} closed"
    if clues.values("no").distinct().count() != clues.count():
        yield "a number was given twice"


def _asked_again() -> Iterator[str]:
    """A hit that was answered raises nothing until its facts change."""
    answered = {
        (one.household_id, one.rule_id, one.facts_digest): one.since
        for one in ExplainedHit.objects.all()
    }
    reported = ClueOrigin.objects.exclude(rule_id="").select_related("proceeding")
    for origin in reported:
        key = (origin.proceeding.household_id, origin.rule_id, origin.facts_digest)
        since = answered.get(key)
        if since is not None and local_day(origin.at) > since:
            yield f"{origin.proceeding.no}: {origin.rule_id} was answered on {since} already"
